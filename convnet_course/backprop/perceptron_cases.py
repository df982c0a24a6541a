"""Random networks to check a student's multi-layer perceptron with, and what common slips give on them."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from convnet_course.backprop import stand_ins
from convnet_course.backprop.reference import NetworkPass, Parameters, leaky_relu, network_pass, softmax
from coursepack.checks.comparing import exact
from coursepack.checks.instances import random
from coursepack.subject import Array

STAND_INS = inspect.getsource(stand_ins)


@dataclass(frozen=True)
class Shape:
    """The arguments of a network, and a batch size."""

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
        """Draw He-scaled weights, and biases, all exact in float32."""
        return [
            (exact(random(o, i, seed=k) * np.sqrt(2.0 / i)), 0.25 * random(o, seed=k))
            for k, (i, o) in enumerate(self.sizes)
        ]

    def batch_arrays(self) -> tuple[Array, Array]:
        """Draw a batch of inputs and of incoming gradients."""
        return random(self.batch, self.inputs, seed=7), random(self.batch, self.classes, seed=8)


SHAPES = (
    Shape(5, (7,), 4, 0.25, 3),
    Shape(6, (5, 4, 8), 3, 0.125, 6),
    Shape(4, (), 5, 0.5, 2),
    Shape(3, (6, 6), 2, 0.0625, 1),
)

Pass = Callable[[Shape, Array, Array], NetworkPass]


def stand_in_pass(shape: Shape, x: Array, dout: Array) -> NetworkPass:
    """Combine the stand-ins for the student's modules as the exercise says, and run them."""
    modules, linear = [], []
    for number, ((inputs, outputs), arrays) in enumerate(zip(shape.sizes, shape.parameters(), strict=True)):
        linear.append(stand_ins.LinearModule(inputs, outputs))
        linear[-1].params = dict(zip(("weight", "bias"), arrays, strict=True))
        last = number == len(shape.sizes) - 1
        modules += [
            linear[-1],
            stand_ins.SoftMaxModule() if last else stand_ins.LeakyReLUModule(shape.slope),
        ]
    output, gradient = x, dout
    for module in modules:
        output = module.forward(output)
    for module in reversed(modules):
        gradient = module.backward(gradient)
    return NetworkPass(output, gradient, [(module.grads["weight"], module.grads["bias"]) for module in linear])


def reference_pass(shape: Shape, x: Array, dout: Array) -> NetworkPass:
    """Run the network of the reference's modules."""
    return network_pass(shape.parameters(), shape.slope, x, dout)


def forward_slips(shape: Shape, x: Array) -> Iterator[tuple[str, Array]]:
    """Yield what common slips give for a batch."""

    def logits(activation: Callable[[Array], Array]) -> Array:
        values = x
        for number, (weight, bias) in enumerate(shape.parameters()):
            values = values @ weight.T + bias
            values = activation(values) if number < len(shape.sizes) - 1 else values
        return values

    right = logits(lambda values: leaky_relu(values, shape.slope))
    yield "these are the logits: the last module must be the softmax", right
    yield "there is no activation between the linear layers", softmax(logits(lambda values: values))
    last = softmax(leaky_relu(right, shape.slope))
    yield "the last linear layer has an activation before the softmax", last
    yield "the slope that was passed is not used", softmax(logits(lambda values: leaky_relu(values, 0.01)))
    yield "only the last module is a softmax; use leaky ReLU between linear layers", softmax(logits(softmax))
