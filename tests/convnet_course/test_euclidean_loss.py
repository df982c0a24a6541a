"""Is the Euclidean loss judged by value and gradient, however it is written?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from convnet_course import euclidean_loss
from coursepack.checks import CheckFailed
from coursepack.subject import LocalSubject

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def p(outputs: torch.Tensor) -> torch.Tensor:
    return outputs.softmax(dim=1)


RIGHT: dict[str, Loss] = {
    "squares": lambda o, t: (p(o) - t).square().sum() / (2 * len(o)),
    "MSELoss": lambda o, t: F.mse_loss(p(o), t, reduction="sum") / (2 * o.shape[0]),
    "norm": lambda o, t: (p(o) - t).norm(dim=1).pow(2).mean() / 2,
    "in place": lambda o, t: p(o.sub_(o.detach().amax(1, keepdim=True))).sub(t).square_().sum() / (2 * len(o)),
    "targets changed": lambda o, t: t.neg_().add_(p(o)).square().sum() / (2 * len(t)),
    "float32": lambda o, t: (p(o.float()) - t.float()).square().sum(1).mean() / 2,
}
WRONG: dict[str, tuple[Loss, str]] = {
    "no softmax": (lambda o, t: (o - t).square().sum() / (2 * len(o)), "probabilities first"),
    "no half": (lambda o, t: (p(o) - t).square().sum() / len(o), "½"),
    "a sum": (lambda o, t: (p(o) - t).square().sum() / 2, "number of samples"),
    "mean over all": (lambda o, t: F.mse_loss(p(o), t), "nn.MSELoss"),
    "a root": (lambda o, t: (p(o) - t).norm(dim=1).mean() / 2, "root"),
    "over the batch": (lambda o, t: (o.softmax(0) - t).square().sum() / (2 * len(o)), "dim=1"),
    "one number a sample": (lambda o, t: (p(o) - t).square().sum(1) / 2, "shape of the result"),
    "absolute": (lambda o, t: (p(o) - t).abs().sum() / (2 * len(o)), "square"),
    "unstable": (
        lambda o, t: (o.exp() / o.exp().sum(1, keepdim=True) - t).square().sum() / (2 * len(o)),
        "large scores overflow",
    ),
    "logarithms": (lambda o, t: (o.log_softmax(1) - t).square().sum() / (2 * len(o)), "logarithms"),
    "true class": (lambda o, t: ((p(o) - t) * t).square().sum() / (2 * len(o)), "other classes count too"),
    "half detached": (lambda o, t: ((p(o) - t) * (p(o) - t).detach()).sum() / (2 * len(o)), "gradient"),
    "detached": (lambda o, t: (p(o.detach()) - t).square().sum() / (2 * len(o)), "gradient"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_does_every_way_to_write_it_pass(name: str) -> None:
    euclidean_loss.assert_euclidean_loss(LocalSubject({"loss": RIGHT[name]}), "loss")


@pytest.mark.parametrize("name", WRONG)
def test_does_a_wrong_one_fail_with_its_reason(name: str) -> None:
    loss, reason = WRONG[name]
    with pytest.raises(CheckFailed, match=reason):
        euclidean_loss.assert_euclidean_loss(LocalSubject({"loss": loss}), "loss")


def test_is_the_gradient_that_of_the_value() -> None:
    draw = np.random.default_rng(0)
    outputs, targets, step = draw.normal(size=(3, 4)), np.eye(4)[[1, 0, 3]], 1e-6
    numerical = np.zeros_like(outputs)
    for place in np.ndindex(*outputs.shape):
        shift = np.zeros_like(outputs)
        shift[place] = step
        ends = [euclidean_loss.euclidean(outputs + sign * shift, targets) for sign in (1, -1)]
        numerical[place] = (ends[0] - ends[1]) / (2 * step)
    assert np.allclose(numerical, euclidean_loss.euclidean_gradient(outputs, targets), atol=1e-9)
