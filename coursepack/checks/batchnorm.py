"""Checks of batch normalisation of vectors: as a module, and as a `torch.autograd.Function` with its own backward.

All comparisons run in float64 against a reference in NumPy. ε is large in some cases, so that leaving it out shows;
batches hold two samples and more; γ, β and the incoming gradient are random.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np

from coursepack.checks.batchnorm_compare import (
    ARGUMENTS,
    CASES,
    Case,
    close,
    compare_forward,
    compare_gradients,
    compare_shape,
)
from coursepack.checks.messages import failed, student_error
from coursepack.subject import Array, FunctionPass, ModuleHandle, Step, StepResult, StudentError, Subject

LIBRARY_NORMS = ("batch_norm", "native_batch_norm", "layer_norm", "group_norm", "instance_norm", "normalize")
AUTOMATIC = ("grad", "backward", "vjp", "jacobian")


def assert_normalises(student: Subject, name: str, cases: Sequence[Case] = CASES) -> None:
    """Check that the module `name(n_neurons, eps)` starts as it should and normalises batches, library calls aside."""
    for case in cases:
        handle = student.module(name, case.features, eps=case.eps)
        _check_parameters(name, handle, case.features)
        samples, gamma, beta, _ = case.arrays()
        handle.load({"gamma": gamma, "beta": beta})
        for train in (True, False):
            about = f"{name} ({case.about}, in {'train' if train else 'eval'} mode)"
            [result] = run_steps(about, handle, [Step(samples, train=train)])
            refuse_calls(about, result.calls, LIBRARY_NORMS)
            compare_forward(about, case, result.output)


def assert_module_gradients(student: Subject, name: str, cases: Sequence[Case] = CASES) -> None:
    """Check the gradients of input, gamma and beta that reach through the module `name(n_neurons, eps)`."""
    for case in cases:
        handle = student.module(name, case.features, eps=case.eps)
        _check_parameters(name, handle, case.features)
        samples, gamma, beta, incoming = case.arrays()
        handle.load({"gamma": gamma, "beta": beta})
        about = f"{name} ({case.about})"
        [result] = run_steps(about, handle, [Step(samples, grad_output=incoming)])
        compare_shape(f"{about}: shape of the output", samples.shape, result.output)
        got = (result.input_gradient, result.gradients.get("gamma"), result.gradients.get("beta"))
        compare_gradients(about, case, got)


def assert_refuses_shapes(
    student: Subject, name: str, features: int, shapes: Sequence[Sequence[int]], *, sizes: Sequence[int] | None = None
) -> None:
    """Check that inputs of wrong shapes are refused with an error that names the shape that came and that is wanted.

    Args:
        student: the subject.
        name: a module class, called with the number of features.
        features: number of features; it must stand in the message besides the shape that came.
        shapes: shapes to refuse.
        sizes: a right shape, which must still be taken; by default (4, features).
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
            raise failed(f"{about}: no error", expected="a ValueError", hint="broadcasting hides it; look at the shape")


def _check_refusal(about: str, error: StudentError, features: int, shape: tuple[int, ...]) -> None:
    if error.is_a("NotImplementedError") or error.kind == "NameError":
        raise student_error(about, error)
    came = re.search(r"(?<!\d)" + r"\D{1,3}".join(str(size) for size in shape) + r"(?!\d)", error.message)
    rest = error.message.replace(came[0], "", 1) if came else error.message
    for what, found in ((str(shape), came), (f"{features} features", re.search(rf"(?<!\d){features}(?!\d)", rest))):
        if not found:
            raise failed(
                f"{about}: the error names only one of the two shapes, or none",
                expected=f"a message that names {what} too",
                got=f"{error.kind}: {error.message}",
                hint="check the shape first, before computing, and put both shapes into the message",
            )


def assert_function_forward(student: Subject, name: str, cases: Sequence[Case] = CASES) -> None:
    """Check what the Function's forward returns, in float64 and float32, and that it leaves its arguments alone."""
    for case, kind in itertools.product(cases, (np.float64, np.float32)):
        about = f"{name}.forward ({case.about}, {np.dtype(kind).name})"
        *arrays, incoming = (array.astype(kind) for array in case.arrays())
        result = apply_function(student, name, about, case, arrays, incoming, (False, False, False))
        refuse_calls(about, result.calls, LIBRARY_NORMS)
        if result.output.dtype != kind:
            raise failed(f"{about}: dtype of the output", expected=str(np.dtype(kind)), got=str(result.output.dtype))
        compare_forward(about, case, result.output)
        _refuse_changes(about, result)


def assert_function_backward(student: Subject, name: str, cases: Sequence[Case] = CASES) -> None:
    """Check the three gradients of the Function's hand-written backward, in float64."""
    for case in cases:
        about = f"{name}.backward ({case.about})"
        *arrays, incoming = case.arrays()
        result = apply_function(student, name, about, case, arrays, incoming, (True, True, True))
        compare_shape(f"{about}: shape of forward's output", arrays[0].shape, result.output)
        refuse_calls(about, result.calls, AUTOMATIC)
        compare_gradients(about, case, result.gradients)
        _refuse_changes(about, result)


def assert_function_needs(student: Subject, name: str, cases: Sequence[Case] = CASES[:2]) -> None:
    """Check backward for every combination of `needs_input_grad`: right where wanted, None where not."""
    for case, needs in itertools.product(cases, itertools.product((True, False), repeat=3)):
        if not any(needs):
            continue
        wanted = " and ".join(itertools.compress(ARGUMENTS, needs))
        about = f"{name}.backward ({case.about}) when only {wanted} needs a gradient"
        about = about.replace(" only", "") if all(needs) else about
        *arrays, incoming = case.arrays()
        result = apply_function(student, name, about, case, arrays, incoming, needs)
        for argument, need, returned in zip((*ARGUMENTS, "eps"), (*needs, False), result.returned, strict=False):
            if not need and returned is not None:
                raise failed(
                    f"{about}: gradient of {argument}",
                    expected="None",
                    got="a gradient",
                    hint="ctx.needs_input_grad holds a True or False for each argument of forward, in their order",
                )
        compare_gradients(about, case, result.gradients, needs)


def assert_wraps(student: Subject, name: str, function: str, cases: Sequence[Case] = CASES) -> None:
    """Check that the module `name` holds γ and β and hands them, its input and its ε to the student's `function`.

    It is compared with the student's own function, so that a fault there costs no points here.
    """
    for case in cases:
        handle = student.module(name, case.features, eps=case.eps)
        _check_parameters(name, handle, case.features)
        *arrays, incoming = case.arrays()
        handle.load({"gamma": arrays[1], "beta": arrays[2]})
        about = f"{name} ({case.about})"
        own = apply_function(student, function, f"{function}, called by hand", case, arrays, incoming, (True,) * 3)
        result, in_eval = run_steps(
            about, handle, [Step(arrays[0], train=t, grad_output=incoming) for t in (True, False)]
        )
        if f"{function}Backward" not in result.operations:
            hint = f"call {function}.apply(…): only apply enters the function into the graph"
            raise failed(f"{about}: the output was not made by {function}", hint=hint)
        compare_shape(f"{about}: shape of the output", own.output.shape, result.output)
        hint = "hand over input, gamma, beta and eps in forward's order, and return the result as it is"
        close(f"{about}: output, compared with {function}.apply", own.output, result.output, hint=hint)
        close(f"{about}: output in eval mode", own.output, in_eval.output, hint="do the same in both modes")
        got = (result.input_gradient, result.gradients.get("gamma"), result.gradients.get("beta"))
        for argument, expected, gradient in zip(ARGUMENTS, own.gradients, got, strict=True):
            if expected is not None and gradient is None:
                raise failed(f"{about}: no gradient reaches {argument}", hint="hand over the nn.Parameter itself")
            if expected is not None and gradient is not None:
                close(f"{about}: gradient of {argument}, compared with {function}.apply", expected, gradient, hint=hint)


def run_steps(about: str, handle: ModuleHandle, steps: Sequence[Step]) -> list[StepResult]:
    """Run steps; an error of the student's code becomes a failed check."""
    try:
        return handle.steps(steps)
    except StudentError as error:
        raise student_error(about, error) from None


def apply_function(
    student: Subject,
    name: str,
    about: str,
    case: Case,
    arrays: Sequence[Array],
    incoming: Array,
    needs: Sequence[bool],
) -> FunctionPass:
    """Apply the student's Function; an error of the student's code becomes a failed check."""
    try:
        return student.function_pass(name, arrays, incoming, constants=[case.eps], needs=needs)
    except StudentError as error:
        raise student_error(about, error) from None


def refuse_calls(about: str, calls: Sequence[str], forbidden: Sequence[str]) -> None:
    """Fail if one of the torch functions that were called is forbidden."""
    found = next((call for call in calls if call.split(".")[0] in forbidden), "")
    if found:
        raise failed(f"{about}: this exercise does without {found}", hint="write the arithmetic yourself")


def _check_parameters(name: str, handle: ModuleHandle, features: int) -> None:
    """Check names, shapes and first values of γ and β."""
    parameters = handle.parameters()
    if set(parameters) != {"gamma", "beta"}:
        got = ", ".join(sorted(parameters)) or "none"
        raise failed(f"{name}: names of its trainable parameters", expected="beta, gamma", got=got, hint="nn.Parameter")
    for key, value in (("gamma", 1.0), ("beta", 0.0)):
        compare_shape(f"{name}: shape of {key}", (features,), parameters[key])
        if np.any(parameters[key] != value):
            raise failed(f"{name}: first value of {key}", expected=f"{value:g} for every neuron", got="something else")


def _refuse_changes(about: str, result: FunctionPass) -> None:
    if result.changed:
        labels = dict(zip((f"input {number}" for number in (1, 2, 3)), ARGUMENTS, strict=True))
        named = ", ".join(labels.get(label, label) for label in result.changed)
        raise failed(f"{about}: changes {named} in place", hint="work on new tensors: no `*=`, `-=` or `mul_` on them")
