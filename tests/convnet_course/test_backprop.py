"""Do the references of backpropagation agree with PyTorch, and do the checks name the slip they find?"""

from __future__ import annotations

import itertools
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from convnet_course.backprop import gradient_checks, gradient_report, numpy_modules, perceptron_cases, reference
from coursepack.checks import CheckFailed
from coursepack.checks.instances import one_hot, random
from coursepack.subject import LocalSubject


@pytest.mark.parametrize("shape", perceptron_cases.SHAPES, ids=lambda shape: shape.about("MLP"))
def test_is_a_pass_of_the_network_what_pytorch_computes(shape: perceptron_cases.Shape) -> None:
    x, dout = (torch.from_numpy(array).requires_grad_() for array in shape.batch_arrays())
    parameters = [tuple(torch.from_numpy(a).requires_grad_() for a in pair) for pair in shape.parameters()]
    values = x
    for number, (weight, bias) in enumerate(parameters):
        values = F.linear(values, weight, bias)
        values = F.leaky_relu(values, shape.slope) if number < len(parameters) - 1 else values.softmax(dim=1)
    wanted = [x, *(tensor for pair in parameters for tensor in pair)]
    expected = torch.autograd.grad(values, wanted, dout.detach())
    got = reference.network_pass(shape.parameters(), shape.slope, *shape.batch_arrays())
    np.testing.assert_allclose(got.output, values.detach().numpy(), rtol=1e-12)
    for array, tensor in zip([got.input_gradient, *(a for pair in got.gradients for a in pair)], expected, strict=True):
        np.testing.assert_allclose(array, tensor.numpy(), rtol=1e-10, atol=1e-12)


def test_is_the_loss_what_pytorch_computes() -> None:
    p, y = reference.softmax(random(5, 4)), one_hot(5, 4)
    tensor = torch.from_numpy(p).requires_grad_()
    loss = F.nll_loss(tensor.log(), torch.from_numpy(y.argmax(axis=1)))
    loss.backward()
    assert reference.cross_entropy(p, y) == pytest.approx(loss.item(), rel=1e-12)
    assert tensor.grad is not None
    np.testing.assert_allclose(reference.cross_entropy_backward(p, y), tensor.grad.numpy(), rtol=1e-12)


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
    numpy_modules.assert_linear_start(linear(""), "LinearModule")
    numpy_modules.assert_linear_forward(linear(""), "LinearModule")
    numpy_modules.assert_linear_backward(linear(""), "LinearModule")


@pytest.mark.parametrize(
    ("check", "mistake", "hint"),
    [
        (numpy_modules.assert_linear_start, "std", "standard deviation, not the variance"),
        (numpy_modules.assert_linear_forward, "no bias", "the bias is missing"),
        (numpy_modules.assert_linear_backward, "mean", "averaged over the batch"),
        (numpy_modules.assert_linear_backward, "sum", "each backward must start afresh"),
    ],
)
def test_is_a_slip_in_the_linear_layer_named(check: Any, mistake: str, hint: str) -> None:
    with pytest.raises(CheckFailed, match=hint):
        check(linear(mistake), "LinearModule")


class SoftMax:
    """A softmax whose backward knows the diagonal only."""

    params: ClassVar[dict[str, Any]] = {}
    grads: ClassVar[dict[str, Any]] = {}

    def forward(self, x: Any) -> Any:
        powers = np.exp(x)
        self.p = powers / powers.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, dout: Any) -> Any:
        return dout * self.p * (1 - self.p)


def test_are_an_unstable_softmax_and_a_diagonal_one_named() -> None:
    subject = LocalSubject({"SoftMaxModule": SoftMax})
    numpy_modules.assert_softmax_forward(subject, "SoftMaxModule")
    with pytest.raises(CheckFailed, match="nan or infinite"):
        numpy_modules.assert_softmax_stable(subject, "SoftMaxModule")
    with pytest.raises(CheckFailed, match="only the diagonal"):
        numpy_modules.assert_softmax_backward(subject, "SoftMaxModule")


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


class Example:
    """The notebook's ExampleModule, by the check's own formulas."""

    def __init__(self) -> None:
        self.wrong, self.params = "", {"scale": np.ones(3), "shift": np.ones(3)}
        self.grads: dict[str, Any] = {}

    def question(self, x: Any, dout: Any) -> gradient_report.Question:
        return gradient_report.Question(self.wrong, self.params["scale"], self.params["shift"], x, dout)

    def forward(self, x: Any) -> Any:
        self.x = x
        return self.question(x, None).forward(x, self.params["scale"], self.params["shift"])

    def backward(self, dout: Any) -> Any:
        self.grads = self.question(self.x, dout).gradients(self.wrong)
        return self.grads.pop("input")


def gradient_check(module: Any, x: Any, dout: Any) -> Any:
    """Give a right report, by formula."""
    question = module.question(x, dout)
    right = question.gradients("")
    return {
        key: gradient_checks.relative_error(got, right[key]) for key, got in question.gradients(module.wrong).items()
    }


def report_of(change: Any) -> LocalSubject:
    """Return a subject whose report is the right one, changed."""
    return LocalSubject({"check": lambda *given: change(gradient_check(*given)), "example": Example()})


def test_does_a_right_report_pass_and_is_the_module_as_before() -> None:
    subject = report_of(lambda report: report)
    gradient_report.assert_gradient_check(subject, "check", "example")
    assert subject.instance("example").get("wrong") == ""
    assert subject.instance("example").get("params.scale").tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda report: dict.fromkeys(report, 1e-9), "your check misses a wrong gradient"),
        (lambda report: {key: value + 2e-6 for key, value in report.items()}, "an error for a correct gradient"),
        (lambda report: {key: 1.01 * value for key, value in report.items()}, "has the wrong value"),
        (lambda report: {**report, "shift": float("nan")}, "an error for a correct gradient"),
        (lambda report: {"input": report["input"]}, "its report"),
        (lambda report: None, "its report"),
    ],
)
def test_is_a_wrong_report_found(change: Any, message: str) -> None:
    with pytest.raises(CheckFailed, match=message):
        gradient_report.assert_gradient_check(report_of(change), "check", "example")


def test_are_the_gradients_that_the_report_is_held_against_right() -> None:
    for question in itertools.islice(gradient_report._questions(), 0, None, 4):
        tensors = [torch.from_numpy(array).requires_grad_() for array in (question.x, question.scale, question.shift)]
        x, scale, shift = tensors
        output = scale * x[:, :-1] ** 2 + torch.sin(shift * x[:, 1:] ** 2)
        expected = torch.autograd.grad(output, tensors, torch.from_numpy(question.dout))
        for array, tensor in zip(question.gradients("").values(), expected, strict=True):
            np.testing.assert_allclose(array, tensor.numpy(), rtol=1e-10, atol=1e-12)


def test_is_a_parameter_left_changed_found() -> None:
    def careless(module: Any, x: Any, dout: Any) -> Any:
        report = gradient_check(module, x, dout)
        module.params["scale"] = module.params["scale"] + 1e-5
        return report

    with pytest.raises(CheckFailed, match="restore the old values"):
        gradient_report.assert_gradient_check(
            LocalSubject({"check": careless, "example": Example()}), "check", "example"
        )
