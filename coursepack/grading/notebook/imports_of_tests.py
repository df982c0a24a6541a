"""Find what the judge can import before it is asked about an assignment's first test cell."""

from __future__ import annotations

import functools

from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.notebooks.cells import is_graded_code
from coursepack.notebooks.imports import imported_modules
from coursepack.settings import read_settings


def imports_of_tests(course: Course, source_nb: NotebookNode) -> list[str]:
    """Return the modules of coursepack and of the course's own package that an assignment's test cells import."""
    own = read_settings(course.root).package or "coursepack"
    return [*_imports(own, tuple(cell.source for cell in source_nb.cells if is_graded_code(cell)))]


@functools.lru_cache(maxsize=32)
def _imports(own: str, tests: tuple[str, ...]) -> tuple[str, ...]:
    """Return the same; a run asks for each submission, and to parse all tests takes 20 ms."""
    found = dict.fromkeys(name for test in tests for name in imported_modules(test))
    return tuple(name for name in found if name.split(".")[0] in ("coursepack", own))
