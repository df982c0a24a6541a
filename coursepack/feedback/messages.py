"""Split what a failed check says into its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coursepack.grading.outcomes import CheckOutcome, ExerciseOutcome
from coursepack.grading.results import CellStatus

_LABELS = ("call", "expected", "got", "first difference", "hint")
_ROW = re.compile(rf"  ({'|'.join(_LABELS)}): (.*)")


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


def message_of(text: str) -> Message:
    """Split a message of `coursepack.checks.messages` into its parts; any other text is all one part."""
    if text.strip().rstrip(":") == "NotImplementedError":
        return _NOT_BEGUN
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


def failures_in(exercise: ExerciseOutcome) -> tuple[tuple[CheckOutcome, Message], ...]:
    """Return the checks that did not pass; a visible test that says the same as one with points is left out."""
    failed = [
        (check, message_of(check.message))
        for check in exercise.checks
        if check.message and check.status is not CellStatus.PASSED
    ]
    said = {message for check, message in failed if check.cell.max_points}
    unwritten = any(_UNWRITTEN in message.about for message in said)
    return tuple(
        (check, message)
        for check, message in failed
        if check.cell.max_points or not (message in said or (unwritten and message == _NOT_BEGUN))
    )
