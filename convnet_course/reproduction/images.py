"""The images that an experiment is trained and measured on, in memory."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Split:
    """Images (N, channels, height, width) and labels (N,) int64, on the device.

    Attributes:
        images: normalised, float32; or bytes, which are normalised batch by batch.
        labels: classes from 0.
        shift: None if the images are normalised; else what is subtracted first, (channels, 1, 1).
        scale: what the rest is divided by.
    """

    images: Tensor
    labels: Tensor
    shift: Tensor | None = None
    scale: float = 1.0

    def batch(self, chosen: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Return normalised images and the labels of the chosen places."""
        images = self.images[chosen]
        if self.shift is not None:
            images = images.to(torch.float32, memory_format=torch.channels_last)
            images = (images - self.shift) / self.scale
        return images, self.labels[chosen]

    def part(self, count: int) -> Split:
        """Return so many images, at even distances: in a folder, images lie class by class."""
        chosen = slice(0, count * (len(self.labels) // count), len(self.labels) // count)
        return dataclasses.replace(self, images=self.images[chosen], labels=self.labels[chosen])


@dataclass(frozen=True)
class Data:
    """Both parts of a data set, and what it is, for people."""

    origin: str
    train: Split
    test: Split

    def scaled(self, scale: float) -> Data:
        """Return the same images, divided by `scale`."""
        train, test = (dataclasses.replace(split, scale=scale) for split in (self.train, self.test))
        return Data(self.origin, train, test)
