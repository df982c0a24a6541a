"""Write the rows of submissions in nbgrader's gradebook, in a few statements for all that are written together.

nbgrader's own objects load and write every cell by itself: some 80 statements, and half of the coordinator's time, for
a notebook of 30 cells. The tables are nbgrader's own classes; which rows a submission has is as in
`Gradebook.add_submission`.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
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
        _STUDENT.c.id,
        _SUBMISSION.c.id,
        _ASSIGNMENT.c.duedate,
        _SUBMISSION.c.timestamp,
        _SUBMISSION.c.extension,
    )
    .select_from(_ASSIGNMENT)
    .outerjoin(_STUDENT, _STUDENT.c.id.in_(bindparam("students", expanding=True)))
    .outerjoin(
        _SUBMISSION, and_(_SUBMISSION.c.assignment_id == _ASSIGNMENT.c.id, _SUBMISSION.c.student_id == _STUDENT.c.id)
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


def find(db: Any, layout: AssignmentLayout, students: Collection[str]) -> dict[str, HeldSubmission]:
    """Return what the gradebook has of each student's submission."""
    rows = db.execute(_FIND, {"assignment": layout.key, "students": list(students)}).all()
    known = {student: (key, times) for student, key, _, *times in rows}
    due = rows[0][2]
    held = {}
    for student in students:
        key, (handed_in, extension) = known.get(student, (None, (None, None)))
        times = {"timestamp": handed_in, "extension": extension}
        held[student] = HeldSubmission(key, student in known, due, times)
    return held


def add(
    db: Any, layout: AssignmentLayout, times: Mapping[str, Mapping[str, Any]], *, unknown: Iterable[str]
) -> dict[str, list[NotebookRows]]:
    """Add students' submissions; return the notebooks of each, whose grades and comments are yet to be added.

    Args:
        db: the gradebook's session.
        layout: the assignment.
        times: each student's `timestamp` and `extension`.
        unknown: those of the students who are not in the gradebook yet.
    """
    _add(db, _STUDENT, [{"id": student} for student in unknown])
    keys = {student: new_uuid() for student in times}
    of_assignment = {"assignment_id": layout.key}
    _add(
        db,
        _SUBMISSION,
        [{"id": keys[student], "student_id": student, **of_assignment, **times[student]} for student in times],
    )
    added = {student: [_fresh(notebook) for notebook in layout.notebooks] for student in times}
    notebooks = [(keys[student], rows) for student, several in added.items() for rows in several]
    _add(
        db,
        _NOTEBOOK,
        [{"id": rows.key, "assignment_id": key, "notebook_id": rows.layout.key} for key, rows in notebooks],
    )
    return added


def _fresh(notebook: NotebookLayout) -> NotebookRows:
    grades = {new_uuid(): HeldGrade(cell, one.name, None, True) for cell, one in notebook.graded.items()}
    comments = {new_uuid(): cell for cell in notebook.commented}
    return NotebookRows(new_uuid(), notebook, grades, comments, fresh=True)


def set_times(db: Any, times: Mapping[str, Mapping[str, Any]]) -> None:
    """Set the `timestamp` and the `extension` of submissions, by the submission's key."""
    _change(db, _SUBMISSION, [{"key": key, **columns} for key, columns in times.items()])


def lateness(
    due: datetime.datetime | None, handed_in: datetime.datetime | None, extension: datetime.timedelta | None
) -> float:
    """Return what nbgrader's `SubmittedAssignment.total_seconds_late` does."""
    if due is None or handed_in is None:
        return 0.0
    return max(0.0, (handed_in - due - (extension or datetime.timedelta())).total_seconds())


def notebooks_of(db: Any, layout: AssignmentLayout, submissions: Collection[str]) -> dict[str, list[NotebookRows]]:
    """Return the rows of submissions' notebooks, by the submission's key."""
    layouts = {notebook.key: notebook for notebook in layout.notebooks}
    keys = db.execute(
        select(_NOTEBOOK.c.id, _NOTEBOOK.c.notebook_id, _NOTEBOOK.c.assignment_id).where(
            _NOTEBOOK.c.notebook_id.in_(layouts), _NOTEBOOK.c.assignment_id.in_(submissions)
        )
    ).all()
    names = {cell: graded.name for notebook in layout.notebooks for cell, graded in notebook.graded.items()}
    commented = [cell for notebook in layout.notebooks for cell in notebook.commented]
    grades: dict[str, dict[str, HeldGrade]] = {key: {} for key, *_ in keys}
    comments: dict[str, dict[str, str]] = {key: {} for key, *_ in keys}
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
    found = defaultdict(list)
    for key, notebook, submission in keys:
        found[submission].append(NotebookRows(key, layouts[notebook], grades[key], comments[key]))
    return found


def write_grades(db: Any, written: Iterable[tuple[NotebookRows, Mapping[str, Mapping[str, Any]]]]) -> None:
    """Change, or add, grades: each notebook's rows, with the columns to write by the grade's key."""
    _write(db, _GRADE, [(rows, _cells_of(rows), values) for rows, values in written])


def _cells_of(rows: NotebookRows) -> dict[str, str]:
    return {key: grade.cell for key, grade in rows.grades.items()}


def write_comments(db: Any, written: Iterable[tuple[NotebookRows, Mapping[str, Mapping[str, Any]]]]) -> None:
    """Change, or add, comments: each notebook's rows, with the columns to write by the comment's key."""
    _write(db, _COMMENT, [(rows, rows.comments, values) for rows, values in written])


def _write(
    db: Any,
    table: Any,
    written: Iterable[tuple[NotebookRows, Mapping[str, str], Mapping[str, Mapping[str, Any]]]],
) -> None:
    """Write columns of rows; each notebook comes with the cells of its rows, by the row's key."""
    fresh, held = list[dict[str, Any]](), list[dict[str, Any]]()
    for rows, cells, values in written:
        for key, columns in values.items():
            if rows.fresh:
                fresh.append({"id": key, "cell_id": cells[key], "notebook_id": rows.key, **columns})
            else:
                held.append({"key": key, **columns})
    _add(db, table, fresh)
    _change(db, table, held)


def write_penalties(db: Any, penalties: Iterable[tuple[NotebookRows, float | None]]) -> None:
    """Write the points that are taken off notebooks for lateness; None where that is no question."""
    told = [(rows.key, penalty) for rows, penalty in penalties if penalty is not None or not rows.fresh]
    _change(db, _NOTEBOOK, [{"key": key, "late_submission_penalty": penalty} for key, penalty in told])


def _add(db: Any, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.execute(insert(table), rows)


def _change(db: Any, table: Any, rows: list[dict[str, Any]]) -> None:
    """Change rows: each is given with its `key`, and with the columns to change, all with the same."""
    if rows:
        db.execute(update(table).where(table.c.id == bindparam("key")), rows)


def score_of(db: Any, notebook: str) -> float:
    """Return the points of a submitted notebook before any penalty."""
    return float(db.scalar(select(SubmittedNotebook.score).where(SubmittedNotebook.id == notebook)))
