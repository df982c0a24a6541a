"""Checks of batch normalisation as a `torch.autograd.Function` with its own backward, and of the module around it."""

from __future__ import annotations

import contextlib
import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from convnet_course.batchnorm import stand_ins
from convnet_course.batchnorm.batchnorm1d import LIBRARY_NORMS, check_parameters, refuse_calls, run_steps
from convnet_course.batchnorm.comparison import ARGUMENTS, CASES, Case, compare_forward, compare_gradients
from coursepack.checks.comparing import close, compare_shape, likely_slip
from coursepack.checks.instances import judge_composition
from coursepack.checks.messages import failed, student_error
from coursepack.subject import Array, FunctionPass, Step, StepResult, StudentError, Subject

AUTOMATIC = ("grad", "backward", "vjp", "jacobian")
NO_GRADIENT = (False, False, False)
STAND_INS = inspect.getsource(stand_ins)
ALL_GRADIENTS = (True, True, True)
Constants = Sequence[float]


def assert_function_forward(student: Subject, name: str, cases: Sequence[Case] = CASES) -> None:
    """Check what the Function's forward returns, in float64 and float32, and that it does not change its arguments.

    It is called with ε, and once without; the default is 1e-5.
    """
    calls: list[tuple[Case, Constants]] = [*((case, [case.eps]) for case in cases), (cases[0], [])]
    for (case, constants), kind in itertools.product(calls, (np.float64, np.float32)):
        without = "" if constants else ", eps left out"
        about = f"{name}.forward ({case.about}, {np.dtype(kind).name}{without})"
        *arrays, incoming = (array.astype(kind) for array in case.arrays())
        result = _apply(student, name, about, arrays, incoming, constants, NO_GRADIENT)
        refuse_calls(about, result.calls, LIBRARY_NORMS)
        if result.output.dtype != kind:
            raise failed(f"{about}: dtype of the output", expected=str(np.dtype(kind)), got=str(result.output.dtype))
        compare_forward(about, case, result.output)
        _refuse_changes(about, result.changed)


def assert_function_backward(student: Subject, name: str, cases: Sequence[Case] = CASES) -> None:
    """Check the three gradients of the Function's hand-written backward, in float64."""
    for case in cases:
        about = f"{name}.backward ({case.about})"
        *arrays, incoming = case.arrays()
        forward_only = _apply(student, name, about, arrays, incoming, [case.eps], NO_GRADIENT)
        result = _apply(student, name, about, arrays, incoming, [case.eps], ALL_GRADIENTS)
        compare_shape(f"{about}: shape of forward's output", arrays[0].shape, result.output)
        refuse_calls(about, result.calls, AUTOMATIC)
        compare_gradients(about, case, result.gradients, output=result.output, by_hand=True)
        _refuse_changes(about, [label for label in result.changed if label not in forward_only.changed])


def _refuse_changes(about: str, changed: Sequence[str]) -> None:
    if changed:
        labels = dict(zip((f"input {number}" for number in (1, 2, 3)), ARGUMENTS, strict=True))
        named = ", ".join(labels.get(label, label) for label in changed)
        raise failed(f"{about}: changes {named} in place", hint="work on new tensors: no `*=`, `-=` or `mul_` on them")


def assert_function_needs(student: Subject, name: str, cases: Sequence[Case] = CASES[:2]) -> None:
    """Check backward for every combination of `needs_input_grad`, called with ε and without.

    A wanted gradient must equal the one that the function itself gives when all are wanted, so that a slip in a formula
    costs no points here; an unwanted gradient must be None.
    """
    for case in cases:
        _check_needs(student, name, f"{name}.backward ({case.about})", case, [case.eps])
    *arrays, incoming = cases[0].arrays()
    try:
        student.function_pass(name, arrays, incoming, constants=[], needs=NO_GRADIENT)
    except StudentError:
        return  # forward has no default for eps: the check of forward reports that
    _check_needs(student, name, f"{name}.backward ({cases[0].about}, eps left out)", cases[0], [])


def _check_needs(student: Subject, name: str, about: str, case: Case, constants: Constants) -> None:
    *arrays, incoming = case.arrays()
    own = _apply(student, name, about, arrays, incoming, constants, ALL_GRADIENTS).gradients
    for argument, array, gradient in zip(ARGUMENTS, arrays, own, strict=True):
        if gradient is None or gradient.shape != array.shape or not gradient.any():
            raise failed(f"{about}: gradient of {argument}", expected=f"an array of shape {array.shape}, not all zeros")
    for needs in itertools.product((True, False), repeat=3):
        if not any(needs):
            continue
        where = f"{about}, when a gradient is wanted for {' and '.join(itertools.compress(ARGUMENTS, needs))} only"
        where = where.removesuffix(" only") if all(needs) else where
        result = _apply(student, name, where, arrays, incoming, constants, needs)
        _check_wanted(where, needs, own, result)


def _check_wanted(about: str, needs: Sequence[bool], own: Sequence[Array | None], result: FunctionPass) -> None:
    for argument, need, returned in zip((*ARGUMENTS, "eps"), (*needs, False), result.returned, strict=False):
        if not need and returned is not None:
            hint = "ctx.needs_input_grad holds True or False for each argument of apply, in their order"
            raise failed(f"{about}: gradient of {argument}", expected="None", got="a gradient", hint=hint)
    for argument, need, expected, gradient in zip(ARGUMENTS, needs, own, result.gradients, strict=True):
        if need and gradient is None:
            raise failed(f"{about}: gradient of {argument} is missing")
        if need and gradient is not None and expected is not None:
            close(f"{about}: gradient of {argument}, compared with backward when all are wanted", expected, gradient)


def assert_wraps(student: Subject, name: str, function: str, cases: Sequence[Case] = CASES) -> None:
    """Check that the module `name` holds γ and β and passes them, its input and its ε to the student's `function`.

    It is compared with that function itself, or with our stand-in for it, so that a fault there costs no points.
    """

    def check() -> None:
        for case in cases:
            _check_wrapped(student, name, function, case)

    judge_composition(student, [function], check, check, stand_ins=STAND_INS)


def _check_wrapped(student: Subject, name: str, function: str, case: Case) -> None:
    handle = student.module(name, case.features, **case.options())
    check_parameters(name, handle, case.features)
    *arrays, incoming = case.arrays()
    handle.load({"gamma": arrays[1], "beta": arrays[2]})
    about = f"{name} ({case.about_options})"
    called = f"{function}, called by hand"
    own = _apply(student, function, called, arrays, incoming, [case.eps], ALL_GRADIENTS)
    steps = [Step(arrays[0], train=train, grad_output=incoming) for train in (True, False)]
    result, in_eval = run_steps(about, handle, steps)
    if f"{function}Backward" not in result.operations:
        hint = f"call {function}.apply(…): only apply adds the function to the graph"
        raise failed(f"{about}: the output does not come from {function}", hint=hint)
    compare_shape(f"{about}: shape of the output", own.output.shape, result.output)
    slips = dict(_wrapping_slips(student, function, case))
    hint = likely_slip(result.output, slips, "")
    close(f"{about}: output, compared with {function}.apply", own.output, result.output, hint=hint)
    close(f"{about}: output in eval mode", own.output, in_eval.output, hint="do the same in both modes")
    _compare_wrapped_gradients(about, function, own, result)


def _compare_wrapped_gradients(about: str, function: str, own: FunctionPass, result: StepResult) -> None:
    got = (result.input_gradient, result.gradients.get("gamma"), result.gradients.get("beta"))
    for argument, expected, gradient in zip(ARGUMENTS, own.gradients, got, strict=True):
        if expected is not None and gradient is None:
            raise failed(f"{about}: no gradient reaches {argument}", hint="pass the nn.Parameter itself")
        if expected is not None and gradient is not None:
            close(f"{about}: gradient of {argument}, compared with {function}.apply", expected, gradient)


def _wrapping_slips(student: Subject, function: str, case: Case) -> Iterator[tuple[str, Callable[[], Array]]]:
    """Yield what common slips give, as far as the student's function runs with them."""
    samples, gamma, beta, incoming = case.arrays()
    tried: list[tuple[str, Sequence[Array], Constants]] = [
        ("pass self.eps too", (samples, gamma, beta), []),
        ("γ and β are swapped: pass them in forward's order", (samples, beta, gamma), [case.eps]),
    ]
    for text, arrays, constants in tried:
        with contextlib.suppress(StudentError):
            output = student.function_pass(function, arrays, incoming, constants=constants, needs=NO_GRADIENT).output
            yield text, lambda output=output: output  # type: ignore[misc]


def _apply(
    student: Subject,
    name: str,
    about: str,
    arrays: Sequence[Array],
    incoming: Array,
    constants: Constants,
    needs: Sequence[bool],
) -> FunctionPass:
    """Apply the student's Function; an error of the student's code becomes a failed check."""
    try:
        return student.function_pass(name, arrays, incoming, constants=constants, needs=needs)
    except StudentError as error:
        if not constants and error.is_a("TypeError") and "eps" in error.message:
            hint = "give eps its default value in forward: eps=1e-5"
        elif not constants and error.is_a("ValueError") and "unpack" in error.message:
            hint = "without eps, ctx.needs_input_grad has three entries; take the first three: ctx.needs_input_grad[:3]"
        else:
            raise student_error(about, error) from None
        raise failed(f"{about}: your code raised {error.kind}", got=error.message, hint=hint) from None
