"""Checks of the cross-entropy module of problem set 3: its mean loss, its gradient, and how it handles zeros."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from convnet_course.backprop import reference as reference
from convnet_course.backprop.numpy_modules import ROWS
from coursepack.checks.comparing import close, exact
from coursepack.checks.instances import as_array, as_number, call, compare, one_hot, random
from coursepack.checks.messages import failed
from coursepack.subject import Array, InstanceHandle, Subject

LOSS_TOLERANCE = 1e-6  # a plain number has no dtype, and computing in float32 is right too
SLACK = 0.05  # adding 1e-12 to the probabilities is as good as raising the small ones to 1e-12
LABELS = np.array([[1.0, 0.0], [0.0, 1.0]])
ORDINARY = (np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([[0.875, 0.125], [0.75, 0.25]]))


def assert_cross_entropy_forward(student: Subject, name: str) -> None:
    """Check the mean loss."""
    handle = student.instance(name)
    for shape in ROWS:
        about, p, y = _case(name, shape)
        right = np.array(reference.cross_entropy(p, y))
        slips = {
            "this is the sum over the batch, not the mean": right * shape[0],
            "divide by the number of samples, not by the number of values": right / shape[1],
            "the sign is wrong: a loss is never negative": -right,
            "use the natural logarithm": right / np.log(2),
            "the logarithm is missing": np.array(-(p * y).sum() / shape[0]),
            "this is the mean squared error": np.array(((p - y) ** 2).sum() / shape[0]),
        }
        got, wanted = _loss(handle, about, p, y), "−Σ y log p, divided by the batch size"
        hint = next((text for text, slip in slips.items() if np.isclose(got, slip)), wanted)
        close(f"{about}: forward", right, got, hint=hint, tolerance=LOSS_TOLERANCE)


def _case(name: str, shape: tuple[int, int]) -> tuple[str, Array, Array]:
    """Return a description, probabilities that float32 holds exactly, and one-hot labels."""
    return f"{name} on probabilities of shape {shape}", exact(reference.softmax(random(*shape))), one_hot(*shape)


def _loss(handle: InstanceHandle, about: str, p: Array, y: Array) -> Array:
    got: Any = call(handle, about, "forward", p, y)
    return np.array(as_number(f"{about}: forward", got))


def _gradient(handle: InstanceHandle, about: str, p: Array, y: Array) -> Array:
    gradient = as_array(f"{about}: backward", call(handle, about, "backward", p, y))
    if gradient.shape != p.shape:
        raise failed(f"{about}: shape of backward's result", expected=str(p.shape), got=str(gradient.shape))
    return gradient


def assert_cross_entropy_backward(student: Subject, name: str) -> None:
    """Check the gradient of the probabilities."""
    handle = student.instance(name)
    for shape in ROWS:
        about, p, y = _case(name, shape)
        right = reference.cross_entropy_backward(p, y)
        slips = {
            "the loss is a mean: divide by the batch size": right * len(p),
            "divide by the number of samples, not by the number of classes": right * len(p) / shape[1],
            "the sign is wrong: the more probable the right class, the smaller the loss": -right,
            "this is the gradient of softmax and cross-entropy together; give that of the loss only": (p - y) / len(p),
            "y is missing: only the right class has a gradient": -1 / p / len(p),
            "divide by p, do not multiply": -y * p / len(p),
        }
        compare(f"{about}: backward", right, _gradient(handle, about, p, y), slips, "−y/p, divided by the batch size")


def assert_cross_entropy_of_zero(student: Subject, name: str) -> None:
    """Check that probabilities below 1e-12 count as 1e-12, forward and backward, and larger ones keep their value.

    A wrong factor in the loss or in its gradient costs no points here: both are compared with the reference times the
    factor seen with ordinary probabilities. A gradient that is otherwise wrong must be finite, and 0 where y is 0.
    """
    handle = student.instance(name)
    sides: tuple[tuple[str, Callable[..., Array], Callable[..., Any]], ...] = (
        ("forward", _loss, reference.cross_entropy),
        ("backward", _gradient, reference.cross_entropy_backward),
    )
    for side, own, right in sides:
        factor = _factor(handle, own, right, name)
        for about, p in _small_probabilities(name):
            got, expected = own(handle, about, p, LABELS), (factor or 1.0) * np.array(right(p, LABELS))
            if not np.isfinite(got).all():
                hint = "0 · log 0 and 0/0 give nan: raise small probabilities to 1e-12 first"
                raise failed(f"{about}: {side}", expected="finite numbers", got="nan or infinite", hint=hint)
            if factor is None and side == "backward":
                got, expected = got[LABELS == 0], np.zeros(1)
            if not np.allclose(got, expected, rtol=SLACK, atol=1e-6 * float(np.abs(expected).max())):
                wanted = "probabilities below 1e-12 count as 1e-12, all others keep their value"
                raise failed(f"{about}: {side}", expected=wanted, got="something else")


def _small_probabilities(name: str) -> list[tuple[str, Array]]:
    rest = [0.25, 0.75]
    return [
        (f"{name} on a probability of exactly 0 for the wrong class", np.array([[1.0, 0.0], rest])),
        (f"{name} on a probability of exactly 0 for the right class", np.array([[0.0, 1.0], rest[::-1]])),
        (f"{name} on a probability of 1e-15 for the right class", np.array([[1e-15, 1.0], rest[::-1]])),
        (f"{name} on a probability of 1e-9 for the right class", np.array([[1e-9, 1.0], rest[::-1]])),
    ]


def _factor(handle: InstanceHandle, own: Callable[..., Array], right: Callable[..., Any], name: str) -> float | None:
    """Return the factor by which a student's results are too large on ordinary probabilities; None if there is none."""
    factors = set()
    for p in ORDINARY:
        got, expected = own(handle, name, p, LABELS), np.array(right(p, LABELS))
        if not np.array_equal(got != 0, expected != 0):
            return None
        quotients = got[expected != 0] / expected[expected != 0]
        factors |= {float(round(quotient, 5)) for quotient in np.atleast_1d(quotients)}
    return factors.pop() if len(factors) == 1 else None
