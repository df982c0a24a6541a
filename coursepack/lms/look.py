"""Look into a file: is it a notebook of the assignment, whatever it is called?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.grading.submission.repair import UnreadableError
from coursepack.grading.submission.sanitize import identity_of, read_submission
from coursepack.grading.submission.sizes import MAX_BYTES
from coursepack.notebooks.cell_texts import same_text
from coursepack.notebooks.cells import grade_id_of, is_written_in
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook

# A notebook under another name: browsers and mail programs add or take away such endings.
DISGUISES = (".json", ".txt", ".html", "")


@dataclass(frozen=True)
class Look:
    """What a file was found to be.

    Attributes:
        assignment: the assignment whose notebook it is; empty if it is none's.
        answered: how many answers differ from what students got.
        notebook: whether it is a notebook, or should be one by its name.
        unreadable: why it cannot be read, if it should be a notebook.
    """

    assignment: str = ""
    answered: int = 0
    notebook: bool = False
    unreadable: str = ""


class Assignments:
    """The assignments of a course, to compare notebooks with.

    Args:
        course: the course.
        assignment: the assignment that is looked for first.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self._course = course
        self._names = [assignment, *(name for name in course.assignments if name != assignment)]
        self._released: dict[str, NotebookNode] = {}

    def look(self, path: Path, name: str) -> Look:
        """Return what a file is; `name` is its name, which may be wrong."""
        named = name.lower().endswith(".ipynb")
        if not named and not _seems_a_notebook(path, name):
            return Look()
        try:
            handed = read_submission(path).notebook
        except UnreadableError as error:
            return Look(notebook=named, unreadable=str(error).replace(path.name, name) if named else "")
        for assignment in self._names:
            released = self._student_version(assignment)
            found = identity_of(handed, released)
            if not found.another:
                own = {grade_id_of(cell): cell for cell in released.cells}
                answers = [(own[cell], handed.cells[place]) for place, cell in found.order if cell]
                answered = sum(is_written_in(mine) and not same_text(mine.source, its.source) for mine, its in answers)
                return Look(assignment, answered, notebook=True)
        return Look(notebook=True)

    def _student_version(self, assignment: str) -> NotebookNode:
        if assignment not in self._released:
            source = read_notebook(self._course.notebook("source", assignment))
            self._released[assignment] = released_notebook(source)
        return self._released[assignment]


def _seems_a_notebook(path: Path, name: str) -> bool:
    """Return whether a file without a notebook's name has a notebook's content."""
    stem = Path(name)
    if ".ipynb" not in name.lower() and stem.suffix.lower() not in DISGUISES:
        return False
    if path.stat().st_size > MAX_BYTES:
        return False
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf").lstrip()
    return content.startswith(b"{") and b'"nbformat"' in content and b'"cells"' in content
