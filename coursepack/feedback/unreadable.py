"""The page of a student whose notebook cannot be read: what is wrong with the file, and what to do now."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from coursepack.feedback.render import code_digest, render
from coursepack.grading.submission.repair import UnreadableError
from coursepack.grading.submission.sanitize import sanitize_submission
from coursepack.grading.workspace import Workspace
from coursepack.notebooks.exercises import title_of
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook


@dataclass(frozen=True)
class Unreadable:
    """What such a page is made from.

    Attributes:
        source: the assignment's own notebook.
        assignment: the assignment's name.
        student: the student's id.
        name: first and last name; empty if the gradebook has none.
        problem: why the file cannot be read.
    """

    source: Path
    assignment: str
    student: str
    name: str
    problem: str

    def digest(self) -> str:
        """Return the SHA-256 of everything that the page is made from, our own code included."""
        parts = [self.assignment, self._title(), self.student, self.name, self.problem, code_digest()]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def page(self) -> str:
        """Return the page.

        Raises:
            CoursepackError: the assignment's source cannot be read.
        """
        return render(
            "unreadable.html.j2",
            made_from=self.digest(),
            title=self._title(),
            assignment=self.assignment,
            student=self.student,
            name=self.name,
            problem=self.problem,
        )

    def _title(self) -> str:
        return title_of(read_notebook(self.source)) or self.assignment


def why_unreadable(workspace: Workspace, student: str) -> str:
    """Return why a hand-in cannot be read; empty if it can, or if only a fault of ours kept it from being graded.

    A run of `coursepack grade` has noted it. After `nbgrader autograde`, which notes nothing, and for a newer file, the
    file is read here.
    """
    note = workspace.record(student)
    if note is not None and note.submission == workspace.submission_digest(student):
        return "" if note.ours else note.problem
    released = released_notebook(read_notebook(workspace.source))
    try:
        sanitize_submission(workspace.notebook("submitted", student), released)
    except UnreadableError as error:
        return str(error)
    return ""
