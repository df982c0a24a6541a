"""A reference network: what a student's network is compared with."""

from __future__ import annotations

from coursepack.checks.pytorch import nn


class Reference(nn.Sequential):
    """A reference network: its modules are registered in the order they are called.

    Args:
        modules: the layers, in call order.
        input_shape: shape of one input, without the batch, for example (channels, height, width).
    """

    def __init__(self, *modules: nn.Module, input_shape: tuple[int, ...]) -> None:
        super().__init__(*modules)
        self.input_shape = input_shape
