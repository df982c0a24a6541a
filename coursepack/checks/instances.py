"""Using objects of students' own classes in checks: their errors become failed checks, their answers are looked at.

Whoever keeps numbers in float32 is right too. So all random numbers here are ones that float32 holds exactly, and two
arrays are compared at the tolerance of the coarsest dtype that the student's code shows.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from coursepack.checks.comparing import close, exact, likely_slip, tolerance_of
from coursepack.checks.errors import CheckFailed
from coursepack.checks.messages import describe, failed, student_errors
from coursepack.subject import Array, InstanceHandle, StudentError, Subject

Slips = Mapping[str, Array]
Arrays = Iterable[Array]


def random(*shape: int, seed: int = 0) -> Array:
    """Draw standard normal numbers, exact in float32, that do not depend on what was drawn before."""
    return exact(np.random.default_rng([20_264, seed, *shape]).standard_normal(shape))


def one_hot(batch: int, classes: int) -> Array:
    """Draw one-hot labels (batch, classes) in float64."""
    labels = np.random.default_rng([20_265, batch, classes]).integers(0, classes, batch)
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
    """Check that `params` and `grads` are empty dictionaries, as those of a module without parameters are."""
    for holder in ("params", "grads"):
        try:
            found = handle.get(holder)
        except StudentError:
            raise failed(f"{about}: {holder}", expected="an empty dictionary", got="there is none") from None
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
    """Compare an array with the reference; the hint is the slip whose outcome is what the student got.

    Args:
        about: what is compared, for the message.
        expected: the right array.
        got: the student's answer.
        slips: what the usual slips give, by the text that names them.
        otherwise: the hint if no slip fits; it may only say what is wanted, not guess what went wrong.
        seen: other arrays of the student's that went into the answer: their dtypes count for the tolerance.
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
    """Let parts of ours, defined by a text, stand in for the student's own for a while; see `Subject.stand_in`."""
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
    """Judge what a student puts together from parts, whether or not those parts are right.

    It is right if it is right with the student's own parts, or else with parts of ours in their place.

    Args:
        student: the subject.
        parts: the names of the parts in the notebook.
        with_own: the check with the student's parts.
        with_ours: the check with our parts.
        stand_ins: Python that defines our parts and imports all it needs. They should compute nothing that the exercise
            asks for, since student code can read them; what they return must depend on all that they are handed.

    Raises:
        CheckFailed: neither holds; the message is that of the student's own parts.
    """
    try:
        with_own()
    except CheckFailed as failure:
        try:
            with parts_of_ours(student, parts, stand_ins):
                with_ours()
        except (CheckFailed, StudentError):
            raise failure from None
