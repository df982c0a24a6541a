"""Compose the messages of failed checks. They are kept apart from the logic, to be read and reviewed as prose.

Every message names what was compared, what was expected, what the code gave, where they first differ, and one thing to
look at. No message shows a secret right value, or a number from a hidden array. Shapes, counts and the plain settings
of a call (a stride, a number of channels) are shown: without them nobody could work the case out.

A hint names a slip only if it is the one slip that explains the result; otherwise it says what is wanted, or there is
no hint.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from coursepack.checks.errors import CheckFailed
from coursepack.subject import StudentError
from coursepack.subject.tables import Rows


def failed(
    about: str, *, call: str = "", expected: str = "", got: str = "", where: str = "", hint: str = ""
) -> CheckFailed:
    """Compose a failed check.

    Args:
        about: what was compared, as the start of a sentence: "resample (step 2): shape of the result".
        call: the call that was made, with its plain settings and the shapes of its arrays.
        expected: the right result.
        got: the student's result.
        where: the first place where they differ.
        hint: one thing to look at.
    """
    rows = [("call", call), ("expected", expected), ("got", got), ("first difference", where), ("hint", hint)]
    return CheckFailed("\n".join([about, *(f"  {label}: {text}" for label, text in rows if text)]))


def student_error(about: str, error: StudentError, *, call: str = "") -> CheckFailed:
    """Compose a failed check for an exception of the student's code; `call` is the call that raised it."""
    if error.is_a("NotImplementedError"):
        return failed(f"{about}: not written yet", hint="replace the line `raise NotImplementedError()`")
    if error.kind == "NameError" and "is not defined" in error.message and not error.place:
        return failed(f"{about}: {error.message}", hint="keep the given name, and make sure that its cell runs")
    hint = "start at the place named in the first line" if error.place else ""
    if "read-only" in error.message:
        hint = "the function changes its input; work on a new array instead"
    place = f" at {error.place}" if error.place else ""
    about = f"{about}: your code raised {error.kind}{place}"
    return failed(about, call=call, got=error.message or error.kind, hint=hint)


@contextlib.contextmanager
def student_errors(about: str, *, call: str = "") -> Iterator[None]:
    """Let an exception of the student's code within the block be a failed check; see `student_error`.

    Raises:
        CheckFailed: the student's code raised.
    """
    try:
        yield
    except StudentError as error:
        raise student_error(about, error, call=call) from None


def describe(value: Any) -> str:
    """Describe a value briefly: its type, and its shape and dtype or, if it is short, the value itself."""
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"array of shape {tuple(shape)} and dtype {value.dtype}"
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, Rows):
        return f"{value.kind} of {len(value)} rows" + (f", the first one {_short(value[0])}" if value else "")
    return f"{type(value).__name__} {_short(value)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
