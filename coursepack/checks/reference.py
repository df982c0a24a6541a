"""A reference network: what a student's network is compared with."""

from __future__ import annotations

from coursepack.checks.pytorch import nn


class Reference(nn.Sequential):
    """A reference network with the shape of one input: its modules are registered in the order they are called."""

    input_shape: tuple[int, ...] = (1, 28, 28)
