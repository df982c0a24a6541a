"""Dropout in a comparison: what is random in the student's pass is read off it and put into the reference's.

A mask cannot be compared with one of ours, as no two ways of writing dropout draw the same numbers. But what reaches
the linear layer behind it shows which activations were dropped. The reference then drops the very same, and outputs,
statistics and gradients must be equal to the last digit in train mode too. What remains to be judged is the mask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn

from coursepack.checks.failure import CheckFailed
from coursepack.checks.messages import failed
from coursepack.checks.references import Reference
from coursepack.subject import Array, Layer

SIGMAS = 6.0  # how far the rate may be off by chance: two in a billion masks are further off
ENOUGH = 50  # activations that a verdict on a rate needs
TRAIN_HINT = "call the dropout in forward, behind the ReLU: nn.Dropout(p), or F.dropout(x, p, training=self.training)"
EVAL_HINT = "F.dropout is on unless it is told otherwise: F.dropout(x, p, training=self.training)"


class GivenDropout(nn.Module):
    """Dropout with a mask that is given: in train mode x · mask / (1 − p), in eval mode x.

    Attributes:
        p: probability to drop an activation.
        layer: number of the weighted layer that takes the output in, from 0.
        mask: True where an activation is kept; None keeps all.
        seen: the activations that came in last.
    """

    mask: torch.Tensor | None
    seen: torch.Tensor

    def __init__(self, p: float, layer: int) -> None:
        super().__init__()
        self.p, self.layer, self.mask = p, layer, None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (batch, features) with dropped activations at zero."""
        self.seen = x.detach()
        if not self.training or self.mask is None:
            return x
        return x * self.mask.to(x.dtype) / (1.0 - self.p)


def with_given_dropout(reference: Reference, weighted: tuple[type[nn.Module], ...]) -> list[GivenDropout]:
    """Replace the reference's dropout by ours, and return it; `weighted` are the classes of layers that are counted."""
    found: list[GivenDropout] = []
    layers = 0
    for number, module in enumerate(reference):
        layers += isinstance(module, weighted)
        if isinstance(module, nn.Dropout):
            reference[number] = module = GivenDropout(module.p, layers)
        if isinstance(module, GivenDropout):
            found.append(module)
    return found


def take_masks(about: str, dropouts: Sequence[GivenDropout], layers: Sequence[Layer], batch: int) -> None:
    """Give each dropout the mask that the student's pass shows."""
    for dropout in dropouts:
        dropout.mask = torch.from_numpy(_behind(about, dropout, layers, batch) != 0)


def judge_masks(
    about: str, dropouts: Sequence[GivenDropout], layers: Sequence[Layer], batch: int, *, train: bool
) -> None:
    """Check that the student's dropout is off in eval mode, and drops what it should in train mode.

    The reference must have made its pass, with `take_masks` before it in train mode.

    Raises:
        CheckFailed: it is on in eval mode or off in train mode, has another probability, does not make up for what it
            drops, or drops the same of every image.
    """
    for dropout in dropouts:
        where = f"{about}: dropout before layer {dropout.layer + 1} (linear)"
        got, seen = _behind(about, dropout, layers, batch), dropout.seen.numpy().reshape(batch, -1)
        active = seen != 0
        dropped = active & (got == 0)
        rate = dropped.sum() / max(1, active.sum())
        if not train and rate > dropout.p / 2:
            raise failed(where, expected="nothing is dropped", got=f"{rate:.0%} dropped", hint=EVAL_HINT)
        if train and active.sum() >= ENOUGH:
            for fault in _faults(where, dropout.p, got, seen, active & ~dropped, rate, active):
                raise fault


def _behind(about: str, dropout: GivenDropout, layers: Sequence[Layer], batch: int) -> Array:
    """Return what came into the layer behind the dropout in the student's pass, (batch, features)."""
    layer = layers[dropout.layer]
    got, features = layer.arrays.get("input"), layer.arrays["weight"].shape[-1]
    if got is None or got.size != batch * features:
        shape = "nothing" if got is None else str(got.shape)
        raise failed(
            f"{about}: input of layer {dropout.layer + 1} (linear)", expected=str((batch, features)), got=shape
        )
    return got.reshape(batch, features)


def _faults(
    where: str, p: float, got: Array, seen: Array, kept: Array, rate: float, active: Array
) -> Iterator[CheckFailed]:
    """Yield what is wrong with a mask in train mode."""
    if rate == 0:
        yield failed(where, expected=f"{p:.0%} dropped", got="nothing dropped", hint=TRAIN_HINT)
    blur = SIGMAS * np.sqrt(p * (1 - p) / active.sum())
    if abs(rate - p) > blur:
        hint = f"p is the probability to drop, not to keep; here p = {p:g}"
        yield failed(where, expected=f"about {p:.0%} dropped", got=f"{rate:.0%} dropped", hint=hint)
    scale = float(np.median(got[kept] / seen[kept])) if kept.any() else 0.0
    if abs(scale * (1 - p) - 1) > 1e-2:
        hint = f"divide what is kept by 1 − p, p = {p:g}, as nn.Dropout does: then eval mode needs no change"
        yield failed(where, expected=f"kept activations times {1 / (1 - p):.3g}", got=f"times {scale:.3g}", hint=hint)
    both = active[0] & active[1:]
    same = (kept[0] == kept[1:])[both]
    if same.size >= ENOUGH and same.all():
        hint = "draw a mask for every image of the batch: of the shape of the activations"
        yield failed(where, expected="each image loses others", got="all images lose the same", hint=hint)
