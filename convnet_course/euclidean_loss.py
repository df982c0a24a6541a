"""Checks of the Euclidean loss on probabilities that students write: its value and its gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from coursepack.checks import draws
from coursepack.checks.arrays import compare_values
from coursepack.checks.messages import failed, student_error
from coursepack.subject import Array, StudentError, Subject

TOLERANCE = 1e-5  # computing in float32 is right too
ROUNDING = 1e-6  # of gradients in float32
Loss = Callable[[Array, Array], float]


def softmax(outputs: Array) -> Array:
    """Return the probabilities of each row, (batch, classes)."""
    exponentials = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    result: Array = exponentials / exponentials.sum(axis=1, keepdims=True)
    return result


def euclidean(outputs: Array, targets: Array) -> float:
    """Return 1/(2B) Σ ‖softmax(outputs) − targets‖² over a batch of B rows."""
    return float(((softmax(outputs) - targets) ** 2).sum() / (2 * len(outputs)))


def euclidean_gradient(outputs: Array, targets: Array) -> Array:
    """Return its gradient with respect to the outputs: J (p − t)/B with softmax's Jacobian J = diag(p) − p pᵀ."""
    p = softmax(outputs)
    difference = (p - targets) / len(outputs)
    result: Array = p * (difference - (p * difference).sum(axis=1, keepdims=True))
    return result


def assert_euclidean_loss(student: Subject, name: str) -> None:
    """Check the loss `name(outputs, targets)`: value and gradient, for logits and for log-probabilities.

    Args:
        student: the subject.
        name: the function; it takes tensors (batch, classes), the targets one-hot, and returns a tensor of one number.
    """
    for about, outputs, targets in _cases():
        where = f"{name} ({about})"
        try:
            value, gradients = student.gradients(name, [outputs, targets], np.array(1.0))
        except StudentError as error:
            if "Mismatch in shape" in error.message:
                raise failed(f"{where}: shape of the result", expected="one number, ()") from None
            raise student_error(where, error) from None
        if np.shape(value) != ():
            raise failed(f"{where}: shape of the result", expected="one number, ()", got=str(np.shape(value)))
        right = euclidean(outputs, targets)
        if not np.isclose(float(value), right, rtol=TOLERANCE, atol=TOLERANCE):
            raise failed(f"{where}: value", got=f"{float(value):.6g}", hint=_hint(float(value), outputs, targets))
        gradient, got = euclidean_gradient(outputs, targets), gradients[0].astype(np.float64)
        if not np.allclose(got, gradient, rtol=1e-3, atol=ROUNDING):
            hint = "the value is right but its gradient is wrong: look for detach, .data, .item() or NumPy"
            compare_values(f"{where}: gradient of the outputs", gradient, got, tolerance=TOLERANCE, hint=hint)


def _cases() -> Iterator[tuple[str, Array, Array]]:
    for about, seed, batch, classes, scale in (
        ("five samples", 0, 5, 10, 1.0),
        ("one sample", 1, 1, 10, 2.0),
        ("three classes", 2, 7, 3, 1.5),
        ("large scores", 3, 4, 10, 300.0),
    ):
        draw = draws.generator(20_266, seed)
        outputs = draw.normal(0.0, scale, (batch, classes))
        yield about, outputs, np.eye(classes)[draw.integers(0, classes, batch)]
    outputs = draws.generator(20_267).normal(0.0, 1.0, (6, 10))
    yield "log-probabilities", np.log(softmax(outputs)), np.eye(10)[[0, 9, 4, 4, 7, 1]]


def _hint(got: float, outputs: Array, targets: Array) -> str:
    """Try the common slips, and return the one that gives the student's value."""
    if not np.isfinite(got):
        return "large scores overflow: F.softmax prevents that"
    p, batch = softmax(outputs), len(outputs)
    squares = (p - targets) ** 2
    slips: dict[str, float] = {
        "the outputs are scores: turn them into probabilities first": ((outputs - targets) ** 2).sum() / (2 * batch),
        "the factor ½ is missing": squares.sum() / batch,
        "divide by the number of samples": squares.sum() / 2,
        "divide by the number of samples, not by the number of values": squares.mean() / 2,
        "this is the mean over all values, as in nn.MSELoss": squares.mean(),
        "there is no square root in this loss": np.sqrt(squares.sum(axis=1)).sum() / (2 * batch),
        "use the probabilities, not their logarithms": ((np.log(p) - targets) ** 2).sum() / (2 * batch),
        "the other classes count too, not only the true one": (squares * targets).sum() / (2 * batch),
        "square the differences": np.abs(p - targets).sum() / (2 * batch),
    }
    if batch > 1:
        across = np.exp(outputs - outputs.max(axis=0)) / np.exp(outputs - outputs.max(axis=0)).sum(axis=0)
        slips["take the softmax over the classes, dim=1"] = ((across - targets) ** 2).sum() / (2 * batch)
    close = [hint for hint, slip in slips.items() if np.isclose(got, slip, rtol=1e-5)]
    wanted = "1/(2B) times the sum of all squared differences between probabilities and targets"
    return close[0] if len(close) == 1 else wanted
