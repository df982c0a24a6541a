"""Stand-ins for a student's own modules, for judging an exercise that combines such modules.

Each exercise is graded by itself: a slip in `LinearModule` must cost nothing in `MLP`. So the network is run again with
these classes under the names of the student's. They compute **nothing that an exercise asks for**, because student code
can read this text; all that matters is that every result depends on all arguments and on their order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def _blend(values: Array) -> Array:
    """Return one number for each row that depends on all of its entries and on their order: (batch, 1)."""
    weights = np.linspace(0.5, 1.5, values.shape[1])
    result: Array = (values * weights).mean(axis=1, keepdims=True)
    return result


class LinearModule:
    """Stands in for a module with parameters; what it computes is arbitrary."""

    def __init__(self, in_features: int, out_features: int) -> None:
        self.params = {"weight": np.zeros((out_features, in_features)), "bias": np.zeros(out_features)}
        self.grads = {name: np.zeros_like(value) for name, value in self.params.items()}

    def forward(self, x: Array) -> Array:
        """Return an array (batch, out_features) that depends on x and on both parameters."""
        self.seen = x
        offsets = np.cos(self.params["weight"]).mean(axis=1) + np.tanh(self.params["bias"])
        result: Array = np.tanh(2.0 * _blend(x) + offsets * np.linspace(1.0, 2.0, len(offsets)))
        return result

    def backward(self, dout: Array) -> Array:
        """Fill `grads`, and return an array (batch, in_features) that depends on dout, x and the weight."""
        self.grads["weight"] = np.cos(self.params["weight"] + _blend(dout).max() - _blend(self.seen).max())
        self.grads["bias"] = np.sin(self.params["bias"] + np.abs(dout).max(axis=0))
        result: Array = np.tanh(_blend(dout) - self.seen + self.params["weight"].max(axis=0))
        return result


class LeakyReLUModule:
    """Stands in for a module with a setting; what it computes is arbitrary."""

    def __init__(self, neg_slope: float) -> None:
        self.neg_slope = neg_slope
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}

    def forward(self, x: Array) -> Array:
        """Return an array of x's shape that depends on x and on the setting."""
        self.seen = x
        result: Array = np.cos(x + 3.0 * self.neg_slope)
        return result

    def backward(self, dout: Array) -> Array:
        """Return an array of dout's shape that depends on dout, x and the setting."""
        result: Array = np.tanh(dout - 0.5 * self.seen + self.neg_slope)
        return result


class SoftMaxModule:
    """Stands in for a module without any setting; what it computes is arbitrary."""

    def __init__(self) -> None:
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}

    def forward(self, x: Array) -> Array:
        """Return an array of x's shape that depends on x."""
        self.seen = x
        result: Array = np.sin(2.0 * x) - _blend(x)
        return result

    def backward(self, dout: Array) -> Array:
        """Return an array of dout's shape that depends on dout and x."""
        result: Array = np.cos(dout + self.seen)
        return result


def numerical_gradient(function: Callable[[Array], Any], x: Array, dout: Any, h: float = 1e-5) -> Array:
    """Return an array of x's shape that depends on the function, x and dout; it is not a gradient."""
    result: Array = np.cos(x) * float(np.sum(np.sin(function(x + 0.5)) * dout)) + np.sin(x)
    return result


def relative_error(a: Array, b: Array) -> float:
    """Return a number that depends on both arrays, in either order; it is not an error."""
    return float(np.sum(np.cos(a) + np.cos(b) + np.multiply(a, b)))
