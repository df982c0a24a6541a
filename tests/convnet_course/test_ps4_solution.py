"""Is the solution of ps4_batchnorm right, by numerical gradients and by PyTorch's own layers?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.func import functional_call

from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import solved_notebook

SOURCE = Path(__file__).resolve().parents[2] / "source" / "ps4_batchnorm" / "ps4_batchnorm.ipynb"
CELLS = ("custom-autograd", "custom-function", "custom-module", "batch-norm")
SIZES = [(2, 3, 1e-5), (3, 4, 0.5), (6, 2, 2.0)]


@pytest.fixture(scope="module")
def solution() -> dict[str, Any]:
    """Return the names that the solution's cells define."""
    cells = {cell.id: cell.source for cell in solved_notebook(read_notebook(SOURCE)).cells}
    names: dict[str, Any] = {"torch": torch, "nn": nn}
    for name in CELLS:
        exec(cells[name], names)
    return names


def random_inputs(shape: tuple[int, ...], features: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(len(shape) + features)
    images = 2.0 + 1.5 * torch.randn(shape, dtype=torch.float64, generator=draw)
    scale = 0.5 + torch.rand(features, dtype=torch.float64, generator=draw)
    shift = torch.randn(features, dtype=torch.float64, generator=draw)
    return images.requires_grad_(), scale.requires_grad_(), shift.requires_grad_()


def check_gradients(function: Any, inputs: tuple[torch.Tensor, ...]) -> None:
    """Compare with central differences, every entry of every input, to 1e-6 absolute and with no relative slack."""
    assert torch.autograd.gradcheck(function, inputs, eps=1e-6, atol=1e-6, rtol=0.0)


@pytest.mark.parametrize(("batch", "features", "eps"), SIZES)
def test_does_the_function_pass_the_numerical_check_for_every_input(
    solution: dict[str, Any], batch: int, features: int, eps: float
) -> None:
    function = solution["CustomBatchNormManualFunction"]
    check_gradients(lambda *inputs: function.apply(*inputs, eps), random_inputs((batch, features), features))


@pytest.mark.parametrize("needs", [(True, False, False), (False, True, False), (False, False, True)])
def test_does_the_function_pass_where_one_input_alone_needs_a_gradient(
    solution: dict[str, Any], needs: tuple[bool, ...]
) -> None:
    inputs = tuple(
        tensor.detach().requires_grad_(need) for tensor, need in zip(random_inputs((4, 3), 3), needs, strict=True)
    )
    check_gradients(lambda *given: solution["CustomBatchNormManualFunction"].apply(*given, 0.1), inputs)


@pytest.mark.parametrize("name", ["CustomBatchNormAutograd", "CustomBatchNormManualModule"])
@pytest.mark.parametrize(("batch", "features", "eps"), SIZES)
def test_do_both_modules_pass_the_numerical_check_for_every_input(
    solution: dict[str, Any], name: str, batch: int, features: int, eps: float
) -> None:
    layer = solution[name](features, eps=eps).double()

    def call(images: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor) -> Any:
        return functional_call(layer, {"gamma": gamma, "beta": beta}, (images,))

    check_gradients(call, random_inputs((batch, features), features))


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("shape", [(2, 3, 2, 2), (3, 2, 1, 1), (1, 2, 3, 2)])
def test_does_batch_norm_2d_pass_the_numerical_check_for_every_input(
    solution: dict[str, Any], shape: tuple[int, ...], train: bool
) -> None:
    layer = solution["BatchNorm2d"](shape[1], eps=0.3).double().train(train)
    layer.running_mean.fill_(0.7)
    layer.running_var.fill_(2.5)

    def call(images: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> Any:
        return functional_call(layer, {"weight": weight, "bias": bias}, (images,))

    check_gradients(call, random_inputs(shape, shape[1]))


@pytest.mark.parametrize("options", [{}, {"eps": 0.5, "momentum": 0.3}])
def test_can_batch_norm_2d_not_be_told_from_pytorchs(solution: dict[str, Any], options: dict[str, float]) -> None:
    ours, theirs = solution["BatchNorm2d"](3, **options).double(), nn.BatchNorm2d(3, **options).double()
    draw = torch.Generator().manual_seed(1)
    for number, train in enumerate((True, True, False, True, False)):
        images = number + 2.0 * torch.randn(4, 3, 5, 2, dtype=torch.float64, generator=draw)
        torch.testing.assert_close(ours.train(train)(images), theirs.train(train)(images), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=1e-12, atol=1e-12)
    theirs.load_state_dict(ours.state_dict())
    ours.load_state_dict(theirs.state_dict())


def test_do_states_fit_a_layer_without_the_counter_as_the_text_says(solution: dict[str, Any]) -> None:
    ours, theirs = solution["BatchNorm2d"](3), nn.BatchNorm2d(3)
    del ours.num_batches_tracked
    theirs.load_state_dict(ours.state_dict())
    with pytest.raises(RuntimeError, match="num_batches_tracked"):
        ours.load_state_dict(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict(), strict=False)


@pytest.mark.parametrize("name", ["CustomBatchNormAutograd", "CustomBatchNormManualModule", "BatchNorm2d"])
def test_does_a_wrong_shape_raise_an_error_that_names_both(solution: dict[str, Any], name: str) -> None:
    shape = (4, 7, 2, 2) if name == "BatchNorm2d" else (4, 7)
    with pytest.raises(ValueError, match=r"13.*\(4, 7") as caught:
        solution[name](13)(torch.zeros(shape))
    assert str(shape) in str(caught.value)
