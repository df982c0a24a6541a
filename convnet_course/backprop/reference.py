"""Forward and backward of ps3's four modules and of the network made of them (work B of docs/references.md).

All in float64. Shapes: x (batch, features), weight (out_features, in_features), bias (out_features,), y one-hot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coursepack.subject import Array

SMALLEST = 1e-12  # smaller probabilities are raised to this value before the logarithm and the division
Parameters = Sequence[tuple[Array, Array]]


def leaky_relu(x: Array, slope: float) -> Array:
    """Return x where it is positive, slope · x elsewhere."""
    result: Array = np.where(x > 0, x, slope * x)
    return result


def leaky_relu_backward(x: Array, dout: Array, slope: float) -> Array:
    """Return the gradient of the input."""
    result: Array = dout * np.where(x > 0, 1.0, slope)
    return result


def softmax(x: Array) -> Array:
    """Return the softmax of each row."""
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    result: Array = powers / powers.sum(axis=1, keepdims=True)
    return result


def softmax_backward(probabilities: Array, dout: Array) -> Array:
    """Return the gradient of the input: row by row, (diag(p) − p pᵀ) dout."""
    jacobians = np.einsum("bi,ij->bij", probabilities, np.eye(probabilities.shape[1]))
    jacobians -= np.einsum("bi,bj->bij", probabilities, probabilities)
    result: Array = np.einsum("bij,bj->bi", jacobians, dout)
    return result


def cross_entropy(probabilities: Array, y: Array) -> float:
    """Return −Σ y log p, averaged over the batch."""
    return float(-(y * np.log(np.maximum(probabilities, SMALLEST))).sum() / len(y))


def cross_entropy_backward(probabilities: Array, y: Array) -> Array:
    """Return the gradient of the probabilities."""
    result: Array = -y / np.maximum(probabilities, SMALLEST) / len(y)
    return result


@dataclass(frozen=True)
class NetworkPass:
    """The result of one pass through the network: output, gradient of the input, gradients of each linear layer."""

    output: Array
    input_gradient: Array
    gradients: Parameters


def network_pass(parameters: Parameters, slope: float, x: Array, dout: Array) -> NetworkPass:
    """Run linear layers with leaky ReLU between them and a softmax at the end, forward and backward."""
    inputs, linear = [x], []
    for number, (weight, bias) in enumerate(parameters):
        linear.append(inputs[-1] @ weight.T + bias)
        if number < len(parameters) - 1:
            inputs.append(leaky_relu(linear[-1], slope))
    output = softmax(linear[-1])
    gradient, gradients = softmax_backward(output, dout), []
    for number in reversed(range(len(parameters))):
        if number < len(parameters) - 1:
            gradient = leaky_relu_backward(linear[number], gradient, slope)
        gradients.append((gradient.T @ inputs[number], gradient.sum(axis=0)))
        gradient = gradient @ parameters[number][0]
    return NetworkPass(output, gradient, gradients[::-1])
