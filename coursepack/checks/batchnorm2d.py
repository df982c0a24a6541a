"""Checks of a student's `BatchNorm2d`: in train mode, its running statistics, in eval mode, and what it keeps.

The names are PyTorch's: parameters `weight` and `bias`, buffers `running_mean` and `running_var`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from coursepack.checks.batchnorm import LIBRARY_NORMS, refuse_calls, run_steps
from coursepack.checks.batchnorm_compare import close, compare_shape, exact, likely_slip
from coursepack.checks.batchnorm_reference import as_images, as_samples, gradients, normalise
from coursepack.checks.messages import failed, student_error
from coursepack.subject import Array, ModuleHandle, Step, StepResult, StudentError, Subject

RUNNING = ("running_mean", "running_var")


@dataclass(frozen=True)
class ImageCase:
    """One random problem: a shape (batch, channels, height, width), ε and momentum."""

    shape: tuple[int, int, int, int]
    eps: float = 1e-5
    momentum: float = 0.1

    @property
    def about(self) -> str:
        """What is special about it, for messages."""
        return f"images of shape {self.shape}, eps {self.eps:g}, momentum {self.momentum:g}"

    def images(self, number: int = 0) -> Array:
        """Return a batch whose channels differ in mean and spread; each `number` gives another one."""
        draw = np.random.default_rng([20_264, number, *self.shape])
        channels = np.arange(1, self.shape[1] + 1)[:, None, None]
        return draw.normal(channels - 1.5, 0.4 * channels, self.shape)

    def incoming(self) -> Array:
        """Return the gradient that comes in from above."""
        return np.random.default_rng([20_265, *self.shape]).normal(0.5, 1.0, self.shape)

    def state(self) -> dict[str, Array]:
        """Return γ, β and running statistics in the middle of a training."""
        draw = np.random.default_rng([20_266, *self.shape])
        channels = self.shape[1]
        state = {
            "weight": draw.uniform(0.5, 1.5, channels),
            "bias": draw.normal(0.0, 1.0, channels),
            "running_mean": draw.normal(0.0, 1.0, channels),
            "running_var": draw.uniform(0.3, 3.0, channels),
        }
        return {key: exact(array) for key, array in state.items()}


CASES = (
    ImageCase((4, 3, 5, 6)),
    ImageCase((2, 2, 3, 1), eps=0.5, momentum=0.3),
    ImageCase((3, 4, 1, 1), eps=0.1, momentum=0.75),
    ImageCase((1, 5, 2, 3), eps=1.5),
)


def assert_train(student: Subject, name: str, cases: Sequence[ImageCase] = CASES) -> None:
    """Check output and gradients in train mode; `BatchNorm1d` on samples would give the same."""
    for case in cases:
        about = f"{name} in train mode ({case.about})"
        handle = _prepared(student, name, case)
        [result] = run_steps(about, handle, [Step(case.images(), grad_output=case.incoming())])
        refuse_calls(about, result.calls, LIBRARY_NORMS)
        compare_shape(f"{about}: shape of the output", case.shape, result.output)
        _compare_train_output(about, case, result.output)
        _compare_train_gradients(about, case, result)


def _compare_train_output(about: str, case: ImageCase, output: Array) -> None:
    samples, state = as_samples(case.images()), case.state()
    weight, bias, count = state["weight"], state["bias"], len(samples)
    done = normalise(samples, weight, bias, case.eps)
    unbiased = (samples - done.mean) / np.sqrt(done.variance * count / (count - 1) + case.eps)
    stored = (samples - state["running_mean"]) / np.sqrt(state["running_var"] + case.eps)
    bare = (samples - done.mean) / np.sqrt(done.variance)
    slips = {
        "in train mode, normalise by the variance divided by n; the unbiased one is for the running estimate": unbiased,
        "in train mode, normalise by the batch's own statistics, not by the running ones": stored,
        "ε is missing under the root": bare,
    }
    tried = {text: _made(weight * standard + bias, case) for text, standard in slips.items()}
    otherwise = "take mean and variance over batch, height and width: one pair for each channel"
    hint = likely_slip(output, tried, otherwise)
    close(f"{about}: output", as_images(done.output, case.shape), output, hint=hint)


def _made(samples: Array, case: ImageCase) -> Callable[[], Array]:
    return lambda: as_images(samples, case.shape)


def _compare_train_gradients(about: str, case: ImageCase, result: StepResult) -> None:
    weight, hint = case.state()["weight"], "something cuts the graph: detach, no_grad or .data in the wrong place"
    right = gradients(as_samples(case.images()), weight, case.eps, as_samples(case.incoming()))
    _compare_gradient(f"{about}: gradient of the input", as_images(right.samples, case.shape), result.input_gradient)
    for key, expected in (("weight", right.gamma), ("bias", right.beta)):
        _compare_gradient(f"{about}: gradient of {key}", expected, result.gradients.get(key), hint)


def _compare_gradient(about: str, expected: Array, got: Array | None, hint: str = "") -> None:
    if got is None:
        raise failed(f"{about} is missing", hint="something cuts the graph: detach, no_grad, .data or NumPy")
    hint = hint or "mean and variance of the batch depend on the input, and the gradient flows through both"
    close(about, expected, got, hint=hint)


def assert_running_statistics(student: Subject, name: str, cases: Sequence[ImageCase] = CASES) -> None:
    """Check both running estimates after each of three batches in train mode, and that no graph hangs on them."""
    for case in cases:
        handle = _prepared(student, name, case, *RUNNING)
        about = f"{name} ({case.about})"
        first = run_steps(about, handle, [Step(case.images(0), grad_output=case.incoming())])
        _refuse_graph(about, first[0])
        results = run_steps(about, handle, [Step(case.images(number)) for number in range(3)])
        before = {key: case.state()[key] for key in RUNNING}
        for number, result in enumerate(results):
            where = f"{about}: after batch {number + 1} in train mode"
            after = dict(_updated(before, case, number))
            for key in RUNNING:
                slips = {text: _constant(slip) for text, slip in _running_slips(key, before, case, number)}
                hint = likely_slip(result.state[key], slips, "new = (1 − momentum) · old + momentum · batch's")
                close(f"{where}: {key}", after[key], result.state[key], hint=hint)
            before = after


def _updated(before: dict[str, Array], case: ImageCase, number: int) -> Iterator[tuple[str, Array]]:
    """Yield both running estimates after batch `number`."""
    samples, kept = as_samples(case.images(number)), 1.0 - case.momentum
    yield "running_mean", kept * before["running_mean"] + case.momentum * samples.mean(axis=0)
    yield "running_var", kept * before["running_var"] + case.momentum * samples.var(axis=0, ddof=1)


def _running_slips(key: str, before: dict[str, Array], case: ImageCase, number: int) -> Iterator[tuple[str, Array]]:
    samples, old, new = as_samples(case.images(number)), before[key], case.momentum
    batch = samples.mean(axis=0) if key == "running_mean" else samples.var(axis=0, ddof=1)
    yield "it did not change at all", old
    yield (
        "momentum is the weight of the new batch, 1 − momentum that of the old estimate",
        new * old + (1 - new) * batch,
    )
    yield "it is overwritten by the batch's; keep 1 − momentum of the old estimate", batch
    if key == "running_var":
        biased, deviation = samples.var(axis=0), samples.std(axis=0, ddof=1)
        yield (
            "the running estimate takes the unbiased variance, divided by n − 1",
            (1 - new) * old + new * biased,
        )
        yield "it holds variances, not standard deviations", (1 - new) * old + new * deviation


def _refuse_graph(about: str, result: StepResult) -> None:
    held = [key for key in RUNNING if key in result.attached]
    if held:
        raise failed(
            f"{about}: {' and '.join(held)} hold on to the graph of the batch",
            hint="update them under torch.no_grad(), or with detached statistics: nobody trains them",
        )


def assert_eval(student: Subject, name: str, cases: Sequence[ImageCase] = CASES) -> None:
    """Check output and gradients in eval mode, for single images too, and that nothing is updated there."""
    for case in cases:
        about = f"{name} in eval mode ({case.about})"
        handle = _prepared(student, name, case, *RUNNING)
        steps = [
            Step(case.images(), train=False, grad_output=case.incoming()),
            Step(case.images(1)[:1, :, :1, :1], train=False),
        ]
        for step, result in zip(steps, run_steps(about, handle, steps), strict=True):
            refuse_calls(about, result.calls, LIBRARY_NORMS)
            _compare_eval(about, case, step, result)
        for key in RUNNING:
            hint = "update the running estimates if self.training, and only then"
            close(f"{about}: {key} afterwards", case.state()[key], result.state[key], hint=hint)


def _compare_eval(about: str, case: ImageCase, step: Step, result: StepResult) -> None:
    state = {key: array[:, None, None] for key, array in case.state().items()}
    factor = state["weight"] / np.sqrt(state["running_var"] + case.eps)
    expected = factor * (step.inputs - state["running_mean"]) + state["bias"]
    compare_shape(f"{about}: shape of the output", expected.shape, result.output)
    bare = state["weight"] * (step.inputs - state["running_mean"]) / np.sqrt(state["running_var"]) + state["bias"]
    own = normalise(as_samples(step.inputs), case.state()["weight"], case.state()["bias"], case.eps).output
    slips = {
        "in eval mode, normalise by the running statistics, not by the batch's": as_images(own, step.inputs.shape),
        "ε is missing under the root": bare,
        "divide by √(running_var + ε), not by running_var": state["weight"]
        * (step.inputs - state["running_mean"])
        / (state["running_var"] + case.eps)
        + state["bias"],
    }
    hint = likely_slip(result.output, {text: _constant(slip) for text, slip in slips.items()}, "mind self.training")
    close(f"{about}: output", expected, result.output, hint=hint)
    if step.grad_output is not None:
        hint = "here the statistics are constants: the input's gradient is γ/√(running_var + ε) times the incoming one"
        _compare_gradient(f"{about}: gradient of the input", factor * step.grad_output, result.input_gradient, hint)


def _constant(array: Array) -> Callable[[], Array]:
    return lambda: array


def assert_keeps(student: Subject, name: str) -> None:
    """Check names, kinds and first values: two parameters, two buffers, all of them saved in the state_dict."""
    handle = student.module(name, 6)
    held, state = handle.inventory(), handle.state()
    if set(held.parameters) != {"weight", "bias"}:
        got = ", ".join(sorted(held.parameters)) or "none"
        hint = "only what training changes is an nn.Parameter; running statistics are buffers"
        raise failed(f"{name}: its parameters", expected="bias, weight", got=got, hint=hint)
    for key in RUNNING:
        if key not in held.buffers or key not in held.saved:
            what = "is a buffer, but is not saved" if key in held.buffers else "is no buffer"
            raise failed(f"{name}: {key} {what}", hint="self.register_buffer(name, tensor), with nothing more")
    for key, value in (("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
        compare_shape(f"{name}: shape of {key}", (6,), state[key])
        if np.any(state[key] != value):
            raise failed(f"{name}: first value of {key}", expected=f"{value:g} for every channel", got="something else")


def assert_refuses_single_values(student: Subject, name: str) -> None:
    """Check that one value per channel is a ValueError in train mode, and no error in eval mode."""
    about, single = f"{name}(3) on one image of one pixel", np.ones((1, 3, 1, 1))
    handle = student.module(name, 3)
    run_steps(f"{about}, in eval mode", handle, [Step(single, train=False)])
    try:
        handle.steps([Step(single)])
    except StudentError as error:
        if error.is_a("NotImplementedError") or not error.is_a("ValueError"):
            raise student_error(f"{about}, in train mode", error) from None
    else:
        hint = "one value has no unbiased variance: 1/(n − 1) is 1/0, and the running estimate becomes nan"
        raise failed(f"{about}, in train mode: no error", expected="a ValueError", hint=hint)


def _prepared(student: Subject, name: str, case: ImageCase, *required: str) -> ModuleHandle:
    """Return a fresh layer with the case's state; buffers that it lacks are missed only if they are `required`."""
    handle = student.module(name, case.shape[1], eps=case.eps, momentum=case.momentum)
    state = handle.state()
    for key, array in case.state().items():
        if key not in state and key not in RUNNING:
            got = ", ".join(sorted(handle.parameters())) or "none"
            raise failed(f"{name}: names of its trainable parameters", expected="bias, weight", got=got)
        if key in required and key not in state:
            raise failed(f"{name}: there is no {key}", hint=f'keep it as a buffer: self.register_buffer("{key}", …)')
        if key in state:
            compare_shape(f"{name}: shape of {key}", array.shape, state[key])
            state[key] = array
    handle.load(state)
    return handle
