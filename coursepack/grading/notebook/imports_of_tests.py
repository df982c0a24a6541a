"""Find what the judge can import before it is asked about an assignment's first test cell."""

from __future__ import annotations

from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.notebooks.cells import is_graded_code
from coursepack.notebooks.imports import imported_modules
from coursepack.settings import read_settings


def imports_of_tests(course: Course, source_nb: NotebookNode) -> list[str]:
    """Return the modules of coursepack and of the course's own package that an assignment's test cells import."""
    own = ("coursepack", read_settings(course.root).package or "coursepack")
    cells = filter(is_graded_code, source_nb.cells)
    found = dict.fromkeys(name for cell in cells for name in imported_modules(cell.source))
    return [name for name in found if name.split(".")[0] in own]
