"""The result of one notebook as its student may see it: exercises, states, points and messages, nothing hidden.

A written answer waits for the marker. It has no points yet, and counts in no automatic total: neither among the points
earned, nor among those that could have been. A notebook that is not graded has no points at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from coursepack.authoring.leaks import Secrets, redact, secrets_of
from coursepack.grading.batch.single import SingleGrading
from coursepack.grading.notebook.grade_notebook import NOT_GRADED
from coursepack.grading.notebook.verdict_records import VerdictRecord
from coursepack.grading.outcomes import CheckOutcome, ExerciseOutcome
from coursepack.grading.results import CellStatus
from coursepack.judge.verdict import Verdict
from coursepack.notebooks.exercises import GradedCell, exercises_of, title_of

GRADER_ERROR = "not graded, for a reason that is not in the notebook; no points are lost"
LONGEST_MESSAGE = 1_500
MAX_NOTES = 30
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


@dataclass(frozen=True)
class NotebookOutcome:
    """What came of one notebook.

    Attributes:
        assignment: the assignment.
        title: its title.
        exercises: its exercises, in order.
        problem: why it is not graded; empty if it is.
        ours: whether that is a grader error.
        notes: what was repaired or noticed.
        seconds: how long it took.
    """

    assignment: str
    title: str
    exercises: tuple[ExerciseOutcome, ...]
    problem: str = ""
    ours: bool = False
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def graded(self) -> bool:
        """Whether it is graded, as far as that is done without a person."""
        return not self.problem

    @property
    def checks(self) -> tuple[CheckOutcome, ...]:
        """All graded cells, in order."""
        return tuple(check for exercise in self.exercises for check in exercise.checks)

    @property
    def automatic(self) -> tuple[CheckOutcome, ...]:
        """The checks that need no person."""
        return tuple(check for check in self.checks if not check.waiting)

    @property
    def points(self) -> float | None:
        """What the automatic checks earned; None if the notebook is not graded."""
        return sum(check.points or 0.0 for check in self.automatic) if self.graded else None

    @property
    def max_points(self) -> float:
        """What the automatic checks are worth."""
        return sum(check.cell.max_points for check in self.automatic)

    @property
    def waiting(self) -> tuple[CheckOutcome, ...]:
        """The answers that wait for the marker."""
        return tuple(check for check in self.checks if check.waiting)

    @property
    def waiting_points(self) -> float:
        """What these are worth."""
        return sum(check.cell.max_points for check in self.waiting)

    @property
    def percent(self) -> float | None:
        """The share of automatic points earned, 0 to 100; None if there are none, or the notebook is not graded."""
        return 100 * self.points / self.max_points if self.points is not None and self.max_points else None

    @property
    def summary(self) -> str:
        """The result in one sentence."""
        if not self.graded:
            return f"not graded: {self.problem}"
        said = f"{self.points:g} of {in_points(self.max_points)}"
        return f"{said}; {self.waiting_sentence}" if self.waiting else said

    @property
    def waiting_sentence(self) -> str:
        """What waits for the marker, in one sentence; empty if nothing does."""
        if not self.waiting:
            return ""
        count = len(self.waiting)
        answers = "1 written answer waits" if count == 1 else f"{count} written answers wait"
        return f"{answers} for the marker ({in_points(self.waiting_points)} more)"


def in_points(value: float) -> str:
    """Return a number of points in words."""
    return f"{value:g} point" if value == 1 else f"{value:g} points"


def outcome_of(assignment: str, source: NotebookNode, grading: SingleGrading) -> NotebookOutcome:
    """Return a grading as its student may see it.

    Args:
        assignment: the assignment's name.
        source: its source notebook, whose hidden tests and marking schemes are taken out of every message.
        grading: what came of grading.
    """
    secrets = secrets_of(source)
    known = {record.grade_id: record for record in grading.records.records} if grading.records else {}
    exercises = tuple(
        ExerciseOutcome(
            exercise.title,
            # A marking scheme without points asks nobody for a mark.
            tuple(
                _check(cell, known, grading, secrets) for cell in exercise.cells if cell.max_points or not cell.by_hand
            ),
        )
        for exercise in exercises_of(source)
    )
    problem = GRADER_ERROR if grading.ours else _one_line(shown(grading.problem, secrets))
    return NotebookOutcome(
        assignment,
        title_of(source) or assignment,
        exercises,
        problem,
        grading.ours,
        tuple(_one_line(shown(note, secrets)) for note in grading.notes[:MAX_NOTES]),
        round(grading.records.seconds, 1) if grading.records else 0.0,
    )


def _check(
    cell: GradedCell, known: Mapping[str, VerdictRecord], grading: SingleGrading, secrets: Secrets
) -> CheckOutcome:
    if cell.by_hand:
        return CheckOutcome(cell, CellStatus.TO_MARK, None)
    record = known.get(cell.grade_id)
    if grading.problem or record is None:
        at_fault = record is not None and record.verdict is Verdict.GRADER_ERROR
        message = NOT_GRADED if at_fault else ""
        return CheckOutcome(cell, CellStatus.NOT_GRADED, None, message, at_fault=at_fault)
    result = record.as_result()
    message = "" if result.status is CellStatus.PASSED else shown(result.message, secrets)
    return CheckOutcome(cell, result.status, result.points, message, round(record.seconds, 3))


def shown(message: str, secrets: Secrets) -> str:
    """Return a message as a student may see it, and as any terminal or file can hold it.

    Lines and numbers of hidden tests, lines of marking schemes, colours and control characters are taken out, and what
    is too long is cut.
    """
    # An error without a message ends in its colon.
    text = redact(_printable(message), secrets).strip().removesuffix(":")
    return text if len(text) <= LONGEST_MESSAGE else text[:LONGEST_MESSAGE].rstrip() + " …"


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() or one in "\n\t" else "�" for one in _COLOUR.sub("", text))


def _one_line(text: str) -> str:
    return " ".join(text.split())
