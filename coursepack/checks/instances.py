"""Use instances of students' own classes in checks: turn their errors into failed checks, and verify their answers.

Keeping numbers in float32 is right too. So float32 holds all random numbers here exactly, and two
arrays are compared with the tolerance of the coarsest dtype in the student's results.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from coursepack.checks import draws
from coursepack.checks.comparing import close, exact, likely_slip, tolerance_of
from coursepack.checks.errors import CheckFailed
from coursepack.checks.messages import describe, failed, student_errors
from coursepack.subject import Array, InstanceHandle, StudentError, Subject

Slips = Mapping[str, Array]
Arrays = Iterable[Array]


def random(*shape: int, seed: int = 0) -> Array:
    """Draw standard normal numbers, exact in float32, independent of earlier draws."""
    return exact(draws.generator(20_264, seed, *shape).standard_normal(shape))


def one_hot(batch: int, classes: int) -> Array:
    """Draw one-hot labels (batch, classes) in float64."""
    labels = draws.generator(20_265, batch, classes).integers(0, classes, batch)
    result: Array = np.eye(classes)[labels]
    return result


def call(handle: InstanceHandle, about: str, method: str, *args: Any) -> Any:
    """Call a method; an error of the student's code becomes a failed check."""
    with student_errors(f"{about}: {method}"):
        return handle.call(method, *args)


def read(handle: InstanceHandle, about: str, path: str) -> Array:
    """Return an array that the object holds."""
    with student_errors(f"{about}: {path}"):
        found = handle.get(path)
    return as_array(f"{about}: {path}", found)


def place(handle: InstanceHandle, about: str, path: str, value: Array) -> None:
    """Put an array into the object."""
    with student_errors(f"{about}: {path}"):
        handle.set(path, value)


def require_shape(about: str, handle: InstanceHandle, path: str, expected: tuple[int, ...]) -> None:
    """Check the shape of an array that the object holds."""
    got = read(handle, about, path).shape
    if got != expected:
        raise failed(f"{about}: shape of {path}", expected=str(expected), got=str(got))


def require_no_parameters(about: str, handle: InstanceHandle) -> None:
    """Check that `params` and `grads` are empty dictionaries, as in a module without parameters."""
    for holder in ("params", "grads"):
        try:
            found = handle.get(holder)
        except StudentError:
            raise failed(f"{about}: {holder}", expected="an empty dictionary", got="it does not exist") from None
        if found != {}:
            raise failed(f"{about}: {holder}", expected="an empty dictionary", got=describe(found))


def as_array(about: str, got: Any) -> Array:
    """Return `got` if it is an array of numbers, else fail."""
    if not isinstance(got, np.ndarray) or got.dtype.kind not in "fiu":
        raise failed(f"{about}: kind of result", expected="a NumPy array of floats", got=describe(got))
    return got


def as_number(about: str, got: Any) -> float:
    """Return `got` as a number (an array of one number will do), else fail."""
    if isinstance(got, np.ndarray) and got.size == 1:
        got = got.reshape(-1)[0].item()
    if isinstance(got, bool) or not isinstance(got, int | float):
        raise failed(f"{about}: kind of result", expected="a number", got=describe(got))
    return float(got)


def compare(about: str, expected: Array, got: Any, slips: Slips, otherwise: str = "", *, seen: Arrays = ()) -> None:
    """Compare an array with the reference; the hint names the slip that gives the student's result.

    Args:
        about: what is compared, for the message.
        expected: the right array.
        got: the student's answer.
        slips: what common slips give, keyed by the text that names them.
        otherwise: the hint if no slip fits; it says what is wanted and does not guess what went wrong.
        seen: other arrays of the student's that went into the answer: the tolerance takes their dtypes into account.
    """
    array = as_array(about, got)
    tolerance = tolerance_of(array, *seen)
    hint = otherwise
    if not np.isfinite(array).all():
        hint = "some values are nan or infinite: look for overflow and for 0/0"
    elif array.shape == expected.shape:
        outcomes = {text: functools.partial(np.asarray, slip) for text, slip in slips.items()}
        hint = likely_slip(array, outcomes, otherwise, tolerance=tolerance)
    close(about, expected, array, hint=hint, tolerance=tolerance)


@contextlib.contextmanager
def parts_of_ours(student: Subject, names: Iterable[str], text: str) -> Iterator[None]:
    """Replace the student's parts by stand-ins, defined by a text, inside the block; see `Subject.stand_in`."""
    student.stand_in(list(names), text)
    try:
        yield
    finally:
        student.stand_in()


def judge_composition(
    student: Subject,
    parts: Iterable[str],
    with_own: Callable[[], None],
    with_ours: Callable[[], None],
    *,
    stand_ins: str,
) -> None:
    """Judge how a student combines parts, whether or not the parts themselves are right.

    The combination is right if it works with the student's own parts, or with our stand-ins in their place.

    Args:
        student: the subject.
        parts: the names of the parts in the notebook.
        with_own: the check with the student's parts.
        with_ours: the check with our stand-ins.
        stand_ins: Python source of the stand-ins, with its imports. They should compute nothing that the exercise
            asks for, since student code can read them; what they return must depend on every argument.

    Raises:
        CheckFailed: both checks failed; the message is the one for the student's own parts.
    """
    try:
        with_own()
    except CheckFailed as failure:
        try:
            with parts_of_ours(student, parts, stand_ins):
                with_ours()
        except (CheckFailed, StudentError):
            raise failure from None
