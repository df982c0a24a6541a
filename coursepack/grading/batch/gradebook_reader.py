"""Read all submissions of one assignment from nbgrader's gradebook, in a few queries.

nbgrader's own objects ask the database again for every grade and every cell: tens of thousands of times for a class of
2,000.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Grade, MissingEntry, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import func

from coursepack.grading.batch.submission_rows import lateness


@dataclass(frozen=True)
class GradeRow:
    """One grade in the gradebook.

    Attributes:
        name: the cell's name.
        cell_type: "code" or "markdown".
        max_score: points that it can earn.
        auto_score: points that the machine gave; None if a person must.
        manual_score: points that a person gave.
        score: the points that count, with extra credit.
        needs_manual_grade: whether formgrader asks for a mark.
    """

    name: str
    cell_type: str
    max_score: float
    auto_score: float | None
    manual_score: float | None
    score: float
    needs_manual_grade: bool


@dataclass(frozen=True)
class SubmissionRow:
    """One submission in the gradebook.

    Attributes:
        late_by: seconds between the due date, with the student's extension, and the hand-in; 0 if it was on time.
        penalty: points taken off for lateness.
        grades: its grades, in no order.
        handed_in: when it was handed in, in UTC; None if the gradebook does not say.
    """

    late_by: float
    penalty: float
    grades: tuple[GradeRow, ...]
    handed_in: datetime.datetime | None = None


def student_names(gradebook: Any) -> dict[str, str]:
    """Return the first and last names of all students, by id; empty where the gradebook has none."""
    rows = gradebook.db.query(Student.id, Student.first_name, Student.last_name)
    return {student: " ".join(part for part in (first, last) if part) for student, first, last in rows}


def read_submissions(gradebook: Any, assignment: str) -> dict[str, SubmissionRow]:
    """Return an assignment's submissions by student; none if the gradebook does not know the assignment."""
    try:
        entry = gradebook.find_assignment(assignment)
    except MissingEntry:
        return {}
    grades: dict[str, list[GradeRow]] = defaultdict(list)
    for student, row in _grades(gradebook, entry):
        grades[student].append(row)
    notebooks = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            func.sum(SubmittedNotebook.late_submission_penalty),
        )
        .outerjoin(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .filter(SubmittedAssignment.assignment_id == entry.id)
        .group_by(
            SubmittedAssignment.id,
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
        )
    )
    return {
        student: SubmissionRow(
            lateness(entry.duedate, handed_in, extension), float(penalty or 0), tuple(grades[student]), handed_in
        )
        for student, handed_in, extension, penalty in notebooks
    }


def _grades(gradebook: Any, entry: Any) -> Iterator[tuple[str, GradeRow]]:
    """Yield an assignment's grades, each with its student."""
    cells = {cell.id: cell for notebook in entry.notebooks for cell in [*notebook.grade_cells, *notebook.task_cells]}
    rows = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            Grade.cell_id,
            Grade.auto_score,
            Grade.manual_score,
            Grade.score,
            Grade.needs_manual_grade,
        )
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .filter(SubmittedAssignment.assignment_id == entry.id)
    )
    names = {cell_id: (cell.name, cell.cell_type, float(cell.max_score)) for cell_id, cell in cells.items()}
    for student, cell_id, auto, manual, score, needs in rows:
        yield student, GradeRow(*names[cell_id], auto, manual, float(score or 0), bool(needs))
