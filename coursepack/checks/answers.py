"""Checks of an answer held in a variable: a number, a string, or several of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from coursepack.checks.messages import describe, failed, student_errors
from coursepack.subject import StudentError, Subject


def assert_value(
    student: Subject,
    name: str,
    expected: Any,
    *,
    tolerance: float = 0.0,
    also: Iterable[Any] = (),
    hint: str = "work it out again by hand",
) -> None:
    """Check a variable: a number within `tolerance`, a string, or a list of these. The message never shows the answer.

    Args:
        student: the subject.
        name: the variable.
        expected: the right answer.
        tolerance: how far a number may be off.
        also: further right answers: those that follow from the student's own answer to another exercise.
        hint: what to look at.
    """
    with student_errors(name):
        got = student.value(name)
    if not _has_form(got, expected):
        raise failed(f"{name}: kind of answer", expected=_form(expected), got=describe(got))
    if not any(_same_answer(got, right, tolerance) for right in (expected, *also)):
        raise failed(f"{name}: not the right answer", got=describe(got), hint=hint)


def own_number(student: Subject, name: str, otherwise: int) -> int:
    """Return the whole number in one of the student's variables; `otherwise` if there is none."""
    try:
        got = student.value(name)
    except StudentError:
        return otherwise
    if isinstance(got, np.ndarray) and got.size == 1:
        got = got.reshape(-1)[0].item()
    return int(got) if isinstance(got, int | float) and np.isfinite(got) and got == int(got) else otherwise


def _form(expected: Any) -> str:
    """Describe the form that an answer should have."""
    if isinstance(expected, tuple | list):
        return f"{len(expected)} values in a list, a tuple or an array"
    return "a string" if isinstance(expected, str) else "a number"


def _has_form(got: Any, expected: Any) -> bool:
    """Tell whether an answer has the same form as the right one; a single number may come as an array."""
    if isinstance(expected, tuple | list):
        items = got.tolist() if isinstance(got, np.ndarray) else got
        return isinstance(items, tuple | list) and len(items) == len(expected)
    if isinstance(expected, str):
        return isinstance(got, str)
    if isinstance(expected, bool) or not isinstance(expected, int | float):
        return True
    single = got.reshape(-1)[0].item() if isinstance(got, np.ndarray) and got.size == 1 else got
    return isinstance(single, int | float) and not isinstance(single, bool)


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
