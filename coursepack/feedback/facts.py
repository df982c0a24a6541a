"""What the gradebook says about one submitted notebook, as plain data that goes to another process."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbgrader.api import MissingEntry

from coursepack.errors import CoursepackError
from coursepack.grading.batch.marked_answers import changed_answers
from coursepack.grading.submission.unknown_times import is_unknown
from coursepack.grading.workspace import Workspace


@dataclass(frozen=True)
class Mark:
    """What the gradebook says about one graded cell.

    Attributes:
        points: the points so far.
        max_points: what it is worth.
        by_hand: whether a person entered the points.
        waiting: whether a person still has to.
        extra: points that a person added on top.
        changed: whether the answer has changed since a person marked it.
    """

    points: float
    max_points: float
    by_hand: bool = False
    waiting: bool = False
    extra: float = 0.0
    changed: bool = False


@dataclass(frozen=True)
class Facts:
    """What the gradebook says about one submitted notebook.

    Attributes:
        student: the student's id.
        assignment: the assignment.
        notebook: the notebook's name.
        name: first and last name; empty if the gradebook has none.
        handed_in: when it was handed in, in UTC; None if that is not known.
        due: when it was due, in UTC; None if there is no due date.
        late_by: seconds between the two; 0 if it was on time.
        time_unknown: whether it came late, and nobody knows when, so that `handed_in` and `late_by` are stand-ins.
        penalty: points taken off for lateness.
        marks: by graded cell.
        comments: what a person wrote, by cell.
        remarks: what was entered automatically ("No response."), by cell.
    """

    student: str
    assignment: str
    notebook: str
    name: str = ""
    handed_in: datetime.datetime | None = None
    due: datetime.datetime | None = None
    late_by: float = 0.0
    time_unknown: bool = False
    penalty: float = 0.0
    marks: dict[str, Mark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)


def facts_of(
    gradebook: Any, workspace: Workspace, student: str, notebook: str, unknown_times: Mapping[str, str]
) -> Facts:
    """Read what an open gradebook says about a submitted notebook.

    Args:
        gradebook: nbgrader's gradebook, open.
        workspace: the assignment's workspace.
        student: the student's id.
        notebook: the notebook's name.
        unknown_times: the assignment's stand-ins for times of hand-in; see `read_unknown_times`.

    Raises:
        CoursepackError: it knows no such submission.
    """
    assignment = workspace.assignment
    try:
        submission = gradebook.find_submission(assignment, student)
        entry = gradebook.find_submission_notebook(notebook, assignment, student)
    except MissingEntry as error:
        raise CoursepackError(
            f"the gradebook has no grades of {student} for {notebook}",
            where=assignment,
            remedy=f"run `coursepack grade {assignment}` first",
        ) from error
    person = submission.student
    # Our note is on the notebook that is called like the assignment.
    changed = changed_answers(workspace, student, entry.grades) if notebook == assignment else frozenset()
    return Facts(
        student,
        assignment,
        notebook,
        " ".join(part for part in (person.first_name, person.last_name) if part),
        submission.timestamp,
        submission.duedate,
        float(submission.total_seconds_late),
        is_unknown(unknown_times, student, submission.timestamp),
        float(entry.late_submission_penalty or 0),
        {grade.name: _mark(grade, changed=grade.name in changed) for grade in entry.grades},
        {comment.name: comment.manual_comment for comment in entry.comments if comment.manual_comment},
        {comment.name: comment.auto_comment for comment in entry.comments if comment.auto_comment},
    )


def _mark(grade: Any, *, changed: bool) -> Mark:
    by_hand = grade.manual_score is not None
    waiting = not by_hand and (grade.needs_manual_grade or grade.auto_score is None) and grade.max_score > 0
    extra = float(grade.extra_credit or 0)
    return Mark(float(grade.score or 0), float(grade.max_score), by_hand, bool(waiting), extra, changed)
