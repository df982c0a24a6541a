"""The perceptrons of the experiments on CIFAR-10, as the solution of ps3_backprop has them.

Shapes: images (batch, 3, 32, 32), outputs (batch, 10) logits.
"""

from __future__ import annotations

import itertools

from torch import nn

from coursepack.checks.reference import Reference

SLOPE = 0.02
# Of the first weights of the network of one hidden layer: the standard deviation, as in the NumPy network.
FIRST_WEIGHTS = 0.0001
DEEP_WIDTHS = (900, 500, 350, 150, 50)


def mlp() -> Reference:
    """3072→100→10 with leaky ReLU, weights from N(0, 0.0001²), biases of zero; 308,310 parameters."""
    network = _leaky_mlp((100,))
    for layer in network:
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=FIRST_WEIGHTS)
            nn.init.zeros_(layer.bias)
    return network


def deep_mlp() -> Reference:
    """3072→900→500→350→150→50→10 with leaky ReLU and PyTorch's own first weights; 3,452,260 parameters."""
    return _leaky_mlp(DEEP_WIDTHS)


def _leaky_mlp(hidden: tuple[int, ...]) -> Reference:
    layers: list[nn.Module] = [nn.Flatten()]
    for before, after in itertools.pairwise((3072, *hidden)):
        layers += [nn.Linear(before, after), nn.LeakyReLU(SLOPE)]
    return Reference(*layers, nn.Linear(hidden[-1], 10), input_shape=(3, 32, 32))
