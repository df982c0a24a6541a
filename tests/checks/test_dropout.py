"""Is dropout judged by what it does: active in training, off in evaluation, of the right rate, at the right place?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from convnet_course import references
from coursepack.checks import CheckFailed, masks, networks
from coursepack.subject import LocalSubject

Drop = Callable[[torch.Tensor, bool], torch.Tensor]


def by_hand(x: torch.Tensor, training: bool) -> torch.Tensor:
    return x * (torch.rand_like(x) >= 0.2) / 0.8 if training else x


def functional(x: torch.Tensor, training: bool) -> torch.Tensor:
    return F.dropout(x, 0.2, training=training)


RIGHT: dict[str, Drop] = {"functional": functional, "by hand": by_hand}
WRONG: dict[str, tuple[Drop, str]] = {
    "always on": (lambda x, _: F.dropout(x, 0.2), r"eval mode(.|\n)*nothing is dropped"),
    "never on": (lambda x, _: F.dropout(x, 0.2, training=False), r"train mode(.|\n)*nothing dropped"),
    "the other way round": (lambda x, training: F.dropout(x, 0.2, training=not training), "eval mode"),
    "p to keep": (lambda x, training: F.dropout(x, 0.8, training=training), "about 20% dropped"),
    "another p": (lambda x, training: F.dropout(x, 0.5, training=training), "about 20% dropped"),
    "no scaling": (lambda x, training: x * (torch.rand_like(x) >= 0.2) if training else x, r"times 1\.25"),
    "scaling in eval": (lambda x, training: x * (torch.rand_like(x) >= 0.2) if training else 0.8 * x, "output"),
    "one mask for all": (
        lambda x, training: x * (torch.rand(x.shape[1]) >= 0.2) / 0.8 if training else x,
        "images lose the same",
    ),
    "one mask for two images": (
        lambda x, t: x * (torch.rand(-(-len(x) // 2), x.shape[1]) >= 0.2).repeat(2, 1)[: len(x)] / 0.8 if t else x,
        "images lose the same",
    ),
    "one draw for a whole image": (
        lambda x, t: x * (torch.rand(len(x), 1) >= 0.2) / 0.8 if t else x,
        "an image loses all or nothing",
    ),
    "rows by Dropout1d": (lambda x, t: F.dropout1d(x, 0.2, training=t), "nn.Dropout1d drops whole rows"),
    "one draw for two features": (
        lambda x, t: x * (torch.rand(len(x), x.shape[1] // 2) >= 0.2).repeat(1, 2) / 0.8 if t else x,
        "some share a draw",
    ),
    "one draw for eight neighbours": (
        lambda x, t: x * (torch.rand(len(x), x.shape[1] // 8) >= 0.2).repeat_interleave(8, 1) / 0.8 if t else x,
        "some share a draw",
    ),
    "the same in every pass": (
        lambda x, t: x * (torch.rand(x.shape, generator=torch.Generator().manual_seed(1)) >= 0.2) / 0.8 if t else x,
        "do not set a seed in forward",
    ),
    "another scale": (lambda x, t: x * (torch.rand_like(x) >= 0.2) / 0.79 if t else x, r"times 1\.25"),
    "noise instead": (lambda x, t: x * (1 + 0.5 * torch.randn_like(x)) if t else x, "nothing dropped"),
    "cuts the gradient": (lambda x, t: functional(x.detach(), t), "gradient"),
}


class Deep(nn.Module):
    """784→512→512→10 with ReLU and a way to drop."""

    def __init__(self, drop: Drop) -> None:
        super().__init__()
        self.drop = drop
        self.layers = nn.ModuleList([nn.Linear(784, 512), nn.Linear(512, 512), nn.Linear(512, 10)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first, second, last = self.layers
        x = self.drop(F.relu(first(x.flatten(1))), self.training)
        return last(self.drop(F.relu(second(x)), self.training))


def check(drop: Drop) -> None:
    student = LocalSubject({"Deep": lambda: Deep(drop)})
    networks.assert_equivalent(student.module("Deep"), references.deep_mlp(), batch_sizes=(2, 20))


@pytest.mark.parametrize("name", RIGHT)
def test_does_every_way_to_write_dropout_pass(name: str) -> None:
    check(RIGHT[name])


def test_is_another_probability_told_by_the_scale_it_brings_where_a_small_batch_leaves_the_rate_in_doubt() -> None:
    """Who drops with p = 0.2 in place of 0.5 divides rightly, and should not be told to divide."""
    layers = sequential(9)().requires_grad_()
    layers[9].p = 0.2  # type: ignore[index, union-attr]
    student = LocalSubject({"network": lambda: layers})
    with pytest.raises(CheckFailed, match=r"p = 0\.2; the probability of dropping is p = 0\.5"):
        networks.assert_equivalent(student.module("network"), references.dropout_cnn(), batch_sizes=(2,))


@pytest.mark.parametrize("name", WRONG)
def test_does_wrong_dropout_fail_with_its_reason(name: str) -> None:
    drop, reason = WRONG[name]
    with pytest.raises(CheckFailed, match=reason):
        check(drop)


def sequential(*dropped: int) -> Callable[[], nn.Module]:
    """Return DropoutCNN's layers with dropout of 0.5 before those of the given numbers, and no other."""

    def build() -> nn.Module:
        layers: list[nn.Module] = [nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(10, 20, 5)]
        layers += [nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(320, 50), nn.ReLU(), nn.Linear(50, 10)]
        for place in sorted(dropped, reverse=True):
            layers.insert(place, nn.Dropout(0.5))
        return nn.Sequential(*layers)

    return build


@pytest.mark.parametrize("places", [(9,), (8,)])
def test_may_dropout_stand_on_either_side_of_the_relu(places: tuple[int, ...]) -> None:
    handle = LocalSubject({"network": sequential(*places)}).module("network")
    networks.assert_equivalent(handle, references.dropout_cnn(), batch_sizes=(2, 40))


@pytest.mark.parametrize("places", [(), (7,), (3,), (3, 9), (7, 9), (10,), (9, 10), (9, 9)])
def test_does_dropout_at_another_place_fail(places: tuple[int, ...]) -> None:
    handle = LocalSubject({"network": sequential(*places)}).module("network")
    with pytest.raises(CheckFailed, match="train mode"):
        networks.assert_equivalent(handle, references.dropout_cnn(), batch_sizes=(2, 40))


def test_does_dropout_between_batch_normalised_layers_pass() -> None:
    def deep() -> nn.Module:
        layers: list[nn.Module] = []
        for before, after, pool in ((1, 32, 1), (32, 64, 2), (64, 64, 2)):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(pool)]
        layers.append(nn.Flatten())
        for before, after in ((3136, 512), (512, 256)):
            layers += [nn.Linear(before, after), nn.BatchNorm1d(after), nn.Dropout(), nn.ReLU()]
        return nn.Sequential(*layers, nn.Linear(256, 10))

    networks.assert_equivalent(LocalSubject({"deep": deep}).module("deep"), references.deep_cnn(), batch_sizes=(2, 5))


def test_is_a_reference_fit_for_a_second_comparison() -> None:
    reference = references.deep_mlp()
    for _ in range(2):
        networks.assert_equivalent(LocalSubject({"Deep": lambda: Deep(by_hand)}).module("Deep"), reference)


def test_is_a_gradient_that_is_zero_but_for_rounding_taken_for_zero() -> None:
    """A bias before batch normalisation has no gradient; what two right ways of computing it leave over may differ."""

    def deep() -> nn.Module:
        layers: list[nn.Module] = []
        for before, after, pool in ((1, 32, 1), (32, 64, 2), (64, 64, 2)):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.MaxPool2d(pool), nn.ReLU()]
        head: list[nn.Module] = [nn.Linear(3136, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Dropout()]
        head += [nn.Linear(512, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Dropout()]
        return nn.Sequential(*layers, nn.Flatten(), *head, nn.Linear(256, 10), nn.LogSoftmax(dim=1))

    handle = LocalSubject({"deep": deep}).module("deep")
    networks.assert_equivalent(handle, references.deep_cnn(), batch_sizes=(2, 4), log_probabilities_allowed=True)


@pytest.mark.parametrize(("p", "batch", "features"), [(0.5, 2, 50), (0.5, 40, 50), (0.2, 2, 40), (0.5, 12, 256)])
def test_is_a_right_mask_never_accused(p: float, batch: int, features: int) -> None:
    """Few activations of few images look alike by chance: that is no fault."""
    draw = np.random.default_rng(7)
    for _ in range(100):
        seen = np.maximum(0, draw.normal(size=(batch, features))) * (draw.random((1, features)) < draw.random())
        kept = draw.random((batch, features)) >= p
        assert not list(masks.faults(masks.Mask("here", p, seen * kept / (1 - p), seen)))
