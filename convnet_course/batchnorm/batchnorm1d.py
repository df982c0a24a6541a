"""Checks of batch normalisation of vectors as a module.

All comparisons run in float64 against a reference in NumPy. ε is large in some cases, to expose code that omits it;
batches hold two or more samples; γ, β and the incoming gradient are random.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from convnet_course.batchnorm.comparison import CASES, Case, compare_forward, compare_gradients
from coursepack.checks.comparing import compare_shape
from coursepack.checks.messages import failed, student_error, student_errors
from coursepack.subject import ModuleHandle, Step, StepResult, StudentError, Subject

LIBRARY_NORMS = ("batch_norm", "native_batch_norm", "layer_norm", "group_norm", "instance_norm", "normalize")


def assert_normalises(student: Subject, name: str, cases: Sequence[Case] = CASES) -> None:
    """Check that the module `name(n_neurons, eps)` starts right and normalises batches without library calls."""
    for case in cases:
        handle = student.module(name, case.features, **case.options())
        check_parameters(name, handle, case.features)
        samples, gamma, beta, _ = case.arrays()
        handle.load({"gamma": gamma, "beta": beta})
        for train in (True, False):
            about = f"{name} ({case.about_options}, in {'train' if train else 'eval'} mode)"
            [result] = run_steps(about, handle, [Step(samples, train=train)])
            refuse_calls(about, result.calls, LIBRARY_NORMS)
            compare_forward(about, case, result.output)


def assert_module_gradients(student: Subject, name: str, cases: Sequence[Case] = CASES) -> None:
    """Check the gradients of input, gamma and beta through the module `name(n_neurons, eps)`."""
    for case in cases:
        handle = student.module(name, case.features, eps=case.eps)
        check_parameters(name, handle, case.features)
        samples, gamma, beta, incoming = case.arrays()
        handle.load({"gamma": gamma, "beta": beta})
        about = f"{name} ({case.about})"
        [result] = run_steps(about, handle, [Step(samples, grad_output=incoming)])
        compare_shape(f"{about}: shape of the output", samples.shape, result.output)
        got = (result.input_gradient, result.gradients.get("gamma"), result.gradients.get("beta"))
        compare_gradients(about, case, got, output=result.output)


def assert_refuses_shapes(
    student: Subject, name: str, features: int, shapes: Sequence[Sequence[int]], *, sizes: Sequence[int] | None = None
) -> None:
    """Check that inputs of wrong shapes raise a ValueError that names the shape of the input and the expected one.

    Args:
        student: the subject.
        name: a module class, called with the number of features.
        features: number of features; it must appear in the message besides the shape of the input.
        shapes: shapes to reject.
        sizes: a right shape, which must still be accepted; by default (4, features).
    """
    handle = student.module(name, features)
    right = tuple(sizes or (4, features))
    run_steps(f"{name}({features}) on an input of the right shape {right}", handle, [Step(np.ones(right))])
    for shape in shapes:
        about = f"{name}({features}) on an input of shape {tuple(shape)}"
        try:
            handle.steps([Step(np.ones(tuple(shape)))])
        except StudentError as error:
            _check_refusal(about, error, features, tuple(shape))
        else:
            hint = "broadcasting hides the mistake: check the shape before you compute"
            raise failed(f"{about}: no error", expected="a ValueError", hint=hint)


def _check_refusal(about: str, error: StudentError, features: int, shape: tuple[int, ...]) -> None:
    if error.is_a("NotImplementedError") or error.kind == "NameError":
        raise student_error(about, error)
    got = f"{error.kind}: {error.message}"
    if not error.is_a("ValueError"):
        hint = "check the shape before you compute, and raise ValueError(…) with both shapes in its message"
        raise failed(f"{about}: wrong kind of error", expected="a ValueError", got=got, hint=hint)
    came = re.search(r"(?<!\d)" + r"\D{1,3}".join(str(size) for size in shape) + r"(?!\d)", error.message)
    rest = error.message.replace(came[0], "", 1) if came else error.message
    for what, found in ((str(shape), came), (f"{features} features", re.search(rf"(?<!\d){features}(?!\d)", rest))):
        if not found:
            raise failed(
                f"{about}: the error does not name both shapes",
                expected=f"a message that names {what} too",
                got=got,
                hint="put both the shape of the input and the expected shape into the message",
            )


def run_steps(about: str, handle: ModuleHandle, steps: Sequence[Step]) -> list[StepResult]:
    """Run steps; an error of the student's code becomes a failed check."""
    with student_errors(about):
        return handle.steps(steps)


def refuse_calls(about: str, calls: Sequence[str], forbidden: Sequence[str]) -> None:
    """Fail if one of the torch functions that were called is forbidden."""
    found = next((call for call in calls if call.split(".")[0] in forbidden), "")
    if found:
        raise failed(f"{about}: solve this exercise without {found}", hint="write the arithmetic yourself")


def check_parameters(name: str, handle: ModuleHandle, features: int) -> None:
    """Check names, shapes and initial values of γ and β."""
    parameters = handle.parameters()
    if set(parameters) != {"gamma", "beta"}:
        got = ", ".join(sorted(parameters)) or "none"
        raise failed(f"{name}: names of its trainable parameters", expected="beta, gamma", got=got)
    for key, value in (("gamma", 1.0), ("beta", 0.0)):
        compare_shape(f"{name}: shape of {key}", (features,), parameters[key])
        if np.any(parameters[key] != value):
            raise failed(f"{name}: initial value of {key}", expected=f"{value:g} for every neuron", got="other values")
