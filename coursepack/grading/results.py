"""The results of grading: a class is a list of submissions, a submission is a list of graded cells."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

# What everybody reads while a person has yet to mark an answer.
WAITING = "waiting for the marker"


class CellStatus(StrEnum):
    """The status of one graded cell."""

    PASSED = "passed"
    PARTIAL = "partly passed"
    FAILED = "failed"
    STUDENT_ERROR = "error in the student's code"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    NOT_REACHED = "not reached"
    TO_MARK = WAITING
    NOT_GRADED = "not graded"


class Status(StrEnum):
    """The status of one submission."""

    GRADED = "graded"
    TO_MARK = WAITING
    NOT_GRADED = "not graded"
    MISSING = "no submission"


@dataclass(frozen=True)
class CellResult:
    """The verdict on one graded cell.

    Attributes:
        grade_id: the cell's name in the notebook and in the gradebook.
        points: the points it earned.
        max_points: the points it can earn; 0 for a visible test.
        status: its status.
        message: why points were lost, in the check's words; empty for a cell that passed.
        by_hand: whether the points are a person's.
        changed: whether the answer has changed since a person marked it, and nobody has looked at it again.
    """

    grade_id: str
    points: float
    max_points: float
    status: CellStatus
    message: str = ""
    by_hand: bool = False
    changed: bool = False


@dataclass(frozen=True)
class SubmissionResult:
    """The verdict on one student's submission.

    Attributes:
        student: the student's id, the name of the folder in `submitted/`.
        assignment: the assignment.
        cells: its graded cells in the notebook's order.
        name: first and last name if the gradebook has them.
        late_by: seconds between the due date and the hand-in; 0 if it was on time.
        time_unknown: whether it came late, and nobody knows when, so that `late_by` is a stand-in.
        penalty: points taken off for lateness.
        problem: why the submission could not be graded; empty if it was.
        notes: what was repaired or noticed, one sentence each.
        submitted: whether there is a submission.
        cpu_seconds: CPU time of the student's code while it was graded; 0 if nobody measured it.
    """

    student: str
    assignment: str
    cells: tuple[CellResult, ...] = ()
    name: str = ""
    late_by: float = 0.0
    time_unknown: bool = False
    penalty: float = 0.0
    problem: str = ""
    notes: tuple[str, ...] = ()
    submitted: bool = True
    cpu_seconds: float = 0.0

    @cached_property
    def score(self) -> float:
        """Points earned so far, less the penalty for lateness; never below 0. Final if nothing is `waiting`."""
        return max(0.0, sum(cell.points for cell in self.cells) - self.penalty)

    @cached_property
    def waiting(self) -> float:
        """Points of the answers that nobody has marked yet; neither earned nor lost."""
        return sum(cell.max_points for cell in self.cells if cell.status is CellStatus.TO_MARK)

    @cached_property
    def max_score(self) -> float:
        """Points that a perfect submission earns."""
        return sum(cell.max_points for cell in self.cells)

    @cached_property
    def status(self) -> Status:
        """The submission's status."""
        if not self.submitted:
            return Status.MISSING
        if self.problem:
            return Status.NOT_GRADED
        # A marking scheme is a cell too, but worth nothing: nobody needs to mark it.
        return Status.TO_MARK if self.waiting else Status.GRADED

    @cached_property
    def has_score(self) -> bool:
        """Whether it was graded, be it that an answer still waits for its mark."""
        return self.status in (Status.GRADED, Status.TO_MARK)

    @cached_property
    def changed(self) -> tuple[CellResult, ...]:
        """The cells whose mark is for an earlier answer."""
        return tuple(cell for cell in self.cells if cell.changed) if self.has_score else ()

    @cached_property
    def display_name(self) -> str:
        """The student's name, or the id if no name is known."""
        return self.name or self.student

    @cached_property
    def lost(self) -> tuple[CellResult, ...]:
        """The cells that lost points in a graded submission."""
        if not self.has_score:
            return ()
        return tuple(
            cell for cell in self.cells if cell.points < cell.max_points and cell.status is not CellStatus.TO_MARK
        )


def results_to_json(results: Iterable[SubmissionResult]) -> str:
    """Return results as JSON text; `results_from_json` reads it back."""
    return json.dumps([dataclasses.asdict(result) for result in results], indent=1, ensure_ascii=False)


def results_from_json(text: str) -> list[SubmissionResult]:
    """Return the results that `results_to_json` wrote.

    Raises:
        ValueError: the text is not such JSON, or a status is unknown.
        TypeError: a field is missing or unknown.
    """
    return [_submission(record) for record in json.loads(text)]


def _submission(record: dict[str, Any]) -> SubmissionResult:
    cells = tuple(CellResult(**{**cell, "status": CellStatus(cell["status"])}) for cell in record.pop("cells", []))
    return SubmissionResult(**{**record, "notes": tuple(record.get("notes", ()))}, cells=cells)
