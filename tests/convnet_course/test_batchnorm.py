"""Does the reference of batch normalisation agree with PyTorch, and do the checks name the slip they find?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from convnet_course.batchnorm import batchnorm1d, batchnorm2d, batchnorm2d_contract
from convnet_course.batchnorm.comparison import CASES
from convnet_course.batchnorm.reference import as_images, as_samples, gradients, normalise
from coursepack.checks import CheckFailed, initialisation
from coursepack.subject import LocalSubject


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.about)
def test_is_the_reference_what_pytorch_computes(case: Any) -> None:
    samples, gamma, beta, incoming = (torch.from_numpy(array).requires_grad_() for array in case.arrays())
    output = F.batch_norm(samples, None, None, gamma, beta, training=True, eps=case.eps)
    expected = torch.autograd.grad(output, (samples, gamma, beta), incoming)
    arrays = case.arrays()
    np.testing.assert_allclose(normalise(*arrays[:3], case.eps).output, output.detach().numpy(), rtol=1e-12, atol=1e-12)
    got = gradients(arrays[0], arrays[1], case.eps, arrays[3])
    for array, tensor in zip((got.samples, got.gamma, got.beta), expected, strict=True):
        np.testing.assert_allclose(array, tensor.numpy(), rtol=1e-10, atol=1e-10)


def test_do_samples_come_back_as_images() -> None:
    images = np.arange(120.0).reshape(2, 3, 4, 5)
    assert as_samples(images).shape == (40, 3)
    np.testing.assert_array_equal(as_images(as_samples(images), images.shape), images)


class Layer(nn.Module):
    """A module of Exercise 1 with a switch for one mistake."""

    def __init__(self, n_neurons: int, eps: float = 1e-5, mistake: str = "") -> None:
        super().__init__()
        self.n_neurons, self.eps, self.mistake = n_neurons, eps, mistake
        self.gamma, self.beta = nn.Parameter(torch.ones(n_neurons)), nn.Parameter(torch.zeros(n_neurons))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[1:] != (self.n_neurons,):
            raise ValueError(f"expected (batch, {self.n_neurons}), got {tuple(x.shape)}")
        mean, variance = x.mean(0), x.var(0, correction=int(self.mistake == "unbiased"))
        if self.mistake == "detached":
            mean, variance = mean.detach(), variance.detach()
        root = variance.sqrt() if self.mistake == "no eps" else (variance + self.eps).sqrt()
        return self.gamma * (x - mean) / root + self.beta


def layer_with(mistake: str) -> LocalSubject:
    return LocalSubject({"Layer": lambda n_neurons, eps=1e-5: Layer(n_neurons, eps, mistake)})


def test_does_a_right_module_pass_every_check() -> None:
    batchnorm1d.assert_normalises(layer_with(""), "Layer")
    batchnorm1d.assert_module_gradients(layer_with(""), "Layer")
    batchnorm1d.assert_refuses_shapes(layer_with(""), "Layer", 5, [(4, 3), (5,), (4, 5, 2), (3, 1)])


@pytest.mark.parametrize(("mistake", "hint"), [("unbiased", "divided by B − 1"), ("no eps", "ε is missing")])
def test_is_a_slip_in_forward_named(mistake: str, hint: str) -> None:
    with pytest.raises(CheckFailed, match=hint):
        batchnorm1d.assert_normalises(layer_with(mistake), "Layer")


def test_is_a_missing_path_named() -> None:
    with pytest.raises(CheckFailed, match="two of the three paths are missing"):
        batchnorm1d.assert_module_gradients(layer_with("detached"), "Layer")


class Refusing(nn.Module):
    """Takes five features, and refuses others with an error of choice."""

    def __init__(self, n_neurons: int, error: Exception) -> None:
        super().__init__()
        self.n_neurons, self.error = n_neurons, error

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[1:] != (self.n_neurons,):
            raise self.error
        return x


def refusing(error: Exception) -> LocalSubject:
    return LocalSubject({"Refusing": lambda n_neurons: Refusing(n_neurons, error)})


@pytest.mark.parametrize("message", ["no", "expected 5 neurons", "got (4, 3)"])
def test_must_a_refusal_name_both_shapes(message: str) -> None:
    with pytest.raises(CheckFailed, match="does not name both shapes"):
        batchnorm1d.assert_refuses_shapes(refusing(ValueError(message)), "Refusing", 5, [(4, 3)])


@pytest.mark.parametrize("shape", ["(4, 3)", "[4, 3]", "torch.Size([4, 3])", "4x3", "4 × 3", "(4,3)"])
def test_may_a_refusal_write_a_shape_as_it_likes(shape: str) -> None:
    error = ValueError(f"got {shape}, expected (batch, 5)")
    batchnorm1d.assert_refuses_shapes(refusing(error), "Refusing", 5, [(4, 3)])


class ShapeError(ValueError):
    """A kind of ValueError of the student's own."""


@pytest.mark.parametrize("kind", [AssertionError, RuntimeError, TypeError, Exception, IndexError])
def test_must_a_refusal_be_the_error_that_the_text_promises(kind: type[Exception]) -> None:
    message = "got (4, 3), expected (batch, 5)"
    with pytest.raises(CheckFailed, match="wrong kind of error"):
        batchnorm1d.assert_refuses_shapes(refusing(kind(message)), "Refusing", 5, [(4, 3)])
    batchnorm1d.assert_refuses_shapes(refusing(ShapeError(message)), "Refusing", 5, [(4, 3)])


def test_is_a_right_layer_refused_that_takes_no_right_shape() -> None:
    def refuse(n_neurons: int) -> nn.Module:
        return Layer(n_neurons + 1)

    with pytest.raises(CheckFailed, match="on an input of the right shape"):
        batchnorm1d.assert_refuses_shapes(LocalSubject({"Layer": refuse}), "Layer", 5, [(4, 3)])


def test_does_pytorchs_layer_fail_for_being_the_librarys_alone() -> None:
    student = LocalSubject({"BatchNorm2d": nn.BatchNorm2d})
    batchnorm2d.assert_running_statistics(student, "BatchNorm2d")
    batchnorm2d_contract.assert_refuses_single_values(student, "BatchNorm2d")
    for check in (batchnorm2d.assert_train, batchnorm2d.assert_eval):
        with pytest.raises(CheckFailed, match="solve this exercise without batch_norm"):
            check(student, "BatchNorm2d")


@pytest.mark.parametrize("base", [nn.BatchNorm2d, nn.BatchNorm1d, nn.SyncBatchNorm, nn.InstanceNorm2d])
def test_is_a_class_refused_that_inherits_its_parameters_and_buffers(base: type[nn.Module]) -> None:
    own = type("BatchNorm2d", (base,), {})
    with pytest.raises(CheckFailed, match="inherits from one of PyTorch's"):
        batchnorm2d_contract.assert_keeps(LocalSubject({"BatchNorm2d": own}), "BatchNorm2d")


def test_is_an_estimate_that_holds_a_graph_found() -> None:
    class Holds(nn.BatchNorm2d):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            self.running_mean = 0.9 * self.running_mean + 0.1 * images.mean((0, 2, 3))
            return images

    with pytest.raises(CheckFailed, match="running_mean keep the graph of the batch alive"):
        batchnorm2d.assert_running_statistics(LocalSubject({"Holds": Holds}), "Holds")


def build() -> nn.Module:
    return nn.Sequential(nn.Linear(40, 40), nn.BatchNorm1d(40), nn.Linear(40, 40), nn.Conv2d(8, 16, 5))


def start(make: Any, std: float, seed: int = 0, mistake: str = "") -> nn.Module:
    torch.manual_seed(seed)
    network: nn.Module = make()
    kinds = nn.Linear if mistake == "no convolutions" else (nn.Linear, nn.Conv2d)
    for layer in network:
        if isinstance(layer, kinds):
            nn.init.normal_(layer.weight, std=std**2 if mistake == "squared" else std)
            if mistake != "convolution biases" or isinstance(layer, nn.Linear):
                nn.init.zeros_(layer.bias)
        elif mistake == "gamma":
            nn.init.zeros_(layer.weight)
    if mistake == "frozen":
        network[0].weight.requires_grad_(False)
    return network


def test_does_a_right_start_pass() -> None:
    initialisation.assert_starts(LocalSubject({"start": start, "build": build}), "start", "build")


@pytest.mark.parametrize(
    ("mistake", "text"),
    {
        "squared": "do not square it",
        "gamma": "1.weight",
        "no convolutions": "3.weight",
        "convolution biases": "3.bias",
        "frozen": "not 0.weight",
    }.items(),
)
def test_does_a_wrong_start_fail(mistake: str, text: str) -> None:
    def wrong(make: Any, std: float, seed: int = 0) -> nn.Module:
        return start(make, std, seed, mistake)

    with pytest.raises(CheckFailed, match=text):
        initialisation.assert_starts(LocalSubject({"start": wrong, "build": build}), "start", "build")


def test_is_the_default_seed_tried() -> None:
    def wrong(make: Any, std: float, seed: int = 1) -> nn.Module:
        return start(make, std, seed)

    with pytest.raises(CheckFailed, match="without a seed"):
        initialisation.assert_starts(LocalSubject({"start": wrong, "build": build}), "start", "build")
