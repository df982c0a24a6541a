"""Work out how a submission of a class did: each exercise, and the total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from coursepack.feedback.facts import Facts, Mark
from coursepack.grading.notebook.verdict_records import VerdictRecord
from coursepack.grading.outcomes import CheckOutcome, ExerciseOutcome
from coursepack.grading.results import CellStatus
from coursepack.notebooks.exercises import Exercise, GradedCell

_OURS = (
    "This check could not be run. That is not your fault, and it takes no points: your instructor will grade it again."
)
_BLANK = "Nothing is written here: the cell is as it was handed out."
_WITHOUT_MESSAGE = {
    CellStatus.NOT_REACHED: "This check was not reached: the notebook stopped before it.",
    CellStatus.TIMED_OUT: "This check took too long and was stopped.",
    CellStatus.OUT_OF_MEMORY: "This check used too much memory and was stopped.",
}


@dataclass(frozen=True)
class Total:
    """A submission's points.

    Attributes:
        points: the points so far, less the penalty.
        max_points: what a perfect notebook earns.
        waiting: points that wait for a person.
        ungraded: points of checks that a fault of ours kept from being graded.
        penalty: points taken off for lateness.
        changed: how many answers have changed since a person marked them.
    """

    points: float
    max_points: float
    waiting: float
    ungraded: float
    penalty: float
    changed: int = 0

    @property
    def so_far(self) -> bool:
        """Whether points are still open."""
        return bool(self.waiting or self.ungraded or self.changed)


def outcomes_of(
    exercises: Iterable[Exercise],
    facts: Facts,
    records: Mapping[str, VerdictRecord],
    messages: Mapping[str, str],
) -> tuple[ExerciseOutcome, ...]:
    """Return how each exercise did.

    Args:
        exercises: the assignment's exercises.
        facts: what the gradebook says.
        records: the engine's verdicts by cell; none after grading without the engine.
        messages: why each cell did not pass, by cell, with nothing hidden in them.
    """
    return tuple(
        ExerciseOutcome(
            exercise.title,
            tuple(
                replace(_check(cell, mark, records, messages), changed=mark is not None and mark.changed)
                for cell in exercise.cells
                for mark in (facts.marks.get(cell.grade_id),)
            ),
        )
        for exercise in exercises
    )


def total_of(outcomes: Iterable[ExerciseOutcome], facts: Facts) -> Total:
    """Return the points of a submission: the gradebook's, also for cells outside every exercise."""
    checks = [check for outcome in outcomes for check in outcome.checks]
    ungraded = sum(check.cell.max_points for check in checks if check.status is CellStatus.NOT_GRADED)
    marks = facts.marks.values()
    earned = sum(mark.points for mark in marks) - facts.penalty
    waiting = sum(mark.max_points for mark in marks if mark.waiting)
    changed = sum(mark.changed for mark in marks)
    return Total(max(0.0, earned), sum(mark.max_points for mark in marks), waiting, ungraded, facts.penalty, changed)


def _check(
    cell: GradedCell, mark: Mark | None, records: Mapping[str, VerdictRecord], messages: Mapping[str, str]
) -> CheckOutcome:
    """Return how a cell did; points entered by hand take precedence over the engine's verdict."""
    mark = mark or Mark(0.0, cell.max_points)
    record = records.get(cell.grade_id)
    if mark.waiting:
        return CheckOutcome(cell, CellStatus.TO_MARK, mark.points or None)
    if record and not (mark.by_hand and mark.points - mark.extra != record.points):
        status = record.as_result().status
    else:
        status = _by_points(mark, messages.get(cell.grade_id, ""))
    if cell.by_hand:
        # Of the answers that people mark, the machine gives 0 points to those alone that nobody wrote.
        blank = status is CellStatus.FAILED and not mark.by_hand and cell.max_points
        return CheckOutcome(cell, status, mark.points, _BLANK if blank else "")
    quiet = status is CellStatus.PASSED or (mark.by_hand and status is CellStatus.PARTIAL)
    message = "" if quiet else _message(status, messages.get(cell.grade_id, ""))
    if status is CellStatus.NOT_GRADED:
        return CheckOutcome(cell, status, mark.points or None, message, at_fault=True)
    return CheckOutcome(cell, status, mark.points, message)


def _by_points(mark: Mark, message: str) -> CellStatus:
    earned = mark.points - mark.extra
    if earned >= mark.max_points and (mark.max_points or not message):
        return CellStatus.PASSED
    if message.startswith("CellTimeoutError"):
        return CellStatus.TIMED_OUT
    return CellStatus.PARTIAL if earned > 0 else CellStatus.FAILED


def _message(status: CellStatus, text: str) -> str:
    """Return why a cell did not pass; never an empty text."""
    if status is CellStatus.NOT_GRADED:
        return _OURS
    if status is CellStatus.TIMED_OUT and text.startswith("CellTimeoutError"):
        text = ""
    return text or _WITHOUT_MESSAGE.get(status, "The check failed without a message.")
