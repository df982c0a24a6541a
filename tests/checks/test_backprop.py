"""Do the references of backpropagation agree with PyTorch, and do the checks name the slip they find?"""

from __future__ import annotations

import itertools
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from coursepack.checks import CheckFailed, backprop, backprop_reference, gradient_checks, perceptron
from coursepack.checks.objects import one_hot, random
from coursepack.subject import LocalSubject


@pytest.mark.parametrize("shape", perceptron.SHAPES, ids=lambda shape: shape.about("MLP"))
def test_is_a_pass_of_the_network_what_pytorch_computes(shape: perceptron.Shape) -> None:
    x, dout = (torch.from_numpy(array).requires_grad_() for array in shape.batch_arrays())
    parameters = [tuple(torch.from_numpy(a).requires_grad_() for a in pair) for pair in shape.parameters()]
    values = x
    for number, (weight, bias) in enumerate(parameters):
        values = F.linear(values, weight, bias)
        values = F.leaky_relu(values, shape.slope) if number < len(parameters) - 1 else values.softmax(dim=1)
    wanted = [x, *(tensor for pair in parameters for tensor in pair)]
    expected = torch.autograd.grad(values, wanted, dout.detach())
    got = backprop_reference.network_pass(shape.parameters(), shape.slope, *shape.batch_arrays())
    np.testing.assert_allclose(got.output, values.detach().numpy(), rtol=1e-12)
    for array, tensor in zip([got.input_gradient, *(a for pair in got.gradients for a in pair)], expected, strict=True):
        np.testing.assert_allclose(array, tensor.numpy(), rtol=1e-10, atol=1e-12)


def test_is_the_loss_what_pytorch_computes() -> None:
    p, y = backprop_reference.softmax(random(5, 4)), one_hot(5, 4)
    tensor = torch.from_numpy(p).requires_grad_()
    loss = F.nll_loss(tensor.log(), torch.from_numpy(y.argmax(axis=1)))
    loss.backward()
    assert backprop_reference.cross_entropy(p, y) == pytest.approx(loss.item(), rel=1e-12)
    assert tensor.grad is not None
    np.testing.assert_allclose(backprop_reference.cross_entropy_backward(p, y), tensor.grad.numpy(), rtol=1e-12)


class Linear:
    """A linear layer with a switch for one mistake."""

    mistake: ClassVar[str] = ""

    def __init__(self, in_features: int, out_features: int) -> None:
        std = 0.01 if self.mistake == "std" else 0.0001
        self.params = {"weight": np.random.normal(0, std, (out_features, in_features)), "bias": np.zeros(out_features)}
        self.grads = {name: np.zeros_like(value) for name, value in self.params.items()}

    def forward(self, x: Any) -> Any:
        self.x = x
        return x @ self.params["weight"].T + (0 if self.mistake == "no bias" else self.params["bias"])

    def backward(self, dout: Any) -> Any:
        weight = dout.T @ self.x / (len(dout) if self.mistake == "mean" else 1)
        self.grads["weight"] = weight + (self.grads["weight"] if self.mistake == "sum" else 0)
        self.grads["bias"] = dout.sum(axis=0)
        return dout @ self.params["weight"]


def linear(mistake: str) -> LocalSubject:
    """Return a subject whose linear layer makes one mistake."""
    return LocalSubject({"LinearModule": type("LinearModule", (Linear,), {"mistake": mistake})})


def test_does_a_right_linear_layer_pass() -> None:
    backprop.assert_linear_start(linear(""), "LinearModule")
    backprop.assert_linear_forward(linear(""), "LinearModule")
    backprop.assert_linear_backward(linear(""), "LinearModule")


@pytest.mark.parametrize(
    ("check", "mistake", "hint"),
    [
        (backprop.assert_linear_start, "std", "standard deviation, not the variance"),
        (backprop.assert_linear_forward, "no bias", "the bias is missing"),
        (backprop.assert_linear_backward, "mean", "averaged over the batch"),
        (backprop.assert_linear_backward, "sum", "each backward starts afresh"),
    ],
)
def test_is_a_slip_in_the_linear_layer_named(check: Any, mistake: str, hint: str) -> None:
    with pytest.raises(CheckFailed, match=hint):
        check(linear(mistake), "LinearModule")


class SoftMax:
    """A softmax whose backward knows the diagonal only."""

    def forward(self, x: Any) -> Any:
        powers = np.exp(x)
        self.p = powers / powers.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, dout: Any) -> Any:
        return dout * self.p * (1 - self.p)


def test_are_an_unstable_softmax_and_a_diagonal_one_named() -> None:
    subject = LocalSubject({"SoftMaxModule": SoftMax})
    backprop.assert_softmax_forward(subject, "SoftMaxModule")
    with pytest.raises(CheckFailed, match="nan or infinite"):
        backprop.assert_softmax_stable(subject, "SoftMaxModule")
    with pytest.raises(CheckFailed, match="only the diagonal"):
        backprop.assert_softmax_backward(subject, "SoftMaxModule")


def one_sided(function: Any, x: Any, dout: Any, h: float = 1e-5) -> Any:
    """Differentiate to one side only."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up = x.copy()
        up[index] += h
        gradient[index] = np.sum((function(up) - function(x)) / h * dout)
    return gradient


def test_is_a_one_sided_difference_found() -> None:
    subject = LocalSubject({"np": np, "numerical": one_sided})
    with pytest.raises(CheckFailed, match=r"numerical of np\.sin"):
        gradient_checks.assert_numerical_gradient(subject, "numerical")
    with pytest.raises(CheckFailed, match="one-sided"):
        gradient_checks.assert_step_honoured(subject, "numerical")


class Squares:
    """Number by number scale · x² + shift, whose input gradient may be wrong."""

    def __init__(self, factor: float) -> None:
        self.factor, self.params = factor, {"scale": np.ones(3), "shift": np.zeros(3)}


@pytest.mark.parametrize(
    ("report", "message"),
    [
        ({"input": 1e-9, "scale": 1e-9, "shift": 1e-9}, "a wrong gradient is not found"),
        ({"input": 1.0, "scale": 0.5, "shift": 1e-9}, "a right gradient is accused"),
        ({"input": 1.0, "scale": float("nan"), "shift": 1e-9}, "a right gradient is accused"),
        ({"input": 1.0}, "its report"),
        (None, "its report"),
    ],
)
def test_is_a_misjudged_module_found(report: Any, message: str) -> None:
    subject = LocalSubject({"check": lambda module, x, dout: report, "wrong": Squares(2.0)})
    with pytest.raises(CheckFailed, match=message):
        gradient_checks.assert_gradient_check(subject, "check", {"wrong": "input"})


def test_is_a_parameter_left_changed_found() -> None:
    def careless(module: Any, x: Any, dout: Any) -> Any:
        module.params["scale"] = module.params["scale"] + 1e-5
        return {"input": 0.0, "scale": 0.0, "shift": 0.0}

    with pytest.raises(CheckFailed, match="put the old values back"):
        gradient_checks.assert_gradient_check(
            LocalSubject({"check": careless, "right": Squares(1.0)}), "check", {"right": ""}
        )


class Network:
    """Any modules in a row."""

    def __init__(self, *layers: Any) -> None:
        self.layers = list(layers)

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer.forward(x)
        return x


def network(*names: str) -> Any:
    """Return a maker of one-layer networks of the reference's kind, with the named classes behind the linear layer."""
    return lambda n_inputs, n_hidden, n_classes, slope: Network(
        Linear(n_inputs, n_classes), *(SoftMax() for _ in names)
    )


@pytest.mark.parametrize(("names", "hint"), [((), "these are the logits"), (("softmax",), "")])
def test_are_logits_told_from_probabilities(names: tuple[str, ...], hint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perceptron, "SHAPES", perceptron.SHAPES[2:3])
    subject = LocalSubject({"MLP": network(*names)})
    if not hint:
        perceptron.assert_network_forward(subject, "MLP")
        return
    with pytest.raises(CheckFailed, match=hint):
        perceptron.assert_network_forward(subject, "MLP")


def test_costs_a_faulty_module_no_points_in_the_network() -> None:
    class Doubled(SoftMax):
        def forward(self, x: Any) -> Any:
            return 0.5 * super().forward(x)

    class Leaky:
        def __init__(self, slope: float) -> None:
            self.slope = slope

        def forward(self, x: Any) -> Any:
            return np.where(x > 0, x, self.slope * x)

        def backward(self, dout: Any) -> Any:
            return dout

    def make(n_inputs: int, n_hidden: Any, n_classes: int, slope: float) -> Network:
        widths = [n_inputs, *n_hidden]
        hidden = [module for a, b in itertools.pairwise(widths) for module in (Linear(a, b), Leaky(slope))]
        return Network(*hidden, Linear(widths[-1], n_classes), Doubled())

    names = {"LinearModule": Linear, "LeakyReLUModule": Leaky, "SoftMaxModule": Doubled, "MLP": make}
    perceptron.assert_network_forward(LocalSubject(names), "MLP")
    with pytest.raises(CheckFailed):
        perceptron.assert_network_forward(LocalSubject(names | {"SoftMaxModule": SoftMax}), "MLP")
