"""Checks of the four modules of problem set 3: classes with `forward`, `backward`, `.params` and `.grads`, in NumPy.

Weights, inputs and incoming gradients are random and of both signs; batches hold one sample and more. When numbers
differ, what the usual slips would give is worked out too, and the message names the slip that fits.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from coursepack.checks import backprop_reference as reference
from coursepack.checks.batchnorm_compare import close
from coursepack.checks.messages import failed
from coursepack.checks.objects import (
    Slips,
    as_array,
    as_number,
    call,
    compare,
    one_hot,
    place,
    random,
    read,
    require_shape,
)
from coursepack.subject import Array, InstanceHandle, Subject

FIRST_STD = 1e-4
LINEAR_SIZES = ((1, 3, 2), (5, 4, 4), (4, 2, 6), (7, 6, 3))  # batch, in_features, out_features
ROWS = ((1, 4), (6, 3), (3, 10))
SLOPES = (0.1, 0.5, 0.0)


def assert_linear_start(student: Subject, name: str) -> None:
    """Check shapes and first values of a linear module's parameters, and that it has a place for their gradients."""
    about, handle, shapes = (
        f"{name}(300, 200)",
        student.instance(name, 300, 200),
        {"weight": (200, 300), "bias": (200,)},
    )
    for holder, (key, shape) in itertools.product(("params", "grads"), shapes.items()):
        require_shape(about, handle, f"{holder}.{key}", shape)
    weight, bias = (read(handle, about, f"params.{key}") for key in shapes)
    if np.any(bias != 0):
        raise failed(f"{about}: first values of params['bias']", expected="zeros", got="something else")
    spread = float(weight.std())
    if not 0.97 * FIRST_STD < spread < 1.03 * FIRST_STD:
        raise failed(
            f"{about}: standard deviation of the first weights",
            expected=f"{FIRST_STD:g}",
            got=f"{spread:.3g}",
            hint="np.random.normal takes the standard deviation, not the variance",
        )
    if abs(weight.mean()) > 0.03 * FIRST_STD or np.abs(weight).max() < 3 * FIRST_STD:
        raise failed(f"{about}: distribution of the first weights", expected="normal, mean 0", got="something else")
    if len(np.unique(weight)) < weight.size // 2:
        raise failed(f"{about}: the first weights repeat each other", hint="draw every weight by itself")


def _linear_case(student: Subject, name: str, sizes: tuple[int, int, int]) -> tuple[str, InstanceHandle, list[Array]]:
    """Return a description, a module with random parameters, and [weight, bias, x, dout]."""
    batch, inputs, outputs = sizes
    arrays = [random(outputs, inputs), random(outputs), random(batch, inputs, seed=1), random(batch, outputs, seed=2)]
    handle, about = student.instance(name, inputs, outputs), f"{name}({inputs}, {outputs}) on a batch of {batch}"
    for key, array in zip(("weight", "bias"), arrays, strict=False):
        require_shape(about, handle, f"params.{key}", array.shape)
        place(handle, about, f"params.{key}", array)
    return about, handle, arrays


def assert_linear_forward(student: Subject, name: str) -> None:
    """Check what a linear module's forward returns."""
    for sizes in LINEAR_SIZES:
        about, handle, (weight, bias, x, _) = _linear_case(student, name, sizes)
        expected = x @ weight.T + bias
        slips = {"the bias is missing": expected - bias}
        if sizes[1] == sizes[2]:
            slips["the weight is not transposed"] = x @ weight + bias
        compare(f"{about}: forward", expected, call(handle, about, "forward", x), slips, "x Wᵀ + b, row by row")


def assert_linear_backward(student: Subject, name: str) -> None:
    """Check the three gradients of a linear module, twice in a row: the second pass replaces those of the first."""
    for sizes in LINEAR_SIZES:
        about, handle, (weight, bias, x, dout) = _linear_case(student, name, sizes)
        for inputs, incoming, which in ((x, dout, ""), (-2.0 * x[:1], dout[:1] + 1.0, ", second pass")):
            call(handle, about, "forward", inputs)
            got = call(handle, about, "backward", incoming)
            where = f"{about}{which}"
            compare(f"{where}: gradient of the input (backward's result)", incoming @ weight, got, {}, "dout W")
            _compare_linear(where, handle, inputs, incoming, earlier=(dout.T @ x, dout.sum(axis=0)))
        for key, array in (("weight", weight), ("bias", bias)):
            hint = "backward only computes; the step comes later"
            close(f"{about}: params['{key}'] after backward", array, read(handle, about, f"params.{key}"), hint=hint)


def _compare_linear(about: str, handle: InstanceHandle, x: Array, dout: Array, earlier: tuple[Array, Array]) -> None:
    gradients = {"weight": (dout.T @ x, earlier[0]), "bias": (dout.sum(axis=0), earlier[1])}
    for key, (expected, before) in gradients.items():
        slips = {
            "this is averaged over the batch; cross-entropy has done that already": expected / len(x),
            "gradients of two passes are added up; each backward starts afresh": expected + before,
        }
        got = read(handle, about, f"grads.{key}")
        compare(f"{about}: grads['{key}']", expected, got, slips, "one sum over the samples of the batch")


def assert_leaky_relu(student: Subject, name: str) -> None:
    """Check forward and backward of a leaky ReLU for several slopes."""
    for slope, (rows, columns) in itertools.product(SLOPES, ROWS):
        about = f"{name}({slope:g}) on an input of shape ({rows}, {columns})"
        handle, x, dout = student.instance(name, slope), random(rows, columns), random(rows, columns, seed=1)
        slips = {"negative values become 0; multiply them by the slope": np.maximum(x, 0.0)}
        expected = reference.leaky_relu(x, slope)
        compare(f"{about}: forward", expected, call(handle, about, "forward", x), slips, "look at the negative values")
        slips = {
            "it is the sign of the input that counts, not that of dout": reference.leaky_relu(dout, slope),
            "multiply by dout: the chain rule": np.where(x > 0, 1.0, slope),
        }
        expected = reference.leaky_relu_backward(x, dout, slope)
        got = call(handle, about, "backward", dout)
        compare(f"{about}: backward", expected, got, slips, "dout where x > 0, slope · dout elsewhere")


def assert_softmax_forward(student: Subject, name: str) -> None:
    """Check probabilities, row by row."""
    _softmax_cases(student, name, {f"an input of shape {shape}": 3.0 * random(*shape) for shape in ROWS})


def assert_softmax_stable(student: Subject, name: str) -> None:
    """Check that large and very unlike numbers do no harm."""
    cases = {"small numbers": random(2, 3), "numbers of about 1,000": random(4, 5) + 1e3}
    cases["numbers of about −1,000"] = random(4, 5) - 1e3
    cases["rows of very different size"] = random(3, 4) + np.array([[2e3], [-2e3], [0.0]])
    cases["numbers that lie far apart in a row"] = np.array([[1e3, 0.0, -1e3], [0.0, 5.0, 800.0]])
    _softmax_cases(student, name, cases)


def _softmax_cases(student: Subject, name: str, cases: dict[str, Array]) -> None:
    handle = student.instance(name)
    for what, x in cases.items():
        about, powers = f"{name} on {what}", np.exp(np.clip(x, -50.0, 50.0))
        slips = {
            "each row must add up to 1": powers / powers.sum(),
            "sum over the classes, which are the columns": powers / powers.sum(axis=0),
        }
        got = call(handle, about, "forward", x)
        compare(f"{about}: forward", reference.softmax(x), got, slips, "subtract each row's own maximum first")


def assert_softmax_backward(student: Subject, name: str) -> None:
    """Check the gradient of the input for random incoming gradients, and for one that is the same for all classes."""
    for shape in ROWS:
        about, handle, x = f"{name} on an input of shape {shape}", student.instance(name), random(*shape)
        p = reference.softmax(x)
        for dout in (random(*shape, seed=1), np.ones(shape)):
            slips = {
                "only the diagonal of the Jacobian is there": dout * p * (1 - p),
                "the term − p pᵀ is missing": dout * p,
                "the sum runs over the classes of one sample, not over the batch": p * (dout - (dout * p).sum()),
            }
            call(handle, about, "forward", x)
            got = as_array(f"{about}: backward", call(handle, about, "backward", dout))
            _compare_about_one(about, reference.softmax_backward(p, dout), got, slips)


def _compare_about_one(about: str, expected: Array, got: Array, slips: Slips) -> None:
    """Compare after adding 1 everywhere: where the right answer is zero, a relative error means nothing."""
    shifted = {text: slip + 1 for text, slip in slips.items()}
    compare(f"{about}: backward", expected + 1, got + 1, shifted, "(diag(p) − p pᵀ) dout, sample by sample")


def assert_cross_entropy_forward(student: Subject, name: str) -> None:
    """Check the mean loss."""
    handle = student.instance(name)
    for shape in ROWS:
        about, p, y = f"{name} on probabilities of shape {shape}", reference.softmax(random(*shape)), one_hot(*shape)
        right = np.array(reference.cross_entropy(p, y))
        slips = {
            "this is the sum over the batch, not the mean": right * shape[0],
            "divide by the number of samples, not of numbers": right / shape[1],
            "the sign is wrong: a loss is never negative": -right,
            "use the natural logarithm": right / np.log(2),
        }
        compare(f"{about}: forward", right, _loss(handle, about, p, y), slips, "−Σ y log p, divided by the batch size")


def assert_cross_entropy_of_zero(student: Subject, name: str) -> None:
    """Check that a probability of exactly zero gives a finite loss and finite gradients."""
    handle, y = student.instance(name), np.array([[1.0, 0.0], [0.0, 1.0]])
    for p, which in ((np.array([[1.0, 0.0], [0.25, 0.75]]), "wrong"), (np.array([[0.0, 1.0], [0.75, 0.25]]), "right")):
        about = f"{name} on a probability of exactly 0 for the {which} class"
        hint = "0 · log 0 is nan: raise small probabilities to 1e-12 first, before the logarithm and the division"
        loss, right = _loss(handle, about, p, y), np.array(reference.cross_entropy(p, y))
        if which == "wrong":
            close(about, right, loss, hint=hint)
        elif not 10 < loss < 100:
            raise failed(about, expected="a large, finite loss", got=f"{loss:.3g}", hint=hint)
        gradient = as_array(f"{about}: backward", call(handle, about, "backward", p, y))
        if gradient.shape != p.shape or not np.isfinite(gradient).all() or np.any(gradient[y == 0] != 0):
            expected = "finite numbers, and 0 wherever y is 0"
            raise failed(f"{about}: backward", expected=expected, got="something else", hint=hint)


def _loss(handle: InstanceHandle, about: str, p: Array, y: Array) -> Array:
    got: Any = call(handle, about, "forward", p, y)
    return np.array(as_number(f"{about}: forward", got))


def assert_cross_entropy_backward(student: Subject, name: str) -> None:
    """Check the gradient of the probabilities."""
    handle = student.instance(name)
    for shape in ROWS:
        about, p, y = f"{name} on probabilities of shape {shape}", reference.softmax(random(*shape)), one_hot(*shape)
        right = reference.cross_entropy_backward(p, y)
        slips = {
            "the loss is a mean: divide by the batch size": right * len(p),
            "the sign is wrong: the more probable the right class, the smaller the loss": -right,
            "this is softmax and cross-entropy in one; here only the loss is asked for": (p - y) / len(p),
        }
        got = call(handle, about, "backward", p, y)
        compare(f"{about}: backward", right, got, slips, "−y/p, divided by the batch size")
