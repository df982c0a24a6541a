"""Compare networks with dropout: read the masks off the student's pass and use them in the reference's pass.

A mask cannot be compared with one of ours, because no two ways of writing dropout draw the same numbers. But the input
of the next linear layer shows which activations were dropped. The reference then drops the same ones, so outputs,
statistics and gradients must agree in train mode too. What remains is to check the mask itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursepack.checks import masks
from coursepack.checks.messages import failed, student_errors
from coursepack.checks.pytorch import nn, torch
from coursepack.checks.reference import Reference
from coursepack.subject import Array, Layer, ModuleHandle, Step

EVAL_HINT = "nn.Dropout(p), made in __init__, and F.dropout(x, p, training=self.training) are both off in eval mode"


class GivenDropout(nn.Module):
    """Dropout with a given mask: x · mask / (1 − p) in train mode, x in eval mode.

    Attributes:
        p: probability to drop an activation.
        layer: number of the weighted layer that receives the output, from 0.
        mask: True where an activation is kept; None keeps all.
        seen: the activations of the last call.
    """

    mask: torch.Tensor | None
    seen: torch.Tensor

    def __init__(self, p: float, layer: int) -> None:
        super().__init__()
        self.p, self.layer, self.mask = p, layer, None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (batch, features) with the dropped activations set to zero."""
        self.seen = x.detach()
        if not self.training or self.mask is None:
            return x
        return x * self.mask.to(x.dtype) / (1.0 - self.p)


def with_given_dropout(reference: Reference, weighted: tuple[type[nn.Module], ...]) -> list[GivenDropout]:
    """Replace the reference's dropout layers by ours, and return them; `weighted` are the layer classes to count."""
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
        CheckFailed: it is on in eval mode or off in train mode, has the wrong probability, does not rescale what it
            keeps, or does not draw separately for every activation of every image.
    """
    for dropout in dropouts:
        where = f"{about}: dropout before layer {dropout.layer + 1} (linear)"
        seen = dropout.seen.numpy().reshape(batch, -1)
        mask = masks.Mask(where, dropout.p, _behind(about, dropout, layers, batch), seen)
        if not train and mask.rate > dropout.p / 2:
            raise failed(where, expected="nothing is dropped", got=f"{mask.rate:.0%} dropped", hint=EVAL_HINT)
        for fault in masks.faults(mask) if train else ():
            raise fault


def assert_drawn_anew(network: ModuleHandle, images: Array) -> None:
    """Check that two consecutive passes over the same images in train mode drop different activations."""
    about = f"{network.name} in train mode, twice on the same {len(images)} images"
    with student_errors(about):
        first, second = (result.output for result in network.steps([Step(images), Step(images)]))
    if np.array_equal(first, second):
        hint = "draw a new mask in every pass, and do not set a seed in forward"
        raise failed(about, expected="other scores, as other activations are dropped", got="the same scores", hint=hint)


def _behind(about: str, dropout: GivenDropout, layers: Sequence[Layer], batch: int) -> Array:
    """Return the input of the layer after the dropout in the student's pass, (batch, features)."""
    layer = layers[dropout.layer]
    got, features = layer.arrays.get("input"), layer.arrays["weight"].shape[-1]
    if got is None or got.size != batch * features:
        shape = "nothing" if got is None else str(got.shape)
        raise failed(
            f"{about}: input of layer {dropout.layer + 1} (linear)", expected=str((batch, features)), got=shape
        )
    return got.reshape(batch, features)
