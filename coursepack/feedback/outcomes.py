"""Work out how a submission did: each check, each exercise, and the total."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from coursepack.feedback.facts import Facts, Mark
from coursepack.grading.notebook.verdict_records import VerdictRecord
from coursepack.grading.results import CellStatus
from coursepack.notebooks.exercises import Exercise, GradedCell

_LABELS = ("call", "expected", "got", "first difference", "hint")
_ROW = re.compile(rf"  ({'|'.join(_LABELS)}): (.*)")
_OURS = (
    "This check could not be run. That is not your fault, and it takes no points: your instructor will grade it again."
)
_WITHOUT_MESSAGE = {
    CellStatus.NOT_REACHED: "This check was not reached: the notebook stopped before it.",
    CellStatus.TIMED_OUT: "This check took too long and was stopped.",
    CellStatus.OUT_OF_MEMORY: "This check used too much memory and was stopped.",
}


class State(StrEnum):
    """The state of an exercise or of one check."""

    PASSED = "passed"
    PARTLY = "partly passed"
    FAILED = "failed"
    WAITING = "waiting for the marker"
    NOT_REACHED = "not reached"
    NOT_GRADED = "not graded (our fault)"


@dataclass(frozen=True)
class Message:
    """What a failed check says.

    Attributes:
        about: its first line.
        rows: what follows, as (label, text): the call, what was expected, what came.
        hint: one thing to look at; empty if there is none.
    """

    about: str
    rows: tuple[tuple[str, str], ...] = ()
    hint: str = ""


_UNWRITTEN = "not written yet"
_NOT_BEGUN = Message("This is not written yet.", hint="replace the line `raise NotImplementedError()`")


@dataclass(frozen=True)
class CheckOutcome:
    """How one graded cell did.

    Attributes:
        cell: the graded cell.
        state: its state.
        points: the points it earned so far.
        message: why it did not pass; None if it passed, or if a person marks it.
        status: the engine's word for it, where it says more than the state ("timed out").
    """

    cell: GradedCell
    state: State
    points: float
    message: Message | None = None
    status: str = ""


@dataclass(frozen=True)
class ExerciseOutcome:
    """How one exercise did."""

    title: str
    checks: tuple[CheckOutcome, ...]

    @property
    def points(self) -> float:
        """The points so far."""
        return sum(check.points for check in self.checks)

    @property
    def max_points(self) -> float:
        """What it is worth."""
        return sum(check.cell.max_points for check in self.checks)

    @property
    def state(self) -> State:
        """Its state: what is still open comes first, then the points decide."""
        worth = [check for check in self.checks if check.cell.max_points]
        states = {check.state for check in worth}
        for open_state in (State.NOT_GRADED, State.WAITING):
            if open_state in states:
                return open_state
        if states <= {State.PASSED}:
            return State.PASSED
        if self.points > 0:
            return State.PARTLY
        return State.NOT_REACHED if states == {State.NOT_REACHED} else State.FAILED

    @property
    def failures(self) -> tuple[CheckOutcome, ...]:
        """The checks that did not pass; a visible test that says the same as one with points is left out."""
        failed = [check for check in self.checks if check.message and check.state is not State.PASSED]
        said = {check.message for check in failed if check.cell.max_points}
        unwritten = any(_UNWRITTEN in message.about for message in said if message)
        return tuple(
            check
            for check in failed
            if check.cell.max_points or not (check.message in said or (unwritten and check.message == _NOT_BEGUN))
        )


@dataclass(frozen=True)
class Total:
    """A submission's points.

    Attributes:
        points: the points so far, less the penalty.
        max_points: what a perfect notebook earns.
        waiting: points that wait for a person.
        ungraded: points of checks that a fault of ours kept from being graded.
        penalty: points taken off for lateness.
    """

    points: float
    max_points: float
    waiting: float
    ungraded: float
    penalty: float

    @property
    def so_far(self) -> bool:
        """Whether points are still open."""
        return bool(self.waiting or self.ungraded)


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
            tuple(_check(cell, facts.marks.get(cell.grade_id), records, messages) for cell in exercise.cells),
        )
        for exercise in exercises
    )


def total_of(outcomes: Iterable[ExerciseOutcome], facts: Facts) -> Total:
    """Return the points of a submission: the gradebook's, also for cells outside every exercise."""
    checks = [check for outcome in outcomes for check in outcome.checks]
    ungraded = sum(check.cell.max_points for check in checks if check.state is State.NOT_GRADED)
    marks = facts.marks.values()
    earned = sum(mark.points for mark in marks) - facts.penalty
    waiting = sum(mark.max_points for mark in marks if mark.waiting)
    return Total(max(0.0, earned), sum(mark.max_points for mark in marks), waiting, ungraded, facts.penalty)


def _check(
    cell: GradedCell, mark: Mark | None, records: Mapping[str, VerdictRecord], messages: Mapping[str, str]
) -> CheckOutcome:
    """Return how a cell did; points entered by hand take precedence over the engine's verdict."""
    mark = mark or Mark(0.0, cell.max_points)
    record = records.get(cell.grade_id)
    if mark.waiting:
        return CheckOutcome(cell, State.WAITING, mark.points)
    if record and not (mark.by_hand and mark.points - mark.extra != record.points):
        status = record.as_result().status
    else:
        status = _by_points(mark, messages.get(cell.grade_id, ""))
    state = _STATES.get(status, State.FAILED)
    if state is State.PASSED or cell.by_hand or (mark.by_hand and state is State.PARTLY):
        return CheckOutcome(cell, state, mark.points)
    return CheckOutcome(cell, state, mark.points, _message(status, messages.get(cell.grade_id, "")), str(status))


_STATES = {
    CellStatus.PASSED: State.PASSED,
    CellStatus.PARTIAL: State.PARTLY,
    CellStatus.NOT_REACHED: State.NOT_REACHED,
    CellStatus.NOT_GRADED: State.NOT_GRADED,
}


def _by_points(mark: Mark, message: str) -> CellStatus:
    earned = mark.points - mark.extra
    if earned >= mark.max_points and (mark.max_points or not message):
        return CellStatus.PASSED
    if message.startswith("CellTimeoutError"):
        return CellStatus.TIMED_OUT
    return CellStatus.PARTIAL if earned > 0 else CellStatus.FAILED


def _message(status: CellStatus, text: str) -> Message:
    if status is CellStatus.NOT_GRADED:
        return Message(_OURS)
    if status is CellStatus.TIMED_OUT and text.startswith("CellTimeoutError"):
        text = ""
    if text.strip().rstrip(":") == "NotImplementedError":
        return _NOT_BEGUN
    return parse_message(text or _WITHOUT_MESSAGE.get(status, "The check failed without a message."))


def parse_message(text: str) -> Message:
    """Split a message of `coursepack.checks.messages` into its parts; any other text is all one part."""
    about: list[str] = []
    rows: list[tuple[str, str]] = []
    for line in text.split("\n"):
        if found := _ROW.fullmatch(line):
            rows.append((found[1], found[2]))
        elif rows:
            rows[-1] = (rows[-1][0], f"{rows[-1][1]}\n{line}")
        else:
            about.append(line)
    hint = "\n".join(said for label, said in rows if label == "hint")
    return Message("\n".join(about).strip(), tuple(row for row in rows if row[0] != "hint"), hint)
