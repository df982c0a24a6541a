"""In which pieces, and how precisely, is a student's network asked for its output?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from coursepack.subject.torch_modules import LocalModule


class Recorder(nn.Module):
    """Writes down the dtype and the number of images of each pass."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 3)
        self.seen: list[tuple[torch.dtype, int]] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen.append((x.dtype, len(x)))
        return self.layer(x.flatten(1))  # type: ignore[no-any-return]


@pytest.mark.parametrize(("given", "computed"), [(np.float32, torch.float32), (np.float64, torch.float64)])
def test_is_a_forward_pass_as_precise_as_its_images(given: type[np.floating[Any]], computed: torch.dtype) -> None:
    """Is a network scored in float32 as its notebook runs it, and is all else computed in float64?"""
    module = Recorder()
    images = np.random.default_rng(0).standard_normal((150, 2, 2)).astype(given)
    output = LocalModule(module, "network").forward(images)
    expected = module.layer(torch.from_numpy(images.reshape(150, 4)).float()).detach().numpy()
    np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-6)
    assert {dtype for dtype, _ in module.seen} == {computed}
    assert sum(count for _, count in module.seen) == 150


def test_are_many_images_passed_in_pieces_but_in_train_mode() -> None:
    """Does a batch stay whole where its images may depend on one another?"""
    module, images = Recorder(), np.zeros((150, 2, 2), np.float32)
    LocalModule(module, "network").forward(images)
    assert max(count for _, count in module.seen) <= 64
    module.seen.clear()
    LocalModule(module, "network").forward(images, train=True)
    assert [count for _, count in module.seen] == [150]


class Insists(nn.Module):
    """Casts its input to one dtype, and has weights of this dtype."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype, self.layer = dtype, nn.Linear(4, 3, dtype=dtype)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x.flatten(1).to(self.dtype))  # type: ignore[no-any-return]


@pytest.mark.parametrize("insists", [torch.float32, torch.float64])
@pytest.mark.parametrize("given", [np.float32, np.float64])
def test_is_a_network_scored_that_insists_on_a_precision(insists: torch.dtype, given: type[np.floating[Any]]) -> None:
    """Does neither of the two precisions cost a right network its points, whatever the images have?"""
    assert LocalModule(Insists(insists), "network").forward(np.zeros((2, 2, 2), given)).shape == (2, 3)
