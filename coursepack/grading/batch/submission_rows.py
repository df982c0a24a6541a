"""Write one submission's rows in nbgrader's gradebook, in a few statements.

nbgrader's own objects load and write every cell by itself: some 80 statements, and half of the coordinator's time, for
a notebook of 30 cells. The tables are nbgrader's own classes; which rows a submission has is as in
`Gradebook.add_submission`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Assignment, Comment, Grade, SubmittedAssignment, SubmittedNotebook, new_uuid
from sqlalchemy import insert, select, update


@dataclass(frozen=True)
class GradedCell:
    """A cell with a grade in the gradebook.

    Attributes:
        name: its `grade_id`.
        max_score: points that it can earn.
    """

    name: str
    max_score: float


@dataclass(frozen=True)
class NotebookLayout:
    """A notebook of an assignment and its cells, by their keys in the gradebook.

    Attributes:
        key: the notebook's own key.
        name: its name.
        graded: the cells with a grade.
        commented: the names of the cells with a comment.
    """

    key: str
    name: str
    graded: Mapping[str, GradedCell]
    commented: Mapping[str, str]


@dataclass(frozen=True)
class AssignmentLayout:
    """An assignment in the gradebook: it stays as it is while submissions are graded.

    Attributes:
        key: its key.
        notebooks: its notebooks.
    """

    key: str
    notebooks: tuple[NotebookLayout, ...]


@dataclass(frozen=True)
class HeldGrade:
    """A grade of a submitted notebook before it is graded again.

    Attributes:
        cell: its cell's key.
        name: its cell's name.
        manual_score: the points that a person gave.
        needs_manual_grade: whether formgrader asks for a mark.
    """

    cell: str
    name: str
    manual_score: float | None
    needs_manual_grade: bool


@dataclass(frozen=True)
class NotebookRows:
    """The rows of one submitted notebook.

    Attributes:
        key: its key.
        layout: the notebook it belongs to.
        grades: for each grade's key, the grade.
        comments: for each comment's key, its cell's key.
    """

    key: str
    layout: NotebookLayout
    grades: Mapping[str, HeldGrade]
    comments: Mapping[str, str]


def read_layout(gradebook: Any, assignment: str) -> AssignmentLayout:
    """Return an assignment's notebooks and cells.

    Raises:
        nbgrader.api.MissingEntry: the gradebook does not know the assignment.
    """
    entry = gradebook.find_assignment(assignment)
    return AssignmentLayout(entry.id, tuple(_layout(notebook) for notebook in entry.notebooks))


def _layout(notebook: Any) -> NotebookLayout:
    graded = {
        cell.id: GradedCell(cell.name, float(cell.max_score)) for cell in [*notebook.grade_cells, *notebook.task_cells]
    }
    commented = {cell.id: cell.name for cell in [*notebook.solution_cells, *notebook.task_cells]}
    return NotebookLayout(notebook.id, notebook.name, graded, commented)


def find_or_add(db: Any, layout: AssignmentLayout, student: str) -> str:
    """Return the key of a student's submission; add it and its rows if there is none. The student must be known."""
    return find(db, layout, student) or _add(db, layout, student)


def find(db: Any, layout: AssignmentLayout, student: str) -> str | None:
    """Return the key of a student's submission; None if there is none."""
    found: str | None = db.scalar(
        select(SubmittedAssignment.id).where(
            SubmittedAssignment.assignment_id == layout.key, SubmittedAssignment.student_id == student
        )
    )
    return found


def _add(db: Any, layout: AssignmentLayout, student: str) -> str:
    submission = str(new_uuid())
    db.execute(insert(SubmittedAssignment), [{"id": submission, "assignment_id": layout.key, "student_id": student}])
    for notebook in layout.notebooks:
        key = new_uuid()
        db.execute(insert(SubmittedNotebook), [{"id": key, "assignment_id": submission, "notebook_id": notebook.key}])
        for table, cells in ((Grade, notebook.graded), (Comment, notebook.commented)):
            if cells:
                db.execute(insert(table), [{"cell_id": cell, "notebook_id": key} for cell in cells])
    return submission


def set_times(db: Any, submission: str, **times: datetime.datetime | datetime.timedelta | None) -> None:
    """Set a submission's `timestamp`, its `extension`, or both."""
    if times:
        db.execute(update(SubmittedAssignment), [{"id": submission, **times}])


def seconds_late(db: Any, submission: str) -> float:
    """Return how late a submission is, with the student's extension; 0 if it was on time, or if a time is missing."""
    due, handed_in, extension = db.execute(
        select(Assignment.duedate, SubmittedAssignment.timestamp, SubmittedAssignment.extension)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(SubmittedAssignment.id == submission)
    ).one()
    return lateness(due, handed_in, extension)


def lateness(
    due: datetime.datetime | None, handed_in: datetime.datetime | None, extension: datetime.timedelta | None
) -> float:
    """Return what nbgrader's `SubmittedAssignment.total_seconds_late` does."""
    if due is None or handed_in is None:
        return 0.0
    return max(0.0, (handed_in - due - (extension or datetime.timedelta())).total_seconds())


def notebooks_of(db: Any, layout: AssignmentLayout, submission: str) -> list[NotebookRows]:
    """Return the rows of a submission's notebooks."""
    layouts = {notebook.key: notebook for notebook in layout.notebooks}
    keys = db.execute(
        select(SubmittedNotebook.id, SubmittedNotebook.notebook_id).where(
            SubmittedNotebook.notebook_id.in_(layouts), SubmittedNotebook.assignment_id == submission
        )
    ).all()
    names = {cell: graded.name for notebook in layout.notebooks for cell, graded in notebook.graded.items()}
    commented = [cell for notebook in layout.notebooks for cell in notebook.commented]
    grades: dict[str, dict[str, HeldGrade]] = {key: {} for key, _ in keys}
    comments: dict[str, dict[str, str]] = {key: {} for key, _ in keys}
    for key, notebook, cell, manual, asked in db.execute(
        select(Grade.id, Grade.notebook_id, Grade.cell_id, Grade.manual_score, Grade.needs_manual_grade).where(
            # With the cells named, too, the database need not look through the rows of the whole class.
            Grade.cell_id.in_(names),
            Grade.notebook_id.in_(grades),
        )
    ):
        grades[notebook][key] = HeldGrade(cell, names[cell], manual, bool(asked))
    for key, notebook, cell in db.execute(
        select(Comment.id, Comment.notebook_id, Comment.cell_id).where(
            Comment.cell_id.in_(commented), Comment.notebook_id.in_(comments)
        )
    ):
        comments[notebook][key] = cell
    return [NotebookRows(key, layouts[notebook], grades[key], comments[key]) for key, notebook in keys]


def write_rows(db: Any, table: type[Grade | Comment | SubmittedNotebook], rows: Iterable[Mapping[str, Any]]) -> None:
    """Change rows of a table; each names its key as `id`, and the columns that change."""
    if changed := list(rows):
        db.execute(update(table), changed)


def score_of(db: Any, notebook: str) -> float:
    """Return the points of a submitted notebook before any penalty."""
    return float(db.scalar(select(SubmittedNotebook.score).where(SubmittedNotebook.id == notebook)))
