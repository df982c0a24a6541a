"""The wording of failed checks, apart from the logic, so that it can be read and reviewed as prose.

Every message names what was compared, what was expected, what came, where they first differ, and one thing to look
at. None shows a hidden number: shapes and counts come from the specification, values do not.
"""

from __future__ import annotations

from typing import Any

from coursepack.checks.failure import CheckFailed
from coursepack.subject import StudentError


def failed(about: str, *, expected: str = "", got: str = "", where: str = "", hint: str = "") -> CheckFailed:
    """Compose a failed check.

    Args:
        about: what was compared, as the start of a sentence: "convolve2d (stride 2): shape of the result".
        expected: what should have come.
        got: what came.
        where: the first place where they differ.
        hint: one thing to look at.
    """
    lines = [about]
    lines += [f"  {label}: {text}" for label, text in _rows(expected, got, where, hint) if text]
    return CheckFailed("\n".join(lines))


def _rows(expected: str, got: str, where: str, hint: str) -> list[tuple[str, str]]:
    return [("expected", expected), ("got", got), ("first difference", where), ("hint", hint)]


def student_error(about: str, error: StudentError) -> CheckFailed:
    """Report an exception of the student's code."""
    if error.is_a("NotImplementedError"):
        return failed(f"{about}: not written yet", hint="replace the line `raise NotImplementedError()`")
    if error.kind == "NameError" and "is not defined" in error.message and not error.place:
        return failed(f"{about}: {error.message}", hint="keep the given name, and make sure that its cell runs")
    hint = "look at the place named above first"
    if "read-only" in error.message:
        hint = "the function changes its input; work on a new array instead"
    place = f" at {error.place}" if error.place else ""
    return failed(f"{about}: your code raised {error.kind}{place}", got=error.message or error.kind, hint=hint)


def describe(value: Any) -> str:
    """Describe a value in a few words: its type, and shape and dtype or the value itself where it is short."""
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"array of shape {tuple(shape)} and dtype {value.dtype}"
    if value is None:
        return "None (is a `return` missing?)"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '…'}"
