"""Checks of the multi-layer perceptron of problem set 3: in NumPy, made of the student's own modules, and in PyTorch.

The NumPy network is held against the reference; if that does not fit, against the student's own modules put together
by us, so that a fault in a module costs no points here.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import nn

from coursepack.checks.backprop_reference import NetworkPass, Parameters, leaky_relu, network_pass, softmax
from coursepack.checks.failure import CheckFailed
from coursepack.checks.messages import failed, student_error
from coursepack.checks.objects import Slips, as_array, call, compare, place, random, read
from coursepack.checks.references import Reference
from coursepack.subject import Array, InstanceHandle, StudentError, Subject

MAX_LAYERS = 30


@dataclass(frozen=True)
class Shape:
    """The arguments that a network is made with, and a batch size."""

    inputs: int
    hidden: Sequence[int]
    classes: int
    slope: float
    batch: int

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """(in_features, out_features) of each linear layer."""
        widths = [self.inputs, *self.hidden, self.classes]
        return list(itertools.pairwise(widths))

    def about(self, name: str) -> str:
        """Describe a network of class `name`."""
        return f"{name}({self.inputs}, {list(self.hidden)}, {self.classes}, {self.slope:g})"

    def parameters(self) -> Parameters:
        """Draw weights of He's size, and biases."""
        return [
            (random(o, i, seed=k) * np.sqrt(2.0 / i), 0.3 * random(o, seed=k)) for k, (i, o) in enumerate(self.sizes)
        ]

    def batch_arrays(self) -> tuple[Array, Array]:
        """Draw a batch of inputs and of incoming gradients."""
        return random(self.batch, self.inputs, seed=7), random(self.batch, self.classes, seed=8)


SHAPES = (
    Shape(5, (7,), 4, 0.25, 3),
    Shape(6, (5, 4, 8), 3, 0.1, 6),
    Shape(4, (), 5, 0.5, 2),
    Shape(3, (6, 6), 2, 0.05, 1),
)


def _network(student: Subject, name: str, shape: Shape) -> tuple[str, InstanceHandle, list[str]]:
    """Return a description, a network with our parameters, and the paths of its linear layers."""
    about = shape.about(name)
    handle = student.instance(name, shape.inputs, list(shape.hidden), shape.classes, shape.slope)
    paths, sizes = _linear_layers(handle, about)
    if sizes != [(o, i) for i, o in shape.sizes]:
        expected = ", ".join(f"{i}→{o}" for i, o in shape.sizes)
        got = ", ".join(f"{i}→{o}" for o, i in sizes) or "none"
        raise failed(f"{about}: the linear layers in .layers", expected=expected, got=got, hint="in forward's order")
    for path, arrays in zip(paths, shape.parameters(), strict=True):
        for key, array in zip(("weight", "bias"), arrays, strict=True):
            place(handle, about, f"{path}.params.{key}", array)
    return about, handle, paths


def _linear_layers(handle: InstanceHandle, about: str) -> tuple[list[str], list[tuple[int, ...]]]:
    """Return paths and weight shapes of the members of `.layers` that have a weight."""
    paths, sizes = [], []
    for number in range(MAX_LAYERS):
        path = f"layers.{number}"
        try:
            weight = as_array(f"{about}: the weight of .layers[{number}]", handle.get(f"{path}.params.weight"))
        except StudentError as error:
            if not error.is_a("AttributeError") or "'layers'" in error.message.split(" in ")[0]:
                raise student_error(f"{about}: .layers", error) from None
            if f"'{number}'" in error.message.split(" in ")[0]:
                break
            continue
        paths.append(path)
        sizes.append(weight.shape)
    return paths, sizes


def _own_pass(student: Subject, shape: Shape, x: Array, dout: Array) -> NetworkPass | None:
    """Put the student's own modules together; None if they cannot be used."""
    try:
        modules: list[InstanceHandle] = []
        linear = []
        for number, ((inputs, outputs), arrays) in enumerate(zip(shape.sizes, shape.parameters(), strict=True)):
            linear.append(student.instance("LinearModule", inputs, outputs))
            for key, array in zip(("weight", "bias"), arrays, strict=True):
                linear[-1].set(f"params.{key}", array)
            last = number == len(shape.sizes) - 1
            modules += [
                linear[-1],
                student.instance(*(("SoftMaxModule",) if last else ("LeakyReLUModule", shape.slope))),
            ]
        output: Array = x
        for module in modules:
            output = module.call("forward", output)
        gradient: Array = dout
        for module in reversed(modules):
            gradient = module.call("backward", gradient)
        gradients = [(module.get("grads.weight"), module.get("grads.bias")) for module in linear]
    except (StudentError, CheckFailed):
        return None
    found = NetworkPass(output, gradient, gradients)
    return found if _is_sound(found, shape, x) else None


def _is_sound(found: NetworkPass, shape: Shape, x: Array) -> bool:
    """Tell whether modules gave arrays of the right shapes, not all alike: else any network would equal them."""
    right = network_pass(shape.parameters(), shape.slope, x, np.zeros((shape.batch, shape.classes)))
    pairs = [(found.output, right.output), (found.input_gradient, right.input_gradient)]
    pairs += [
        pair
        for mine, theirs in zip(found.gradients, right.gradients, strict=True)
        for pair in zip(mine, theirs, strict=True)
    ]
    return all(isinstance(one, np.ndarray) and one.shape == two.shape and bool(one.std() > 0) for one, two in pairs)


def assert_network_forward(student: Subject, name: str) -> None:
    """Check structure and output of the NumPy network."""
    for shape in SHAPES:
        about, handle, _ = _network(student, name, shape)
        x, dout = shape.batch_arrays()
        expected, got = network_pass(shape.parameters(), shape.slope, x, dout).output, call(handle, about, "forward", x)
        own = _own_pass(student, shape, x, dout)
        if own is not None and not np.allclose(own.output, expected, rtol=1e-8, atol=1e-10):
            expected = own.output
        compare(f"{about}: forward", expected, got, _forward_slips(shape, x), "run through .layers in order")


def _forward_slips(shape: Shape, x: Array) -> Slips:
    values, straight = x, x
    for number, (weight, bias) in enumerate(shape.parameters()):
        values, straight = values @ weight.T + bias, straight @ weight.T + bias
        if number < len(shape.sizes) - 1:
            values = leaky_relu(values, shape.slope)
    return {
        "these are the logits: the last module is the softmax": values,
        "there is no activation between the linear layers": softmax(straight),
        "the last linear layer has an activation before the softmax": softmax(leaky_relu(values, shape.slope)),
    }


def assert_network_backward(student: Subject, name: str) -> None:
    """Check the gradients of the input and of every layer's parameters, for an incoming gradient of the output."""
    for shape in SHAPES:
        about, handle, paths = _network(student, name, shape)
        x, dout = shape.batch_arrays()
        call(handle, about, "forward", x)
        got = [as_array(f"{about}: what backward returns", call(handle, about, "backward", dout))]
        labels = ["gradient of the input (what backward returns)"]
        for path, key in ((path, key) for path in paths for key in ("weight", "bias")):
            got.append(read(handle, about, f"{path}.grads.{key}"))
            labels.append(f".{path}.grads['{key}']")
        expected = _gradients(network_pass(shape.parameters(), shape.slope, x, dout))
        own = _own_pass(student, shape, x, dout)
        if own is not None and not all(map(np.allclose, _gradients(own), expected)):
            expected = _gradients(own)
        for label, right, array in zip(labels, expected, got, strict=True):
            hint = "hand each module's result to the module before it, the last module first"
            compare(f"{about}: {label}", right, array, {"this is dout itself": dout}, hint)


def _gradients(found: NetworkPass) -> list[Array]:
    return [found.input_gradient, *(array for pair in found.gradients for array in pair)]


def assert_network_step(student: Subject, name: str) -> None:
    """Check `step(learning_rate)`: parameters minus learning rate times the gradients that lie in `.grads`."""
    for shape in SHAPES[:3]:
        about, handle, paths = _network(student, name, shape)
        gradients = [(random(o, i, seed=k + 30), random(o, seed=k + 30)) for k, (i, o) in enumerate(shape.sizes)]
        for rate in (0.5, 0.02):
            before = [[read(handle, about, f"{path}.params.{key}") for key in ("weight", "bias")] for path in paths]
            for path, arrays in zip(paths, gradients, strict=True):
                for key, array in zip(("weight", "bias"), arrays, strict=True):
                    place(handle, about, f"{path}.grads.{key}", array)
            call(handle, about, "step", rate)
            for path, olds, arrays in zip(paths, before, gradients, strict=True):
                for key, old, gradient in zip(("weight", "bias"), olds, arrays, strict=True):
                    slips = {
                        "downhill is against the gradient: subtract": old + rate * gradient,
                        "nothing changed": old,
                    }
                    got = read(handle, about, f"{path}.params.{key}")
                    where = f"{about}: .{path}.params['{key}'] after step({rate:g})"
                    compare(where, old - rate * gradient, got, slips, "params − learning_rate · grads, for every layer")


def torch_perceptron(inputs: int, hidden: Sequence[int], classes: int, slope: float) -> Reference:
    """Return the reference of the PyTorch network: linear layers with leaky ReLU between them, logits at the end."""
    widths, layers = [inputs, *hidden, classes], list[nn.Module]()
    for before, after in itertools.pairwise(widths):
        layers += [nn.Linear(before, after), nn.LeakyReLU(slope)]
    reference = Reference(*layers[:-1])
    reference.input_shape = (inputs,)
    return reference
