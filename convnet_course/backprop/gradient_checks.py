"""Checks of the functions with which students check gradients: numerical gradients and relative errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from coursepack.checks.instances import Slips, as_array, as_number, compare, random
from coursepack.checks.messages import failed, student_errors
from coursepack.subject import Array, Frozen, Name, Subject


@dataclass(frozen=True)
class Problem:
    """A NumPy function to differentiate.

    Attributes:
        name: its name in NumPy: the student's `np` has the same function.
        x: where to differentiate.
        dout: gradient of a loss with respect to the function's result.
        gradient: the gradient of x, from a formula.
    """

    name: str
    x: Array
    dout: Any
    gradient: Array


def _problems() -> list[Problem]:
    vector, table = random(5), random(3, 4)
    block, square = random(2, 3, 2), random(3, 3) + 3.0 * np.eye(3)
    inverse, incoming = np.linalg.inv(square), random(3, 3, seed=1)
    return [
        Problem("np.sin", vector, random(5, seed=1), random(5, seed=1) * np.cos(vector)),
        Problem("np.exp", table, random(3, 4, seed=1), random(3, 4, seed=1) * np.exp(table)),
        Problem("np.square", block, random(2, 3, 2, seed=1), random(2, 3, 2, seed=1) * 2.0 * block),
        Problem("np.cumsum", vector, random(5, seed=1), random(5, seed=1)[::-1].cumsum()[::-1]),
        Problem("np.diff", vector, random(4, seed=1), -np.diff(random(4, seed=1), prepend=0.0, append=0.0)),
        Problem("np.linalg.det", square, -1.5, -1.5 * np.linalg.det(square) * inverse.T),
        Problem("np.linalg.inv", square, incoming, -inverse.T @ incoming @ inverse.T),
    ]


def assert_numerical_gradient(student: Subject, name: str) -> None:
    """Check `name(function, x, dout, h)` on NumPy functions, some of which mix their inputs."""
    for problem in _problems():
        about = f"{name} of {problem.name} on an x of shape {problem.x.shape}"
        got = call_function(student, about, name, Name(problem.name), Frozen(problem.x), problem.dout)
        slips = _slips(problem)
        array = as_array(about, got)
        if array.dtype != np.float64:
            raise failed(f"{about}: dtype of the result", expected="float64", got=str(array.dtype))
        compare(about, problem.gradient, array, slips, "(f(x + h) − f(x − h)) / 2h, times dout, summed")


def _slips(problem: Problem) -> Slips:
    right = problem.gradient
    slips = {
        "divide by 2h: the two points are 2h apart": right * 2,
        "the sign is wrong: f(x + h) − f(x − h)": -right,
    }
    if problem.name in ("np.sin", "np.exp", "np.square"):
        slips["dout is missing: multiply by it before you sum"] = right / problem.dout
    return slips


def assert_step_honoured(student: Subject, name: str) -> None:
    """Check that `h` is used in a central difference: exp then gives exp(x) · sinh(h)/h."""
    x = random(4)
    for h in (0.5, 0.1):
        about = f"{name} of np.exp with h = {h:g}"
        expected = np.exp(x) * np.sinh(h) / h
        slips = {
            "h is not used: your step is a different one": np.exp(x) * np.sinh(1e-5) / 1e-5,
            "this is a one-sided difference; step to both sides": np.exp(x) * (np.exp(h) - 1) / h,
            "you step by h/2 to either side; step by the whole h": np.exp(x) * np.sinh(h / 2) / (h / 2),
        }
        got = call_function(student, about, name, Name("np.exp"), Frozen(x), np.ones(4), h)
        hint = "step by h to either side and divide by 2h"
        compare(about, expected, got, slips, hint)


def relative_error(one: Array, other: Array) -> float:
    """Return the largest difference divided by the largest absolute value; 0 if all values are 0."""
    scale = max(np.abs(one).max(), np.abs(other).max())
    return float(np.abs(one - other).max() / scale) if scale else 0.0


def assert_relative_error(student: Subject, name: str) -> None:
    """Check `name(a, b)` on arrays of several shapes and sizes, including zeros."""
    cases = {
        "vectors": (random(4), random(4, seed=1)),
        "tables that hardly differ": (random(3, 2), random(3, 2) + 1e-7),
        "large numbers": (1e6 * random(5), 1e6 * random(5) + 3.0),
        "small numbers": (1e-9 * random(5), 1e-9 * random(5, seed=1)),
        "negative numbers": (-np.ones(3), np.array([-1.0, -4.0, -1.0])),
        "some zeros": (np.array([0.0, 2.0]), np.array([0.0, 1.0])),
        "zeros against others": (np.zeros(3), np.array([0.0, 1.0, -3.0])),
        "nothing but zeros": (np.zeros((2, 2)), np.zeros((2, 2))),
    }
    for what, (one, other) in cases.items():
        about, expected = f"{name} of {what}", np.array(relative_error(one, other))
        got = np.array(as_number(about, call_function(student, about, name, one, other)))
        hint = "max |a − b| divided by the largest of all |a| and |b|; 0 if everything is 0"
        compare(about, expected, got, _relative_error_slips(one, other), hint)


def _relative_error_slips(one: Array, other: Array) -> Slips:
    apart, sizes = np.abs(one - other), (np.abs(one), np.abs(other))
    largest, both = max(size.max() for size in sizes), np.maximum(*sizes)
    with np.errstate(all="ignore"):
        return {
            "the absolute error is not divided by the size of the values": apart.max(),
            "return a fraction, not a percentage": 100 * apart.max() / largest,
            "divide by the largest value of both arrays, not of one": apart.max() / sizes[0].max(),
            "divide by the larger of the two largest values, not by their sum": apart.max()
            / (sizes[0].max() + sizes[1].max()),
            "divide only the largest difference, not each entry": np.nanmax(np.append(apart / both, 0.0)),
            "take the largest difference, not the mean": apart.mean() / both.mean(),
            "signs are lost: a − b first, then the absolute value": np.abs(sizes[0] - sizes[1]).max() / largest,
            "take the largest values, not the lengths of vectors": np.linalg.norm(one - other)
            / max(np.linalg.norm(one), np.linalg.norm(other)),
        }


def call_function(student: Subject, about: str, name: str, *args: Any) -> Any:
    """Call the student's function; an error of its code becomes a failed check."""
    with student_errors(about):
        return student.call(name, *args)
