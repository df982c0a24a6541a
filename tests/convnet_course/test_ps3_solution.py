"""Is the solution of ps3_backprop right, by PyTorch's autograd and by its own numerical check?"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import solved_notebook

SOURCE = Path(__file__).resolve().parents[2] / "source" / "ps3_backprop" / "ps3_backprop.ipynb"
CHECKS = ("numerical-gradient", "relative-error", "gradient-check")
CELLS = (*CHECKS, "suspects-given", "suspects", "linear", "leaky-relu", "softmax", "cross-entropy", "mlp", "torch-mlp")
WIDTHS: list[list[int]] = [[], [5], [7, 4, 6]]


@pytest.fixture(scope="module")
def solution() -> dict[str, Any]:
    """Return the names that the solution's cells define."""
    cells = {cell.id: cell.source for cell in solved_notebook(read_notebook(SOURCE)).cells}
    names: dict[str, Any] = {"np": np, "torch": torch, "nn": nn}
    for name in CELLS:
        exec(cells[name], names)
    return names


def network(solution: dict[str, Any], widths: list[int], seed: int) -> tuple[Any, list[Any]]:
    """Return a network with weights of an ordinary size, and its linear layers."""
    draw = np.random.default_rng(seed)
    mlp = solution["MLP"](6, widths, 3, 0.1)
    layers = [layer for layer in mlp.layers if layer.params]
    for layer in layers:
        layer.params = {name: draw.normal(size=value.shape) for name, value in layer.params.items()}
    return mlp, layers


@pytest.mark.parametrize("widths", WIDTHS, ids=str)
def test_are_all_gradients_those_of_autograd(solution: dict[str, Any], widths: list[int]) -> None:
    draw = np.random.default_rng(1)
    x, labels = 2 * draw.normal(size=(8, 6)), draw.integers(0, 3, 8)
    mlp, layers = network(solution, widths, 2)
    loss, one_hot = solution["CrossEntropyModule"](), np.eye(3)[labels]
    probabilities = mlp.forward(x)
    dx = mlp.backward(loss.backward(probabilities, one_hot))

    inputs = torch.from_numpy(x).requires_grad_()
    held = [{name: torch.from_numpy(v).requires_grad_() for name, v in layer.params.items()} for layer in layers]
    hidden = inputs
    for number, layer in enumerate(held):
        hidden = functional.linear(hidden if number == 0 else functional.leaky_relu(hidden, 0.1), **layer)
    expected = functional.cross_entropy(hidden, torch.from_numpy(labels))
    torch.autograd.backward(expected)

    assert loss.forward(probabilities, one_hot) == pytest.approx(expected.item(), rel=1e-12)
    assert inputs.grad is not None
    np.testing.assert_allclose(dx, inputs.grad.numpy(), rtol=1e-9, atol=1e-13)
    for layer, tensors in zip(layers, held, strict=True):
        for name, tensor in tensors.items():
            assert tensor.grad is not None
            np.testing.assert_allclose(layer.grads[name], tensor.grad.numpy(), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("widths", WIDTHS, ids=str)
def test_do_the_twins_say_the_same(solution: dict[str, Any], widths: list[int]) -> None:
    mlp, layers = network(solution, widths, 3)
    twin = solution["TorchMLP"](6, widths, 3, 0.1).double()
    linear = [module for module in twin.modules() if isinstance(module, nn.Linear)]
    with torch.no_grad():
        for module, layer in zip(linear, layers, strict=True):
            module.weight.copy_(torch.from_numpy(layer.params["weight"]))
            module.bias.copy_(torch.from_numpy(layer.params["bias"]))
        x = np.random.default_rng(4).normal(size=(5, 6))
        np.testing.assert_allclose(mlp.forward(x), twin(torch.from_numpy(x)).softmax(dim=1).numpy(), rtol=1e-12)


def test_does_the_check_acquit_the_solution_and_convict_a_lost_sum(solution: dict[str, Any]) -> None:
    class OneSample(solution["LinearModule"]):  # type: ignore[misc]
        def backward(self, dout: Any) -> Any:
            dx = super().backward(dout)
            self.grads["bias"] = dout[0]
            return dx

    draw = np.random.default_rng(5)
    x, dout = draw.normal(size=(4, 6)), draw.normal(size=(4, 3))
    modules = [solution["LinearModule"](6, 3), solution["LeakyReLUModule"](0.2), solution["SoftMaxModule"]()]
    for module, above in zip(modules, (dout, x, x), strict=True):
        assert max(solution["gradient_check"](module, x, above).values()) < 1e-7
    errors = solution["gradient_check"](OneSample(6, 3), x, dout)
    assert errors["bias"] > 0.1 > 1e-7 > max(errors["input"], errors["weight"])


def test_are_the_verdicts_those_of_a_careful_check(solution: dict[str, Any]) -> None:
    draw, verdicts = np.random.default_rng(7), []
    for suspect in solution["suspects"].values():
        errors = solution["gradient_check"](suspect, draw.normal(size=(6, 4)), draw.normal(size=(6, suspect.n_outputs)))
        assert all(error < 1e-7 or error > 0.1 for error in errors.values())
        verdicts.append(next((name for name, error in errors.items() if error > 0.1), "none"))
    assert verdicts == solution["wrong_gradients"]


def test_lets_a_careless_check_the_suspects_off(solution: dict[str, Any]) -> None:
    found = {
        letter: max(solution["gradient_check"](it, np.ones((1, 4)), np.ones((1, it.n_outputs))).values()) > 1e-4
        for letter, it in solution["suspects"].items()
    }
    assert found == {"A": False, "B": False, "C": False, "D": False, "E": True}


def test_does_the_gradient_vanish_in_a_deep_network_of_tiny_weights(solution: dict[str, Any]) -> None:
    np.random.seed(0)
    x, one_hot = 64 * np.random.default_rng(6).normal(size=(50, 300)), np.eye(3)[np.arange(50) % 3]
    sizes = []
    for depth in (1, 3):
        mlp = solution["MLP"](300, [50] * depth, 3, 0.02)
        mlp.backward(solution["CrossEntropyModule"]().backward(mlp.forward(x), one_hot))
        sizes.append(np.abs(mlp.layers[0].grads["weight"]).max())
    assert sizes[1] < 1e-4 * sizes[0]


def test_are_hidden_widths_taken_in_order(solution: dict[str, Any]) -> None:
    mlp, _ = network(solution, [7, 4], 0)
    shapes = [layer.params["weight"].shape for layer in mlp.layers if layer.params]
    assert shapes == [(after, before) for before, after in itertools.pairwise((6, 7, 4, 3))]
