"""Checks of what a student's `BatchNorm2d` computes: in train mode, its running statistics, and in eval mode.

The names are PyTorch's: parameters `weight` and `bias`, buffers `running_mean` and `running_var`.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from convnet_course.batchnorm.batchnorm1d import LIBRARY_NORMS, refuse_calls, run_steps
from convnet_course.batchnorm.batchnorm2d_cases import (
    CASES,
    RUNNING,
    ImageCase,
    prepared,
    running,
    running_slips,
    train_slips,
)
from convnet_course.batchnorm.reference import as_images, as_samples, gradients, normalise
from coursepack.checks.comparing import close, compare_shape, likely_slip
from coursepack.checks.messages import failed
from coursepack.subject import Array, Step, StepResult, Subject


def assert_train(student: Subject, name: str, cases: Sequence[ImageCase] = CASES) -> None:
    """Check output and gradients in train mode; `BatchNorm1d` on samples would give the same."""
    for case in cases:
        about = f"{name} in train mode ({case.about('eps')})"
        handle = prepared(student, name, case, default="eps")
        [result] = run_steps(about, handle, [Step(case.images(), grad_output=case.incoming())])
        refuse_calls(about, result.calls, LIBRARY_NORMS)
        compare_shape(f"{about}: shape of the output", case.shape, result.output)
        _compare_train_output(about, case, result.output)
        _compare_train_gradients(about, case, result)


def _compare_train_output(about: str, case: ImageCase, output: Array) -> None:
    state = case.state()
    done = normalise(as_samples(case.images()), state["weight"], state["bias"], case.eps)
    close(f"{about}: output", as_images(done.output, case.shape), output, hint=_slip(output, train_slips(case)))


def _slip(got: Array, slips: Iterable[tuple[str, Array]]) -> str:
    with np.errstate(all="ignore"):
        return likely_slip(got, {text: functools.partial(np.asarray, slip) for text, slip in slips}, "")


def _compare_train_gradients(about: str, case: ImageCase, result: StepResult) -> None:
    weight, hint = case.state()["weight"], "something detaches it: detach, no_grad or .data in the wrong place"
    right = gradients(as_samples(case.images()), weight, case.eps, as_samples(case.incoming()))
    _compare_gradient(f"{about}: gradient of the input", as_images(right.samples, case.shape), result.input_gradient)
    for key, expected in (("weight", right.gamma), ("bias", right.beta)):
        _compare_gradient(f"{about}: gradient of {key}", expected, result.gradients.get(key), hint)


def _compare_gradient(about: str, expected: Array, got: Array | None, hint: str = "") -> None:
    if got is None:
        raise failed(f"{about} is missing", hint="something detaches it: detach, no_grad, .data or NumPy")
    hint = hint or "mean and variance of the batch depend on the input, so the gradient flows through both"
    close(about, expected, got, hint=hint)


def assert_running_statistics(student: Subject, name: str, cases: Sequence[ImageCase] = CASES) -> None:
    """Check both running estimates after each of three batches in train mode, and that they are not in the graph."""
    for case in cases:
        handle = prepared(student, name, case, *RUNNING, default="momentum")
        about = f"{name} ({case.about('momentum')})"
        first = run_steps(about, handle, [Step(case.images(0), grad_output=case.incoming())])
        _refuse_graph(about, first[0])
        results = run_steps(about, handle, [Step(case.images(number)) for number in range(3)])
        before = {key: case.state()[key] for key in RUNNING}
        for number, result in enumerate(results):
            where = f"{about}: after batch {number + 1} in train mode"
            after = dict(zip(RUNNING, running(before, case, number), strict=True))
            for key in RUNNING:
                hint = _slip(result.state[key], running_slips(key, before, case, number))
                hint = hint or "new = (1 − momentum) · old + momentum · batch's"
                close(f"{where}: {key}", after[key], result.state[key], hint=hint)
            before = after


def _refuse_graph(about: str, result: StepResult) -> None:
    held = [key for key in RUNNING if key in result.attached]
    if held:
        raise failed(
            f"{about}: {' and '.join(held)} keep the graph of the batch alive",
            hint="update them under torch.no_grad(), or with detached statistics: they are not trained",
        )


def assert_eval(student: Subject, name: str, cases: Sequence[ImageCase] = CASES) -> None:
    """Check output and gradients in eval mode, for single images too, and that nothing is updated."""
    for case in cases:
        about = f"{name} in eval mode ({case.about()})"
        handle = prepared(student, name, case, *RUNNING)
        steps = [
            Step(case.images(), train=False, grad_output=case.incoming()),
            Step(case.images(1)[:1, :, :1, :1], train=False),
        ]
        results = run_steps(about, handle, steps)
        for key, result in itertools.product(RUNNING, results):
            hint = "update the running estimates only if self.training"
            close(f"{about}: {key} afterwards", case.state()[key], result.state[key], hint=hint)
        for step, result in zip(steps, results, strict=True):
            refuse_calls(about, result.calls, LIBRARY_NORMS)
            _compare_eval(about, case, step, result)


def _compare_eval(about: str, case: ImageCase, step: Step, result: StepResult) -> None:
    state = {key: array[:, None, None] for key, array in case.state().items()}
    factor = state["weight"] / np.sqrt(state["running_var"] + case.eps)
    expected = factor * (step.inputs - state["running_mean"]) + state["bias"]
    compare_shape(f"{about}: shape of the output", expected.shape, result.output)
    hint = _slip(result.output, _eval_slips(case, step.inputs, state))
    close(f"{about}: output", expected, result.output, hint=hint)
    if step.grad_output is not None:
        hint = "in eval mode the statistics are constants: multiply the incoming gradient by γ/√(running_var + ε)"
        _compare_gradient(f"{about}: gradient of the input", factor * step.grad_output, result.input_gradient, hint)


def _eval_slips(case: ImageCase, images: Array, state: dict[str, Array]) -> Iterator[tuple[str, Array]]:
    weight, bias, variance = state["weight"], state["bias"], state["running_var"]
    centred = images - state["running_mean"]
    samples = as_samples(images)
    own = normalise(samples, case.state()["weight"], case.state()["bias"], case.eps).output
    yield "in eval mode, normalise by the running statistics, not by the batch's", as_images(own, images.shape)
    yield "ε is missing under the square root", weight * centred / np.sqrt(variance) + bias
    yield "add ε to the variance, under the square root", weight * centred / (np.sqrt(variance) + case.eps) + bias
    yield "divide by √(running_var + ε), not by running_var", weight * centred / (variance + case.eps) + bias
