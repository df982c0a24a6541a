"""Checks of what students write to check gradients: numerical gradients, relative errors, a report on a module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursepack.checks.messages import describe, failed, student_error
from coursepack.checks.objects import Slips, as_array, as_number, compare, random, read
from coursepack.subject import Array, Name, StudentError, Subject

FINE, WRONG = 1e-4, 1e-2  # a right gradient's relative error lies far below, a wrong one's far above


@dataclass(frozen=True)
class Problem:
    """A NumPy function to differentiate.

    Attributes:
        name: its name in NumPy: the student's `np` holds the same one.
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
        Problem("np.linalg.det", square, -1.5, -1.5 * np.linalg.det(square) * inverse.T),
        Problem("np.linalg.inv", square, incoming, -inverse.T @ incoming @ inverse.T),
    ]


def assert_numerical_gradient(student: Subject, name: str) -> None:
    """Check `name(function, x, dout, h)` on functions of NumPy, some of which mix their inputs."""
    for problem in _problems():
        about = f"{name} of {problem.name} on an x of shape {problem.x.shape}"
        got = _call(student, about, name, Name(problem.name), problem.x, problem.dout)
        slips = _slips(problem)
        array = as_array(about, got)
        if array.dtype != np.float64:
            raise failed(f"{about}: dtype of the result", expected="float64", got=str(array.dtype))
        compare(about, problem.gradient, array, slips, "(f(x + h) − f(x − h)) / 2h, times dout, summed")


def _slips(problem: Problem) -> Slips:
    right, ones = problem.gradient, np.broadcast_to(problem.dout, problem.x.shape)
    slips = {
        "divide by 2h: the two points lie that far apart": right * 2,
        "the sign is wrong: f(x + h) − f(x − h)": -right,
    }
    if problem.name in ("np.sin", "np.exp", "np.square"):
        slips["dout is missing: multiply by it before you sum"] = right / ones
    return slips


def assert_step_honoured(student: Subject, name: str) -> None:
    """Check that `h` is used, and as a central difference: exp then gives exp(x) · sinh(h)/h."""
    x = random(4)
    for h in (0.5, 0.1):
        about = f"{name} of np.exp with h = {h:g}"
        expected = np.exp(x) * np.sinh(h) / h
        slips = {
            "h is not used: your step is another one": np.exp(x) * np.sinh(1e-5) / 1e-5,
            "this is a one-sided difference; step to both sides": np.exp(x) * (np.exp(h) - 1) / h,
            "half a step to either side; h is the whole step to one side": np.exp(x) * np.sinh(h / 2) / (h / 2),
        }
        got = _call(student, about, name, Name("np.exp"), x, np.ones(4), h)
        hint = "step by h to either side and divide by 2h"
        compare(about, expected, got, slips, hint)


def relative_error(one: Array, other: Array) -> float:
    """Return the largest difference over the largest absolute value; 0 if all values are 0."""
    scale = max(np.abs(one).max(), np.abs(other).max())
    return float(np.abs(one - other).max() / scale) if scale else 0.0


def assert_relative_error(student: Subject, name: str) -> None:
    """Check `name(a, b)` on arrays of several shapes and sizes, zeros among them."""
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
        got = np.array(as_number(about, _call(student, about, name, one, other)))
        both = max(np.abs(one).max(), np.abs(other).max())
        slips = {"the absolute error is not divided by the size of the values": expected * both}
        compare(about, expected, got, slips, "max |a − b| over the largest of all |a| and |b|; 0 if everything is 0")


def assert_gradient_check(student: Subject, name: str, modules: Mapping[str, str]) -> None:
    """Check `name(module, x, dout)` on modules of the notebook.

    Args:
        student: the subject.
        name: the student's function.
        modules: variable that holds a module → name of its wrong gradient ("" for none).
    """
    for number, (variable, wrong) in enumerate(modules.items()):
        handle = student.instance(variable)
        keys = ("scale", "shift")
        before = {key: read(handle, variable, f"params.{key}") for key in keys}
        x, dout = (random(4 + number, 3, seed=seed) for seed in (1, 2))
        about = f"{name}({variable}, x, dout)"
        for _ in range(2):
            report = _call(student, about, name, Name(variable), x, dout)
            _check_report(about, report, {"input", *keys}, wrong)
        for key in keys:
            compare(
                f"{about}: the module's params['{key}'] afterwards",
                before[key],
                read(handle, variable, f"params.{key}"),
                {},
                "put the old values back: the check must leave the module as it was",
            )


def _check_report(about: str, report: Any, keys: set[str], wrong: str) -> None:
    if not isinstance(report, dict) or set(report) != keys:
        got = f"keys {sorted(map(str, report))}" if isinstance(report, dict) else describe(report)
        raise failed(f"{about}: its report", expected=f"a dictionary with the keys {sorted(keys)}", got=got)
    for key, value in report.items():
        error = as_number(f"{about}['{key}']", value)
        if key == wrong and not error > WRONG:
            raise failed(
                f"{about}['{key}']: a wrong gradient is not found", expected="a large error", got=f"{error:.1e}"
            )
        if key != wrong and not 0 <= error < FINE:
            hint = "hold the same gradient of the same parameter against each other, with the same x and dout"
            raise failed(f"{about}['{key}']: a right gradient is accused", got=f"{error:.1e}", hint=hint)


def _call(student: Subject, about: str, name: str, *args: Any) -> Any:
    try:
        return student.call(name, *args)
    except StudentError as error:
        raise student_error(about, error) from None
