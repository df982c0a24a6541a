"""How a notebook did, as students and teachers read it: each check and each exercise, with state and points."""

from __future__ import annotations

from dataclasses import dataclass

from coursepack.grading.results import CellStatus
from coursepack.notebooks.exercises import GradedCell

# A sign, so that nobody depends on colour, and the CSS class of the colour; feedback and report share them.
SYMBOLS = {
    CellStatus.PASSED: ("✓", "passed"),
    CellStatus.PARTIAL: ("◐", "partial"),
    CellStatus.FAILED: ("✗", "failed"),
    CellStatus.STUDENT_ERROR: ("✗", "failed"),
    CellStatus.TIMED_OUT: ("⊘", "failed"),
    CellStatus.OUT_OF_MEMORY: ("⊘", "failed"),
    CellStatus.NOT_REACHED: ("⊘", "failed"),
    CellStatus.TO_MARK: ("✎", "to-mark"),
    CellStatus.NOT_GRADED: ("–", "none"),
}


@dataclass(frozen=True)
class CheckOutcome:
    """How one graded cell did.

    Attributes:
        cell: the graded cell.
        status: its status.
        points: what it earned so far; None while nobody has decided that.
        message: why it did not pass, with nothing hidden in it; empty if there is nothing to say.
        seconds: how long it took; 0 if nobody measured it.
        at_fault: whether a grader error happened in it.
        changed: whether the answer has changed since a person marked it.
    """

    cell: GradedCell
    status: CellStatus
    points: float | None
    message: str = ""
    seconds: float = 0.0
    at_fault: bool = False
    changed: bool = False

    @property
    def waiting(self) -> bool:
        """Whether it waits for the marker."""
        return self.status is CellStatus.TO_MARK

    @property
    def state(self) -> str:
        """Its status in words for a student."""
        return str(self.status)


@dataclass(frozen=True)
class ExerciseOutcome:
    """How one exercise did: its title, and its checks in order."""

    title: str
    checks: tuple[CheckOutcome, ...]

    @property
    def points(self) -> float | None:
        """What is earned so far; None if nothing is decided. What is worth nothing decides nothing."""
        worth = [check for check in self.checks if check.cell.max_points or check.points]
        known = [check.points for check in worth if check.points is not None]
        return sum(known) if known else None

    @property
    def max_points(self) -> float:
        """What all of it is worth, written answers included."""
        return sum(check.cell.max_points for check in self.checks)

    @property
    def changed(self) -> bool:
        """Whether one of its marks is for an earlier answer."""
        return any(check.changed for check in self.checks)

    @property
    def status(self) -> CellStatus:
        """Its status, by the checks with points: what is still open comes first, then the points decide."""
        found = {check.status for check in self.checks if check.cell.max_points}
        for open_status in (CellStatus.NOT_GRADED, CellStatus.TO_MARK):
            if open_status in found:
                return open_status
        if found <= {CellStatus.PASSED}:
            return CellStatus.PASSED
        if self.points:
            return CellStatus.PARTIAL
        return found.pop() if len(found) == 1 else CellStatus.FAILED

    @property
    def state(self) -> str:
        """Its status in words for a student."""
        return str(self.status)
