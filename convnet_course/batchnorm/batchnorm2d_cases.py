"""Random problems for a student's `BatchNorm2d`, and what common slips give on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from convnet_course.batchnorm.comparison import DEFAULT_EPS
from convnet_course.batchnorm.reference import as_images, as_samples, normalise
from coursepack.checks import draws
from coursepack.checks.comparing import compare_shape, exact
from coursepack.checks.messages import failed
from coursepack.subject import Array, ModuleHandle, Subject

DEFAULTS = {"eps": DEFAULT_EPS, "momentum": 0.1}
RUNNING = ("running_mean", "running_var")


@dataclass(frozen=True)
class ImageCase:
    """One random problem: a shape (batch, channels, height, width), ε and momentum."""

    shape: tuple[int, int, int, int]
    eps: float = 1e-5
    momentum: float = 0.1

    def about(self, default: str = "") -> str:
        """Describe the problem for messages; `default` is an option that may be left out, see `prepared`."""
        options = {"eps": self.eps, "momentum": self.momentum}
        texts = [
            f"{key} {value:g}{' by default' if key == default and value == DEFAULTS[key] else ''}"
            for key, value in options.items()
        ]
        return f"images of shape {self.shape}, {', '.join(texts)}"

    def images(self, number: int = 0) -> Array:
        """Return a batch whose channels differ in mean and spread; each `number` gives a different batch."""
        draw = draws.generator(20_264, number, *self.shape)
        channels = np.arange(1, self.shape[1] + 1)[:, None, None]
        return draw.normal(channels - 1.5, 0.4 * channels, self.shape)

    def incoming(self) -> Array:
        """Return the incoming gradient."""
        return draws.generator(20_265, *self.shape).normal(0.5, 1.0, self.shape)

    def state(self) -> dict[str, Array]:
        """Return γ, β and running statistics in the middle of a training."""
        draw = draws.generator(20_266, *self.shape)
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


def prepared(student: Subject, name: str, case: ImageCase, *required: str, default: str = "") -> ModuleHandle:
    """Return a fresh layer with the case's state.

    Args:
        student: the subject.
        name: the class.
        case: the problem.
        required: buffers that must be there.
        default: option, "eps" or "momentum", that is left out if the case has its default value, to try the default.
    """
    options = {"eps": case.eps, "momentum": case.momentum}
    if default and options[default] == DEFAULTS[default]:
        del options[default]
    handle = student.module(name, case.shape[1], **options)
    state = handle.state()
    for key, array in case.state().items():
        if key not in state and key not in RUNNING:
            got = ", ".join(sorted(handle.parameters())) or "none"
            raise failed(f"{name}: names of its trainable parameters", expected="bias, weight", got=got)
        if key in required and key not in state:
            raise failed(f"{name}: there is no {key}", hint=f'make it a buffer: self.register_buffer("{key}", …)')
        if key in state:
            compare_shape(f"{name}: shape of {key}", array.shape, state[key])
            state[key] = array
    handle.load(state)
    return handle


def train_slips(case: ImageCase) -> Iterator[tuple[str, Array]]:
    """Yield what common slips give for the first batch in train mode."""
    images, state = case.images(), case.state()
    samples = as_samples(images)
    done = normalise(samples, state["weight"], state["bias"], case.eps)
    centred, count = samples - done.mean, len(samples)

    def made(standard: Array) -> Array:
        return as_images(state["weight"] * standard + state["bias"], case.shape)

    yield (
        "in train mode, normalise by the biased variance (divided by n); the unbiased one is for the running estimate",
        made(centred / np.sqrt(done.variance * count / (count - 1) + case.eps)),
    )
    own_statistics = "in train mode, normalise by the batch's own statistics, not by the running ones"
    for when, (mean, variance) in {
        own_statistics: (state["running_mean"], state["running_var"]),
        f"{own_statistics} after their update": running(state, case, 0),
    }.items():
        yield when, made((samples - mean) / np.sqrt(variance + case.eps))
    yield "ε is missing under the square root", made(centred / np.sqrt(done.variance))
    yield "add ε to the variance, under the square root", made(centred / (np.sqrt(done.variance) + case.eps))
    mean, variance = images.mean(axis=(2, 3), keepdims=True), images.var(axis=(2, 3), keepdims=True)
    alone = (images - mean) / np.sqrt(variance + case.eps)
    yield "take mean and variance over all images of the batch, not for each image", made(as_samples(alone))


def running(before: dict[str, Array], case: ImageCase, number: int) -> tuple[Array, Array]:
    """Return both running estimates after batch `number` in train mode."""
    samples, kept = as_samples(case.images(number)), 1.0 - case.momentum
    return (
        kept * before["running_mean"] + case.momentum * samples.mean(axis=0),
        kept * before["running_var"] + case.momentum * samples.var(axis=0, ddof=1),
    )


def running_slips(key: str, before: dict[str, Array], case: ImageCase, number: int) -> Iterator[tuple[str, Array]]:
    """Yield what common slips give for a running estimate."""
    images, old, new = case.images(number), before[key], case.momentum
    samples = as_samples(images)
    batch = samples.mean(axis=0) if key == "running_mean" else samples.var(axis=0, ddof=1)
    yield "it did not change at all", old
    reversed_ = new * old + (1 - new) * batch
    yield "multiply the new batch's value by momentum, and the old estimate by 1 − momentum", reversed_
    yield "the batch's value overwrites it; keep (1 − momentum) · the old estimate", batch
    fixed = (1 - DEFAULTS["momentum"]) * old + DEFAULTS["momentum"] * batch
    yield "the momentum that was passed is not used", fixed
    if key == "running_var":
        biased, deviation, several = samples.var(axis=0), samples.std(axis=0, ddof=1), max(2, len(images))
        unbiased = "use the unbiased variance (divided by n − 1) for the running estimate"
        yield unbiased, (1 - new) * old + new * biased
        yield "it must hold variances, not standard deviations", (1 - new) * old + new * deviation
        counted = biased * several / (several - 1)
        yield "n is the number of values per channel, B·H·W, not the number of images", (1 - new) * old + new * counted
        alone = images.var(axis=(2, 3)).mean(axis=0)
        yield "take the variance over all images of the batch, not for each image", (1 - new) * old + new * alone
