"""Checks of functions that take and return arrays or numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from coursepack.checks.messages import describe, failed, student_error
from coursepack.subject import Array, StudentError, Subject

RELATIVE_TOLERANCE = {np.dtype("float16"): 1e-2, np.dtype("float32"): 1e-5, np.dtype("float64"): 1e-9}
KINDS = {"b": "boolean", "i": "integer", "u": "integer", "f": "floating point", "c": "complex", "U": "text"}
_UNSET = object()


class Case:
    """One call to try.

    Args:
        about: what is special about it, for the message: "stride 2". It is shown to students.
        args: positional arguments of the call.
        expected: what must come back (for `assert_returns`).
        mentions: texts that an error's message must hold (for `assert_raises`).
        options: keyword arguments of the call.
    """

    def __init__(
        self, about: str, *args: Any, expected: Any = _UNSET, mentions: Iterable[str] = (), **options: Any
    ) -> None:
        self.about, self.args, self.options = about, args, options
        self.expected, self.mentions = expected, tuple(mentions)


def assert_matches(student: Subject, name: str, reference: Callable[..., Any], cases: Iterable[Case]) -> None:
    """Check that the student's function gives what `reference` gives, in shape, kind of dtype and values.

    Integers must agree exactly; floats to a relative 1e-9 (float64) or 1e-5 (float32) of the largest value.
    """
    for case in cases:
        about = f"{name} ({case.about})"
        _compare(about, reference(*case.args, **case.options), _call(student, name, about, case))


def assert_returns(student: Subject, name: str, cases: Iterable[Case]) -> None:
    """Check that the student's function returns each case's `expected`."""
    for case in cases:
        about = f"{name} ({case.about})"
        _compare(about, case.expected, _call(student, name, about, case))


def assert_raises(student: Subject, name: str, cases: Iterable[Case], *, error: str = "ValueError") -> None:
    """Check that each case makes the student's function raise `error`, with a message that holds `mentions`."""
    for case in cases:
        about = f"{name} ({case.about})"
        try:
            returned = student.call(name, *case.args, **case.options)
        except StudentError as raised:
            _check_error(about, raised, error, case)
        else:
            raise failed(
                f"{about}: no error", expected=error, got=describe(returned), hint="check the input before computing"
            )


def _check_error(about: str, raised: StudentError, error: str, case: Case) -> None:
    if raised.is_a("NotImplementedError") or not raised.is_a(error):
        if raised.is_a("NotImplementedError") or raised.kind == "NameError":
            raise student_error(about, raised)
        raise failed(f"{about}: wrong kind of error", expected=error, got=f"{raised.kind}: {raised.message}")
    for text in case.mentions:
        if text.lower() not in raised.message.lower():
            raise failed(
                f"{about}: the error's message is not helpful enough",
                expected=f"a message that mentions “{text}”",
                got=raised.message or "an empty message",
            )


def assert_value(
    student: Subject, name: str, expected: Any, *, tolerance: float = 0.0, hint: str = "work it out once more by hand"
) -> None:
    """Check a variable: a number within `tolerance`, a text, or a list of such. The right answer stays secret."""
    try:
        got = student.value(name)
    except StudentError as error:
        raise student_error(name, error) from None
    if not _same_answer(got, expected, tolerance):
        raise failed(f"{name}: not the right answer", got=describe(got), hint=hint)


def _same_answer(got: Any, expected: Any, tolerance: float) -> bool:
    if isinstance(expected, tuple | list):
        items = got.tolist() if isinstance(got, np.ndarray) else got
        if not isinstance(items, list) or len(items) != len(expected):
            return False
        return all(_same_answer(one, other, tolerance) for one, other in zip(items, expected, strict=True))
    if isinstance(expected, str):
        return isinstance(got, str) and got.strip().lower() == expected.lower()
    if isinstance(got, np.ndarray) and got.size == 1:
        got = got.reshape(-1)[0].item()
    if isinstance(got, bool) or not isinstance(got, int | float):
        return got is expected
    return bool(abs(got - expected) <= tolerance)


def _call(student: Subject, name: str, about: str, case: Case) -> Any:
    try:
        return student.call(name, *case.args, **case.options)
    except StudentError as error:
        raise student_error(about, error) from None


def _compare(about: str, expected: Any, got: Any) -> None:
    if not isinstance(expected, np.ndarray):
        _compare_scalars(about, expected, got)
        return
    if not isinstance(got, np.ndarray):
        raise failed(f"{about}: kind of result", expected="a NumPy array", got=describe(got))
    if got.shape != expected.shape:
        raise failed(f"{about}: shape of the result", expected=str(expected.shape), got=str(got.shape))
    if KINDS.get(got.dtype.kind) != KINDS[expected.dtype.kind]:
        raise failed(f"{about}: dtype of the result", expected=f"{expected.dtype}", got=str(got.dtype))
    if expected.dtype.kind == "f" and got.dtype != expected.dtype:
        raise failed(f"{about}: dtype of the result", expected=f"{expected.dtype}", got=str(got.dtype))
    compare_values(about, expected, got)


def _compare_scalars(about: str, expected: Any, got: Any) -> None:
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got.item()
    if isinstance(got, bool) != isinstance(expected, bool) or not isinstance(got, type(expected)):
        raise failed(f"{about}: kind of result", expected=type(expected).__name__, got=describe(got))
    if got != expected and not (isinstance(expected, float) and np.isclose(got, expected, rtol=1e-9, atol=0)):
        raise failed(f"{about}: value", got=describe(got), hint="work this case out by hand")


def compare_values(about: str, expected: Array, got: Array, *, tolerance: float | None = None, hint: str = "") -> None:
    """Check that two arrays of one shape agree; say how many values differ and where the first one stands.

    Args:
        about: what is compared, for the message.
        expected: array of any shape.
        got: array of the same shape.
        tolerance: allowed difference relative to the largest expected value; by default from the dtype.
        hint: what to look at when they differ.
    """
    if tolerance is None:
        tolerance = RELATIVE_TOLERANCE.get(expected.dtype, 0.0)
    if expected.dtype.kind == "f":
        scale = float(np.max(np.abs(expected), initial=0.0)) or 1.0
        wrong = ~(np.abs(got.astype(np.float64) - expected.astype(np.float64)) <= tolerance * scale)
    else:
        wrong = got != expected
    if wrong.any():
        first = tuple(int(index) for index in np.argwhere(wrong)[0])
        count = f"{int(wrong.sum()):,} of {wrong.size:,} values differ"
        raise failed(f"{about}: {count}", where=f"index {first}, where yours is {got[first]:.6g}", hint=hint)
