"""The commonest mistakes of a class: the diagnoses of failed checks, counted by student."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from coursepack.grading.batch.read_results import BLANK
from coursepack.grading.results import CellResult, CellStatus, SubmissionResult

_HINT = re.compile(r"^\s*hint: (?P<text>.+)$", re.MULTILINE)
# One mistake shows itself in different numbers: 1, 0.25, 1e-05, 1,234.
_NUMBER = re.compile(r"(?<![A-Za-z_\d])[-−]?\d+(?:[,_]\d+)*(?:\.\d+)?(?:e[-+]?\d+)?(?![A-Za-z_])", re.IGNORECASE)
_STOPPED = {
    CellStatus.TIMED_OUT: "the code ran out of time",
    CellStatus.OUT_OF_MEMORY: "the code ran out of memory",
    CellStatus.NOT_REACHED: "the cell was not reached: the notebook had stopped before it",
}


@dataclass(frozen=True)
class Mistake:
    """One diagnosis.

    Attributes:
        diagnosis: the hint that students get, or else the first line of the check's message; where students got it with
            different numbers, "…" stands for these.
        example: the first line of the message that one of them got; empty if the diagnosis already says it.
        students: whom it was given to, each of them once.
        checks: the checks that gave it, in the notebook's order.
    """

    diagnosis: str
    example: str
    students: tuple[str, ...]
    checks: tuple[str, ...]


def commonest_mistakes(results: Iterable[SubmissionResult]) -> list[Mistake]:
    """Return the diagnoses of a class, the one that concerns most students first.

    Marks that a person gave, and answers that nobody wrote, are no diagnoses.
    """
    groups: dict[str, _Group] = {}
    for result in results:
        if not result.has_score:
            continue
        for place, cell in enumerate(result.cells):
            if cell.points >= cell.max_points or cell.by_hand:
                continue
            said = diagnosis(cell.status, cell.message)
            if said and said != BLANK:
                groups.setdefault(without_numbers(said), _Group()).add(said, result.display_name, cell, place)
    found = [group.as_mistake(masked) for masked, group in groups.items()]
    return sorted(found, key=lambda mistake: -len(mistake.students))


@dataclass
class _Group:
    """What is found out about one diagnosis while the class is read; dictionaries serve as ordered sets."""

    said: dict[str, None] = field(default_factory=dict)
    students: dict[str, None] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    example: str = ""

    def add(self, said: str, student: str, cell: CellResult, place: int) -> None:
        self.said[said] = None
        self.students[student] = None
        self.places.setdefault(cell.grade_id, place)
        self.example = self.example or cell.message.strip().split("\n")[0]

    def as_mistake(self, masked: str) -> Mistake:
        text = next(iter(self.said)) if len(self.said) == 1 else masked
        example = "" if self.example in self.said else self.example
        checks = sorted(self.places, key=self.places.__getitem__)
        return Mistake(text, example, tuple(self.students), tuple(checks))


def diagnosis(status: CellStatus, message: str) -> str:
    """Return what a failed check says is wrong: its hint, or else its first line; empty if it says nothing."""
    if status in _STOPPED:
        return _STOPPED[status]
    hint = _HINT.search(message)
    first = hint["text"] if hint else message.strip().split("\n")[0]
    return first.strip()


def without_numbers(text: str) -> str:
    """Return a text with "…" in the place of numbers; those in names, as in conv2d, stay."""
    return _NUMBER.sub("…", text)
