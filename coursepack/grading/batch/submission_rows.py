"""Write one submission's rows in nbgrader's gradebook, in a few statements.

nbgrader's own objects load and write every cell by itself: some 80 statements, and half of the coordinator's time, for
a notebook of 30 cells. The tables are nbgrader's own classes; which rows a submission has is as in
`Gradebook.add_submission`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Assignment, Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook, new_uuid
from sqlalchemy import and_, bindparam, insert, select, update

# Of the tables themselves, statements take half the time that they take of nbgrader's classes.
_ASSIGNMENT, _STUDENT, _SUBMISSION, _NOTEBOOK, _GRADE, _COMMENT = (
    each.__table__ for each in (Assignment, Student, SubmittedAssignment, SubmittedNotebook, Grade, Comment)
)
_FIND = (
    select(
        _SUBMISSION.c.id,
        _STUDENT.c.id,
        _ASSIGNMENT.c.duedate,
        _SUBMISSION.c.timestamp,
        _SUBMISSION.c.extension,
    )
    .select_from(_ASSIGNMENT)
    .outerjoin(_STUDENT, _STUDENT.c.id == bindparam("student"))
    .outerjoin(
        _SUBMISSION,
        and_(_SUBMISSION.c.assignment_id == _ASSIGNMENT.c.id, _SUBMISSION.c.student_id == bindparam("student")),
    )
    .where(_ASSIGNMENT.c.id == bindparam("assignment"))
)


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
        fresh: whether its grades and comments are yet to be added.
    """

    key: str
    layout: NotebookLayout
    grades: Mapping[str, HeldGrade]
    comments: Mapping[str, str]
    fresh: bool = False


@dataclass(frozen=True)
class HeldSubmission:
    """What the gradebook has of a student and an assignment before a result is entered.

    Attributes:
        key: the submission's key; None if there is no submission.
        knows_student: whether the student is in the gradebook.
        due: when the assignment is due; None if that is not set.
        times: the submission's `timestamp` and `extension`.
    """

    key: str | None
    knows_student: bool
    due: datetime.datetime | None
    times: Mapping[str, Any]


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


def find(db: Any, layout: AssignmentLayout, student: str) -> HeldSubmission:
    """Return what the gradebook has of a student's submission."""
    key, known, due, handed_in, extension = db.execute(_FIND, {"assignment": layout.key, "student": student}).one()
    return HeldSubmission(key, known is not None, due, {"timestamp": handed_in, "extension": extension})


def add(
    db: Any, layout: AssignmentLayout, student: str, times: Mapping[str, Any], *, knows_student: bool
) -> list[NotebookRows]:
    """Add a student's submission; return its notebooks, whose grades and comments are yet to be added.

    Args:
        db: the gradebook's session.
        layout: the assignment.
        student: whose submission it is.
        times: its `timestamp`, its `extension`, or both.
        knows_student: whether the student is in the gradebook already.
    """
    if not knows_student:
        db.execute(insert(_STUDENT), {"id": student})
    submission = new_uuid()
    db.execute(insert(_SUBMISSION), {"id": submission, "assignment_id": layout.key, "student_id": student, **times})
    added = []
    for notebook in layout.notebooks:
        grades = {new_uuid(): HeldGrade(cell, one.name, None, True) for cell, one in notebook.graded.items()}
        comments = {new_uuid(): cell for cell in notebook.commented}
        added.append(NotebookRows(new_uuid(), notebook, grades, comments, fresh=True))
        row = {"id": added[-1].key, "assignment_id": submission, "notebook_id": notebook.key}
        db.execute(insert(_NOTEBOOK), row)
    return added


def set_times(db: Any, submission: str, times: Mapping[str, Any]) -> None:
    """Set a submission's `timestamp`, its `extension`, or both."""
    if times:
        db.execute(_update(_SUBMISSION), {"key": submission, **times})


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
        select(_NOTEBOOK.c.id, _NOTEBOOK.c.notebook_id).where(
            _NOTEBOOK.c.notebook_id.in_(layouts), _NOTEBOOK.c.assignment_id == submission
        )
    ).all()
    names = {cell: graded.name for notebook in layout.notebooks for cell, graded in notebook.graded.items()}
    commented = [cell for notebook in layout.notebooks for cell in notebook.commented]
    grades: dict[str, dict[str, HeldGrade]] = {key: {} for key, _ in keys}
    comments: dict[str, dict[str, str]] = {key: {} for key, _ in keys}
    columns = (_GRADE.c.id, _GRADE.c.notebook_id, _GRADE.c.cell_id, _GRADE.c.manual_score, _GRADE.c.needs_manual_grade)
    # With the cells named, too, the database need not look through the rows of the whole class.
    of_cells = select(*columns).where(_GRADE.c.cell_id.in_(names), _GRADE.c.notebook_id.in_(grades))
    for key, notebook, cell, manual, asked in db.execute(of_cells):
        grades[notebook][key] = HeldGrade(cell, names[cell], manual, bool(asked))
    on_cells = select(_COMMENT.c.id, _COMMENT.c.notebook_id, _COMMENT.c.cell_id).where(
        _COMMENT.c.cell_id.in_(commented), _COMMENT.c.notebook_id.in_(comments)
    )
    for key, notebook, cell in db.execute(on_cells):
        comments[notebook][key] = cell
    return [NotebookRows(key, layouts[notebook], grades[key], comments[key]) for key, notebook in keys]


def write_grades(db: Any, rows: NotebookRows, values: Mapping[str, Mapping[str, Any]]) -> None:
    """Change, or add, a notebook's grades; `values` has the columns to write by the grade's key."""
    _write(db, _GRADE, rows, {key: grade.cell for key, grade in rows.grades.items()}, values)


def write_comments(db: Any, rows: NotebookRows, values: Mapping[str, Mapping[str, Any]]) -> None:
    """Change, or add, a notebook's comments; `values` has the columns to write by the comment's key."""
    _write(db, _COMMENT, rows, rows.comments, values)


def _write(
    db: Any, table: Any, rows: NotebookRows, cells: Mapping[str, str], values: Mapping[str, Mapping[str, Any]]
) -> None:
    if values and rows.fresh:
        places = {key: {"id": key, "cell_id": cells[key], "notebook_id": rows.key} for key in values}
        db.execute(insert(table), [{**places[key], **columns} for key, columns in values.items()])
    elif values:
        db.execute(_update(table), [{"key": key, **columns} for key, columns in values.items()])


def write_penalty(db: Any, rows: NotebookRows, penalty: float | None) -> None:
    """Write the points that are taken off a notebook for lateness; None if that is no question."""
    if penalty is not None or not rows.fresh:
        db.execute(_update(_NOTEBOOK), {"key": rows.key, "late_submission_penalty": penalty})


def _update(table: Any) -> Any:
    """Return the statement that changes rows: each is given with its `key`, and with the columns to change."""
    return update(table).where(table.c.id == bindparam("key"))


def score_of(db: Any, notebook: str) -> float:
    """Return the points of a submitted notebook before any penalty."""
    return float(db.scalar(select(SubmittedNotebook.score).where(SubmittedNotebook.id == notebook)))
