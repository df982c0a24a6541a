"""Compare students' batch normalisation with the reference on random problems, and look for common slips.

If numbers differ, we also compute what the common slips would give, and the message names the slip that fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from convnet_course.batchnorm.reference import Gradients, gradients, normalise
from coursepack.checks import draws
from coursepack.checks.comparing import close, compare_shape, exact, likely_slip
from coursepack.checks.messages import failed
from coursepack.subject import Array

ARGUMENTS = ("input", "gamma", "beta")
DEFAULT_EPS = 1e-5
ROUNDING = 1e-9


@dataclass(frozen=True)
class Case:
    """One random problem: a batch of vectors, γ, β, ε and the incoming gradient."""

    batch: int
    features: int
    eps: float

    @property
    def about(self) -> str:
        """A description for messages."""
        return f"batch of {self.batch}, {self.features} features, eps {self.eps:g}"

    @property
    def about_options(self) -> str:
        """A description for messages if the module is made with `options`."""
        return self.about if self.options() else f"{self.about} by default"

    def options(self) -> dict[str, float]:
        """Return the options for making a module: none if ε is the default, so that the default is tried too."""
        return {} if self.eps == DEFAULT_EPS else {"eps": self.eps}

    def arrays(self) -> tuple[Array, Array, Array, Array]:
        """Return input (batch, features), gamma (features), beta (features) and the incoming gradient."""
        draw = draws.generator(20_263, self.batch, self.features)
        spread = draw.uniform(0.3, 2.0, self.features)
        samples = draw.normal(draw.normal(0.0, 2.0, self.features), spread, (self.batch, self.features))
        gamma = draw.uniform(0.5, 1.5, self.features) * np.where(np.arange(self.features) % 3 == 1, -1.0, 1.0)
        beta = draw.normal(0.0, 1.0, self.features)
        return samples, exact(gamma), exact(beta), draw.normal(0.5, 1.0, samples.shape)


CASES = (Case(5, 3, 1e-5), Case(2, 4, 0.5), Case(7, 7, 0.75), Case(12, 2, 1e-3), Case(3, 6, 2.0))


def compare_forward(about: str, case: Case, output: Array) -> None:
    """Compare a forward pass on the case's arrays with the reference."""
    samples, gamma, beta, _ = case.arrays()
    done = normalise(samples, gamma, beta, case.eps)
    compare_shape(f"{about}: shape of the output", samples.shape, output)
    hint = likely_slip(output, dict(_forward_slips(case)), "")
    close(f"{about}: output", done.output, output, hint=hint)


def _forward_slips(case: Case) -> Iterator[tuple[str, Callable[[], Array]]]:
    samples, gamma, beta, _ = case.arrays()
    done = normalise(samples, gamma, beta, case.eps)
    centred, count = samples - done.mean, len(samples)

    def scaled(standard: Array) -> Array:
        result: Array = gamma * standard + beta
        return result

    yield "ε is missing under the square root", lambda: scaled(centred / np.sqrt(done.variance))
    yield "add ε to the variance, under the square root", lambda: scaled(centred / (np.sqrt(done.variance) + case.eps))
    yield (
        "the variance is divided by B − 1; divide by B",
        lambda: scaled(centred / np.sqrt(done.variance * count / (count - 1) + case.eps)),
    )
    yield "divide by the standard deviation, not by the variance", lambda: scaled(centred / (done.variance + case.eps))
    yield "the mean is not subtracted", lambda: scaled(samples / done.deviation)
    yield "γ and β are not applied", lambda: done.standard
    yield "γ and β are swapped", lambda: beta * done.standard + gamma
    yield "the input is returned as it came", lambda: samples
    used = normalise(samples, gamma, beta, DEFAULT_EPS).output
    yield "the eps that was passed is not used", lambda: used
    spread = np.sqrt(samples.var() + case.eps)
    yield "take a separate mean and variance for each neuron", lambda: scaled((samples - samples.mean()) / spread)
    across = normalise(samples.T, np.ones(count), np.zeros(count), case.eps).standard.T
    yield "mean and variance are taken over the features; take them over the batch", lambda: scaled(across)


def compare_gradients(
    about: str, case: Case, got: Sequence[Array | None], *, output: Array, by_hand: bool = False
) -> None:
    """Compare the gradients of input, gamma and beta with the reference.

    Args:
        about: what is compared, for the message.
        case: the problem.
        got: the gradients; None for one that did not come.
        output: what forward returned.
        by_hand: whether a formula of the student's gave them. Then they are also right if the right formula gives them
            for the x̂ of the student's forward: a slip in forward costs no points in backward.
    """
    samples, gamma, beta, incoming = case.arrays()
    right, otherwise = gradients(samples, gamma, case.eps, incoming), ""
    forward = normalise(samples, gamma, beta, case.eps).output
    if output.shape != forward.shape or not np.allclose(output, forward, rtol=1e-8, atol=1e-8):
        right, otherwise = (
            (by_hand and _own_gradients(case, output)) or right,
            "forward is not right yet; fix that first",
        )
    slips: tuple[Mapping[str, Callable[[], Array]], ...] = (dict(_input_slips(case)), dict(_gamma_slips(case)), {})
    for argument, expected, gradient, tried in zip(
        ARGUMENTS, (right.samples, right.gamma, right.beta), got, slips, strict=True
    ):
        where = f"{about}: gradient of {argument}"
        if gradient is None:
            raise failed(f"{where} is missing", hint="autograd asked for it, but got None")
        compare_shape(f"{where}: its shape", expected.shape, gradient)
        if max(np.abs(expected).max(), np.abs(gradient).max()) < ROUNDING * np.abs(incoming).max():
            continue  # both are zero except for rounding, as for a batch of two without ε
        hint = otherwise or likely_slip(gradient, tried, "")
        hint = likely_slip(gradient, _rounded(expected, gradient), hint)
        close(where, expected, gradient, hint=hint)


def _own_gradients(case: Case, output: Array) -> Gradients | None:
    """Return what the right formula gives for the x̂ and s of a student's forward; None if it did not normalise."""
    samples, gamma, beta, incoming = case.arrays()
    if output.shape != samples.shape or not np.isfinite(output).all():
        return None
    standard, centred, count = (output - beta) / gamma, samples - samples.mean(axis=0), len(samples)
    with np.errstate(all="ignore"):
        deviation = (centred**2).sum(axis=0) / (centred * standard).sum(axis=0)
    if not np.allclose(deviation * standard, centred, rtol=1e-6, atol=1e-6):
        return None
    common = incoming.sum(axis=0) + standard * (incoming * standard).sum(axis=0)
    grad_samples = gamma / (count * deviation) * (count * incoming - common)
    return Gradients(grad_samples, (incoming * standard).sum(axis=0), incoming.sum(axis=0))


def _rounded(expected: Array, got: Array) -> dict[str, Callable[[], Array]]:
    """Return the slip of numbers that are right to the precision of float32 only."""
    near = got.shape == expected.shape and np.allclose(got, expected, rtol=1e-5, atol=1e-5)
    return {"it is right to seven digits only: your code rounds to float32 somewhere": lambda: got} if near else {}


def _input_slips(case: Case) -> Iterator[tuple[str, Callable[[], Array]]]:
    samples, gamma, beta, incoming = case.arrays()
    done = normalise(samples, gamma, beta, case.eps)
    plain, standard = gamma * incoming / done.deviation, done.standard
    through_mean = plain.mean(axis=0)
    through_variance = standard * (plain * standard).mean(axis=0)
    yield "mean and variance depend on the input too; two of the three paths are missing", lambda: plain
    yield "the path through the variance is missing", lambda: plain - through_mean
    yield "the path through the mean is missing", lambda: plain - through_variance
    right = gradients(samples, gamma, case.eps, incoming).samples
    yield "γ is missing", lambda: right / gamma
    yield "γ appears twice", lambda: right * gamma
    yield (
        "divide the sums over the batch by its size, or multiply the other terms by it",
        (lambda: plain - len(samples) * (through_mean + through_variance)),
    )
    yield "it is too large by the size of the batch", lambda: right * len(samples)
    yield "a sign is wrong", lambda: plain - through_mean + through_variance
    exact = (samples - done.mean) / np.sqrt(done.variance)
    bare = gamma * incoming / np.sqrt(done.variance)
    mixed = bare - bare.mean(axis=0) - standard * (bare * standard).mean(axis=0)
    yield "ε is missing under the square root in front of the bracket", lambda: mixed
    both = plain - through_mean - (plain * standard**2).mean(axis=0)
    yield "in the last term, the x̂ of the sample is outside the sum, and the x̂ of each summand inside", lambda: both
    yield "ε is missing", lambda: bare - bare.mean(axis=0) - exact * (bare * exact).mean(axis=0)


def _gamma_slips(case: Case) -> Iterator[tuple[str, Callable[[], Array]]]:
    samples, gamma, beta, incoming = case.arrays()
    done = normalise(samples, gamma, beta, case.eps)
    yield "it is multiplied by the input; use the normalised input", lambda: (incoming * samples).sum(axis=0)
    yield "it is multiplied by the output; use the normalised input", lambda: (incoming * done.output).sum(axis=0)
    yield "sum over the batch, do not average", lambda: (incoming * done.standard).mean(axis=0)
    yield "the gradients of γ and β are swapped", lambda: incoming.sum(axis=0)
