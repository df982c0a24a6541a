"""Checks of three modules of problem set 3: classes with `forward`, `backward`, `.params` and `.grads`, in NumPy.

Weights, inputs and incoming gradients are random and of both signs; batches hold one or more samples. If numbers
differ, we also compute what the common slips would give, and the message names the slip that fits.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from convnet_course.backprop import reference as reference
from coursepack.checks.comparing import close
from coursepack.checks.instances import (
    Slips,
    as_array,
    call,
    compare,
    place,
    random,
    read,
    require_no_parameters,
    require_shape,
)
from coursepack.checks.messages import failed
from coursepack.subject import Array, Frozen, InstanceHandle, Subject

FIRST_STD = 1e-4
LINEAR_SIZES = ((5, 4, 4), (1, 3, 2), (4, 2, 6), (7, 6, 3))  # batch, in_features, out_features
ROWS = ((6, 3), (1, 4), (3, 10))
SLOPES = (0.125, 0.5, 0.0)  # numbers that float32 holds exactly


def assert_linear_start(student: Subject, name: str) -> None:
    """Check shapes and initial values of a linear module's parameters and of their gradients."""
    about, handle, shapes = (
        f"{name}(300, 200)",
        student.instance(name, 300, 200),
        {"weight": (200, 300), "bias": (200,)},
    )
    for holder, (key, shape) in itertools.product(("params", "grads"), shapes.items()):
        require_shape(about, handle, f"{holder}.{key}", shape)
    for holder, key in (("params", "bias"), ("grads", "weight"), ("grads", "bias")):
        if np.any(read(handle, about, f"{holder}.{key}") != 0):
            raise failed(f"{about}: initial values of {holder}['{key}']", expected="zeros", got="something else")
    _check_first_weights(about, read(handle, about, "params.weight"))


def _check_first_weights(about: str, weight: Array) -> None:
    spread = float(weight.std())
    if not 0.97 * FIRST_STD < spread < 1.03 * FIRST_STD:
        variance_taken = abs(spread / np.sqrt(FIRST_STD) - 1) < 0.03
        raise failed(
            f"{about}: standard deviation of the initial weights",
            expected=f"{FIRST_STD:g}",
            got=f"{spread:.3g}",
            hint="0.0001 is the standard deviation, not the variance" if variance_taken else "",
        )
    if abs(weight.mean()) > 0.03 * FIRST_STD or np.abs(weight).max() < 3 * FIRST_STD:
        raise failed(f"{about}: distribution of the initial weights", expected="normal, mean 0", got="something else")
    if len(np.unique(weight)) < weight.size // 2:
        raise failed(f"{about}: the initial weights repeat", hint="draw a separate number for every weight")


def _linear_case(student: Subject, name: str, sizes: tuple[int, int, int]) -> tuple[str, InstanceHandle, list[Array]]:
    """Return a description, a module with random parameters, and [weight, bias, x, dout]."""
    batch, inputs, outputs = sizes
    arrays = [random(outputs, inputs), random(outputs), random(batch, inputs, seed=1), random(batch, outputs, seed=2)]
    handle, about = student.instance(name, inputs, outputs), f"{name}({inputs}, {outputs}) on a batch of {batch}"
    for key, array in zip(("weight", "bias"), arrays, strict=False):
        require_shape(about, handle, f"params.{key}", array.shape)
        place(handle, about, f"params.{key}", array)
    return about, handle, arrays


def _held(handle: InstanceHandle, about: str) -> list[Array]:
    """Return the parameters as the student's module holds them: the tolerance depends on their dtype."""
    return [read(handle, about, f"params.{key}") for key in ("weight", "bias")]


def assert_linear_forward(student: Subject, name: str) -> None:
    """Check the result of a linear module's forward."""
    for sizes in LINEAR_SIZES:
        about, handle, (weight, bias, x, _) = _linear_case(student, name, sizes)
        expected = x @ weight.T + bias
        slips = {
            "the bias is missing": expected - bias,
            "the bias is subtracted": expected - 2 * bias,
            "the same number is added everywhere: add to each output its own bias": expected - bias + bias.mean(),
            "there is an activation here; that is the next module's job": np.maximum(expected, 0.0),
        }
        if sizes[1] == sizes[2]:
            slips["the weight is not transposed"] = x @ weight + bias
        got = call(handle, about, "forward", x)
        compare(f"{about}: forward", expected, got, slips, "x Wᵀ + b", seen=_held(handle, about))


def assert_linear_backward(student: Subject, name: str) -> None:
    """Check the three gradients of a linear module, twice in a row: the second pass must replace the first."""
    for sizes in LINEAR_SIZES:
        about, handle, (weight, bias, x, dout) = _linear_case(student, name, sizes)
        for inputs, incoming, which in ((x, dout, ""), (-2.0 * x[:1], dout[:1] + 1.0, ", second pass")):
            where = f"{about}{which}"
            call(handle, about, "forward", inputs)
            got, held = call(handle, about, "backward", incoming), _held(handle, about)
            for key, before, after in zip(("weight", "bias"), (weight, bias), held, strict=True):
                hint = "backward only computes gradients; a step comes later"
                close(f"{where}: params['{key}'] after backward", before, after, hint=hint)
            label = f"{where}: gradient of the input (backward's result)"
            slips = {"multiply by the weight, not by its gradient": incoming @ (incoming.T @ inputs)}
            compare(label, incoming @ weight, got, slips, "dout W", seen=held)
            _compare_linear(where, handle, inputs, incoming, earlier=(dout.T @ x, dout.sum(axis=0)))


def _compare_linear(about: str, handle: InstanceHandle, x: Array, dout: Array, earlier: tuple[Array, Array]) -> None:
    first, last = ((np.outer(dout[at], x[at]), dout[at]) for at in (0, -1))
    right, held = (dout.T @ x, dout.sum(axis=0)), _held(handle, about)
    for number, (key, expected, before) in enumerate(zip(("weight", "bias"), right, earlier, strict=True)):
        slips = {
            "this is averaged over the batch; cross-entropy has done that already": expected / len(x),
            "the gradients of two passes are added up; each backward must start afresh": expected + before,
            "this is the first sample's gradient; sum over all samples": first[number],
            "this is the last sample's gradient; sum over all samples": last[number],
            "this is the transpose of the right one": expected.T,
        }
        got = read(handle, about, f"grads.{key}")
        compare(f"{about}: grads['{key}']", expected, got, slips, "a sum over the samples of the batch", seen=held)


def assert_leaky_relu(student: Subject, name: str) -> None:
    """Check forward and backward of a leaky ReLU for several slopes, with several passes through one module."""
    for slope in SLOPES:
        handle = student.instance(name, slope)
        require_no_parameters(f"{name}({slope:g})", handle)
        for rows, columns in ROWS:
            about = f"{name}({slope:g}) on an input of shape ({rows}, {columns})"
            x, dout = random(rows, columns), random(rows, columns, seed=1)
            output = as_array(f"{about}: forward", call(handle, about, "forward", Frozen(x)))
            compare(f"{about}: forward", reference.leaky_relu(x, slope), output, _leaky_relu_slips(x, slope))
            slips = _leaky_relu_backward_slips(x, dout, slope)
            got, right = call(handle, about, "backward", dout), reference.leaky_relu_backward(x, dout, slope)
            compare(f"{about}: backward", right, got, slips, "dout where x > 0, slope · dout elsewhere", seen=[output])


def _leaky_relu_slips(x: Array, slope: float) -> Slips:
    rows = np.where(x.sum(axis=1, keepdims=True) > 0, 1.0, slope)
    return {
        "negative values become 0; multiply them by the slope": np.maximum(x, 0.0),
        "the two sides are swapped: the slope belongs to the negative values": np.where(x > 0, slope * x, x),
        "negative values become positive; the slope is not subtracted": np.where(x > 0, x, -slope * x),
        "the slope is always 0.01; use the one that was passed": reference.leaky_relu(x, 0.01),
        "one factor is used for a whole sample; decide for each value": x * rows,
    }


def _leaky_relu_backward_slips(x: Array, dout: Array, slope: float) -> Slips:
    return {
        "the sign of the input matters, not the sign of dout": reference.leaky_relu(dout, slope),
        "multiply by dout (the chain rule)": np.where(x > 0, 1.0, slope),
        "dout is returned as it came": dout,
        "the gradient is 0 where x is negative; multiply dout by the slope there": np.where(x > 0, dout, 0.0),
        "the slope is multiplied twice": np.where(x > 0, dout, slope**2 * dout),
        "multiply by the slope, do not divide by it": np.where(x > 0, dout, dout / (slope or 1.0)),
    }


def assert_softmax_forward(student: Subject, name: str) -> None:
    """Check probabilities, row by row, and that the module has no parameters."""
    require_no_parameters(name, student.instance(name))
    _softmax_cases(student, name, {f"an input of shape {shape}": 3.0 * random(*shape) for shape in ROWS})


def assert_softmax_stable(student: Subject, name: str) -> None:
    """Check the softmax of large numbers and of numbers that differ widely."""
    cases = {"small numbers": random(2, 3), "numbers of about 1,000": random(4, 5) + 1e3}
    cases["numbers of about −1,000"] = random(4, 5) - 1e3
    cases["rows of very different size"] = random(3, 4) + np.array([[2e3], [-2e3], [0.0]])
    cases["numbers that lie far apart in a row"] = np.array([[1e3, 0.0, -1e3], [0.0, 5.0, 800.0]])
    _softmax_cases(student, name, cases)


def _softmax_cases(student: Subject, name: str, cases: dict[str, Array]) -> None:
    handle = student.instance(name)
    for what, x in cases.items():
        about = f"{name} on {what}"
        got = call(handle, about, "forward", x)
        hint = "for each sample, subtract its maximum, then divide exp(x) by its sum"
        compare(f"{about}: forward", reference.softmax(x), got, dict(_softmax_slips(x)), hint)


def _softmax_slips(x: Array) -> Iterator[tuple[str, Array]]:
    with np.errstate(all="ignore"):
        powers, over_all = np.exp(x - x.max(axis=1, keepdims=True)), np.exp(x - x.max())
        yield "divide by each sample's sum: the probabilities of a sample add up to 1", powers
        yield "each sample must add up to 1, not the whole batch", powers / powers.sum()
        yield "the whole batch adds up to 1; each sample must", over_all / over_all.sum()
        yield "sum over the classes of a sample, not over the batch", reference.softmax(x.T).T
        yield "this is the sigmoid of each number", 1 / (1 + np.exp(-x))
        yield "these are logarithms of probabilities; return the probabilities", np.log(reference.softmax(x))
        clipped = np.exp(np.clip(x, -500.0, 500.0))
        yield (
            "clipping changes the answer; subtract each sample's maximum",
            clipped / clipped.sum(axis=1, keepdims=True),
        )


def assert_softmax_backward(student: Subject, name: str) -> None:
    """Check the gradient of the input for random incoming gradients, and for one that is equal for all classes."""
    handle = student.instance(name)
    for shape in ROWS:
        about, x = f"{name} on an input of shape {shape}", random(*shape)
        p = reference.softmax(x)
        for dout in (random(*shape, seed=1), np.ones(shape)):
            output = as_array(f"{about}: forward", call(handle, about, "forward", x))
            got = as_array(f"{about}: backward", call(handle, about, "backward", dout))
            slips = dict(_softmax_backward_slips(p, dout, output))
            _compare_about_one(about, reference.softmax_backward(p, dout), got, slips, output)


def _softmax_backward_slips(p: Array, dout: Array, output: Array) -> Iterator[tuple[str, Array]]:
    def inner(values: Array) -> Array:
        result: Array = values.sum(axis=1, keepdims=True)
        return result

    if output.shape == p.shape:
        own = output * (dout - inner(dout * output))
        yield "this is right for what your forward returns; fix forward first", own
    yield "this is only the diagonal of the Jacobian", dout * p * (1 - p)
    yield "the term − p pᵀ is missing", dout * p
    yield "the sum runs over the classes of one sample, not over everything", p * (dout - (dout * p).sum())
    yield "the sum runs over the classes of one sample, not over the batch", p * (dout - (dout * p).sum(axis=0))
    yield "the sum is of dout · p, not of dout", p * (dout - inner(dout))
    yield "subtract the sum; this adds it", p * (dout + inner(dout * p))
    yield "this is the gradient of the logarithm of the softmax", dout - p * inner(dout)
    yield "dout is returned as it came", dout


def _compare_about_one(about: str, expected: Array, got: Array, slips: Slips, output: Array) -> None:
    """Compare after adding 1 everywhere: if the right answer is zero, a relative error is meaningless."""
    shifted = {text: slip + 1 for text, slip in slips.items()}
    hint = "(diag(p) − p pᵀ) dout, sample by sample"
    compare(f"{about}: backward", expected + 1, got + 1, shifted, hint, seen=[output])
