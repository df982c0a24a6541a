"""Numbers that a caption reads off a picture, computed again by the functions of the notebook, without a training."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from visible_cells import solved


def defined_in(assignment: str, *cells: str) -> dict[str, Any]:
    """Return the functions and classes that cells of a solved notebook define."""
    names: dict[str, Any] = {"np": np, "torch": torch, "nn": nn, "F": functional, "SEED": 0}
    for cell in cells:
        tree = ast.parse(solved(assignment)[cell].source)
        tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        exec(compile(tree, cell, "exec"), names)
    return names


def pull_of_cross_entropy() -> float:
    """Return how hard cross-entropy pulls at the true one of ten equal scores."""
    return pull(functional.cross_entropy)


def pull_of_the_euclidean_loss() -> float:
    """Return how hard ps2's Euclidean loss pulls at the true one of ten equal scores."""
    return pull(defined_in("ps2_mnist_cnn", "euclidean-loss")["euclidean_loss"])


def pull(loss: Any) -> float:
    scores, true = torch.zeros(1, 10, requires_grad=True), torch.eye(10)[:1]
    loss(scores, true).backward()
    assert scores.grad is not None
    return -scores.grad[0, 0].item()


def gain_of_the_central_difference() -> float:
    """Return how many times the least error of a one-sided difference is that of a central one (ps3, step-picture)."""
    numerical = defined_in("ps3_backprop", "numerical-gradient")["numerical_gradient"]
    x, steps = np.linspace(0.5, 1.5, 50), 10.0 ** np.arange(-13, 0.5, 0.5)
    central = [np.mean(np.abs(numerical(np.exp, x, np.ones(50), h) / np.exp(x) - 1)) for h in steps]
    one_sided = [np.mean(np.abs((np.exp(x + h) - np.exp(x)) / h / np.exp(x) - 1)) for h in steps]
    return float(min(one_sided) / min(central))


def loss_of_gradient_by_a_layer() -> float:
    """Return how many times smaller a second hidden layer makes the gradient of ps3's MLP; noise stands for images."""
    names = defined_in("ps3_backprop", "linear", "leaky-relu", "softmax", "cross-entropy", "mlp")
    draw, sizes = np.random.default_rng(0), []
    x, labels = 64 * draw.normal(size=(200, 3072)), np.eye(10)[draw.integers(0, 10, 200)]
    for depth in (1, 2):
        network = names["MLP"](3072, [100] * depth, 10, 0.02)
        network.backward(names["CrossEntropyModule"]().backward(network.forward(x), labels))
        sizes.append(np.sqrt((network.layers[0].grads["weight"] ** 2).mean()))
    return float(sizes[0] / sizes[1])


def gradient_at_layer_1(weight_std: float) -> float:
    """Return the size of the gradient at the first of ps4's twenty layers, without normalisation."""
    return float(defined_in("ps4_batchnorm", "problem")["follow_signal"](weight_std)[1][0])


def growth_by_a_normalised_layer() -> float:
    """Return by which factor the gradient grows from layer to layer in ps4's picture with normalisation."""
    gradient = defined_in("ps4_batchnorm", "problem")["follow_signal"](0.141, nn.BatchNorm1d)[1]
    return float((gradient[0] / gradient[-1]) ** (1 / (len(gradient) - 1)))


def growth_through_fifty_layers(shortcut: bool) -> float:
    """Return how many times the largest gradient is the smallest one in ps6's stack of fifty layers."""
    sizes = defined_in("ps6_cifar_convnet", "residual-picture")["gradient_sizes"](shortcut)
    return float(max(sizes) / min(sizes))
