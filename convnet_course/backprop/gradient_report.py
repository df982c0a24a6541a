"""Checks of `gradient_check`, the students' function that reports errors in a module's gradients.

The module is the notebook's `ExampleModule`, with other numbers and each of its faults in turn. Each output depends on
two features, so that a module's input and output have different widths. The right gradients are known by formula: the
report must give the relative error itself, not merely flag the gradient that is wrong.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from convnet_course.backprop import stand_ins
from convnet_course.backprop.gradient_checks import call_function, relative_error
from convnet_course.backprop.perceptron_cases import STAND_INS
from coursepack.checks.instances import as_number, compare, judge_composition, place, random, read
from coursepack.checks.messages import describe, failed
from coursepack.subject import Array, InstanceHandle, Name, Subject

PARTS = ("numerical_gradient", "relative_error")
FAULTS = ("", "input", "scale", "shift")
KEYS = ("scale", "shift")
FINE = 1e-6  # largest error of a right gradient; the visible test and the text say so too
SHARE = 1e-3  # how far a reported error may be from the true one: numerical gradients are exact to about 1e-8
SIZES = ((5, 4), (3, 3), (6, 2))  # samples, features


@dataclass(frozen=True)
class Question:
    """One module to check, and the arrays to check it with.

    Attributes:
        fault: name of its wrong gradient; "" if all are right.
        scale: parameter (features − 1).
        shift: parameter (features − 1).
        x: batch (samples, features). The last number is small, and the gradient there large: calling backward after
            a nudge gives a visibly wrong gradient.
        dout: gradient of the output (samples, features − 1).
    """

    fault: str
    scale: Array
    shift: Array
    x: Array
    dout: Array

    def forward(self, x: Array, scale: Array, shift: Array) -> Array:
        """Return the module's output."""
        result: Array = scale * x[:, :-1] ** 2 + np.sin(shift * x[:, 1:] ** 2)
        return result

    def gradients(self, fault: str) -> dict[str, Array]:
        """Return the gradients that the module's backward returns with its fault."""
        left, right = self.x[:, :-1], self.x[:, 1:]
        slope = np.cos(self.shift * right**2)
        dx = np.zeros_like(self.x)
        dx[:, :-1] += self.dout * 2 * self.scale * left
        if fault != "input":
            dx[:, 1:] += self.dout * slope * 2 * self.shift * right
        scale, shift = (self.dout * left**2).sum(axis=0), (self.dout * slope * right**2).sum(axis=0)
        scale = scale / len(self.x) if fault == "scale" else scale
        return {"input": dx, "scale": scale, "shift": -shift if fault == "shift" else shift}


def _questions() -> Iterator[Question]:
    for samples, features in SIZES:
        for fault in FAULTS:
            x, dout = random(samples, features, seed=1), random(samples, features - 1, seed=2)
            x[-1, -1], dout[-1, -1] = 0.0625, 16.0
            scale, shift = random(features - 1, seed=3), random(features - 1, seed=4)
            yield Question(fault, scale, np.append(shift[:-1], 2.0), x, dout)


def assert_gradient_check(student: Subject, name: str, variable: str = "example_right") -> None:
    """Check `name(module, x, dout)` on the module in the notebook's `variable`, with each of its faults.

    It must be right with the student's own `numerical_gradient` and `relative_error`, or with ours in their place.
    """
    handle = student.instance(variable)
    with _lent(handle, variable):
        judge_composition(
            student,
            PARTS,
            lambda: _check(student, name, variable, handle, _true_errors),
            lambda: _check(student, name, variable, handle, _stand_in_errors),
            stand_ins=STAND_INS,
        )


@contextlib.contextmanager
def _lent(handle: InstanceHandle, variable: str) -> Iterator[None]:
    """Restore the module's own parameters, without a fault, after the check."""
    before = {key: read(handle, variable, f"params.{key}") for key in KEYS}
    try:
        yield
    finally:
        for key, array in before.items():
            handle.set(f"params.{key}", array)
        handle.set("wrong", "")


Errors = Callable[[Question], Mapping[str, float]]


def _true_errors(question: Question) -> Mapping[str, float]:
    right = question.gradients("")
    return {key: relative_error(array, right[key]) for key, array in question.gradients(question.fault).items()}


def _stand_in_errors(question: Question) -> Mapping[str, float]:
    """Return what a right `gradient_check` gives with our stand-ins for the student's parts."""
    numerical, error = stand_ins.numerical_gradient, stand_ins.relative_error
    x, scale, shift = question.x, question.scale, question.shift
    functions: dict[str, tuple[Callable[[Array], Array], Array]] = {
        "input": (lambda changed: question.forward(changed, scale, shift), x),
        "scale": (lambda changed: question.forward(x, changed, shift), scale),
        "shift": (lambda changed: question.forward(x, scale, changed), shift),
    }
    given = question.gradients(question.fault)
    return {key: error(given[key], numerical(f, at, question.dout)) for key, (f, at) in functions.items()}


def _check(student: Subject, name: str, variable: str, handle: InstanceHandle, errors: Errors) -> None:
    for question in _questions():
        handle.set("wrong", question.fault)
        for key, array in zip(KEYS, (question.scale, question.shift), strict=True):
            place(handle, variable, f"params.{key}", array)
        fault = f"whose gradient of {question.fault} is wrong" if question.fault else "whose gradients are right"
        about = f"{name} of a module {fault}"
        report = call_function(student, about, name, Name(variable), question.x, question.dout)
        _check_report(about, report, question.fault, errors(question))
        for key, array in zip(KEYS, (question.scale, question.shift), strict=True):
            hint = "restore the old values: the check must leave the module as it was"
            got = read(handle, variable, f"params.{key}")
            compare(f"{about}: the module's params['{key}'] afterwards", array, got, {}, hint)


def _check_report(about: str, report: Any, fault: str, errors: Mapping[str, float]) -> None:
    if not isinstance(report, dict) or set(report) != set(errors):
        got = f"keys {sorted(map(str, report))}" if isinstance(report, dict) else describe(report)
        raise failed(f"{about}: its report", expected=f"a dictionary with the keys {sorted(errors)}", got=got)
    for key, expected in errors.items():
        error = as_number(f"{about}['{key}']", report[key])
        if abs(error - expected) <= (SHARE * abs(expected) if expected else FINE):
            continue
        if key != fault:
            text, wanted = "your check reports an error for a correct gradient", f"below {FINE:g}"
        elif error < FINE:
            text, wanted = "your check misses a wrong gradient", "a large error"
        else:
            text, wanted = "the relative error of a wrong gradient has the wrong value", "a different number"
        hint = _hint(key, fault, error)
        raise failed(f"{about}: ['{key}']: {text}", expected=wanted, got=f"{error:.1e}", hint=hint)


def _hint(key: str, fault: str, error: float) -> str:
    """Return the hint for a wrong entry of the report: the one slip that explains it, or what is wanted."""
    if key != fault and error < SHARE:
        return "call forward(x) and backward(dout) before you nudge anything: forward overwrites what backward uses"
    if key == fault == "shift" and error < FINE:
        return "the sign is lost: subtract the gradients before you take an absolute value"
    return "compare the result of backward(dout) for this x with the numerical gradient for the same x and dout"
