"""Find what is wrong with a dropout mask from which activations it dropped and how it scaled the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from coursepack.checks.errors import CheckFailed
from coursepack.checks.messages import failed
from coursepack.subject import Array

SIGMAS = 6.0  # how far a rate may be off by chance: two masks in a billion are further off
ENOUGH = 50  # activations needed to judge a rate
MANY_SIGMAS = 10.0
CHANCE = 1e-12  # anything less likely than this is not chance
TRAIN_HINT = "dropout here must be on in train mode: nn.Dropout(p), or F.dropout(x, p, training=self.training)"


@dataclass(frozen=True)
class Mask:
    """What a dropout layer did to one batch; all arrays are (batch, features).

    Attributes:
        where: the layer and the pass, for messages.
        p: probability with which it should drop an activation.
        got: what came out.
        seen: what went in.
    """

    where: str
    p: float
    got: Array
    seen: Array

    @property
    def active(self) -> Array:
        """Where the input is not zero; elsewhere we cannot see what is dropped."""
        return np.asarray(self.seen != 0)

    @property
    def kept(self) -> Array:
        """Where an active input was kept."""
        return np.asarray(self.active & (self.got != 0))

    @property
    def rate(self) -> float:
        """Fraction of the active inputs that were dropped."""
        return 1.0 - float(self.kept.sum()) / max(1, int(self.active.sum()))

    @property
    def comparable(self) -> bool:
        """Whether everything kept was multiplied by one number, as in dropout, whatever the mask and the scale."""
        kept = self.kept & (np.abs(self.seen) > 1e-2 * np.abs(self.seen).max(initial=0.0))
        ratios = self.got[kept] / self.seen[kept]
        return not ratios.size or float(np.ptp(ratios)) <= 1e-2 * abs(self.scale)

    @property
    def scale(self) -> float:
        """The median factor by which kept inputs were multiplied."""
        return float(np.median(self.got[self.kept] / self.seen[self.kept])) if self.kept.any() else 0.0

    def may_be(self, p: float) -> bool:
        """Tell whether the rate agrees with a probability `p` within chance."""
        return bool(abs(self.rate - p) <= SIGMAS * np.sqrt(p * (1 - p) / self.active.sum()))


def faults(mask: Mask) -> Iterator[CheckFailed]:
    """Yield what is wrong with a mask in train mode, the most obvious first; nothing if too few activations show it."""
    if mask.active.sum() < ENOUGH:
        return
    if mask.rate == 0:
        yield failed(mask.where, expected=f"{mask.p:.0%} dropped", got="nothing dropped", hint=TRAIN_HINT)
    if not mask.comparable:
        return  # the input is not what it should be: the comparison of outputs will show it
    yield from _sharing_faults(mask)  # before the rate: where draws are shared, few draws decide the rate
    yield from _rate_faults(mask)
    yield from _scale_faults(mask)


def _rate_faults(mask: Mask) -> Iterator[CheckFailed]:
    p = mask.p
    if mask.may_be(p):
        return
    hint = f"the probability of dropping is p = {p:g}"
    if mask.may_be(1 - p):
        hint = f"p is the probability of dropping, not of keeping; here p = {p:g}"
    elif mask.may_be(1 - (1 - p) ** 2):
        hint = "this is the rate of two dropouts in a row: is there one too many?"
    yield failed(mask.where, expected=f"about {p:.0%} dropped", got=f"{mask.rate:.0%} dropped", hint=hint)


def _scale_faults(mask: Mask) -> Iterator[CheckFailed]:
    p, scale = mask.p, mask.scale
    if abs(scale * (1 - p) - 1) <= 1e-2:
        return
    own = 1 - 1 / scale if scale > 1 else 0.0  # the p of a dropout with this scale
    hint = f"divide what is kept by 1 − p, with p = {p:g}, as nn.Dropout does: then eval mode needs no change"
    if own > 0 and mask.may_be(own):
        hint = f"this is the scale of a dropout with p = {own:.2g}; the probability of dropping is p = {p:g}"
    yield failed(mask.where, expected=f"kept activations times {1 / (1 - p):.3g}", got=f"times {scale:.3g}", hint=hint)


def _sharing_faults(mask: Mask) -> Iterator[CheckFailed]:
    """Yield a fault if activations share a draw."""
    if _whole_images(mask):
        hint = "nn.Dropout draws for each activation; nn.Dropout1d drops whole rows"
        yield failed(mask.where, expected="each image loses some", got="an image loses all or nothing", hint=hint)
    if _tied(mask, axis=0):
        hint = "draw a separate mask for every image of the batch: use the shape of the activations"
        yield failed(mask.where, expected="each image loses others", got="all images lose the same", hint=hint)
    if _tied(mask, axis=1):
        hint = "draw a mask of the shape of the activations; a repeated mask drops several of them together"
        yield failed(mask.where, expected="a separate draw for each activation", got="some share a draw", hint=hint)


def _tied(mask: Mask, axis: int) -> bool:
    """Tell whether activations a fixed distance apart along an axis are dropped together more often than by chance."""
    active, kept = np.moveaxis(mask.active, axis, 0), np.moveaxis(mask.kept, axis, 0)
    alike = mask.rate**2 + (1 - mask.rate) ** 2  # how often two draws agree by chance
    for distance in range(1, len(active)):
        same = (kept[:-distance] == kept[distance:])[active[:-distance] & active[distance:]]
        # Pairs that share an activation are not independent: hence more than six standard deviations.
        if same.size and same.mean() - alike > MANY_SIGMAS * np.sqrt(alike * (1 - alike) / same.size):
            return True
    return False


def _whole_images(mask: Mask) -> bool:
    """Tell whether an image is dropped or kept as a whole more often than chance allows."""
    sizes = mask.active.sum(axis=1)
    share = mask.kept.sum(axis=1) / np.maximum(1, sizes)
    whole = sizes[(share == 0) | (share == 1)]
    likely = np.maximum(mask.rate, 1 - mask.rate) ** whole.astype(float)
    return bool(np.prod(2 * likely, where=whole > 1, initial=1.0) < CHANCE) if len(whole) else False
