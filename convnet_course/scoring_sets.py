"""The images that trained networks are scored on, prepared as in the notebooks, and their labels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from convnet_course.datasets.mnist import MEAN, STD, load_mini_mnist
from convnet_course.datasets.synthetic_shapes import load_shapes
from convnet_course.holdout import load_holdout
from coursepack.subject import Array

# Mean and standard deviation of the coloured shapes' training images, per channel: red, green, blue.
SHAPES_MEAN = np.array([0.36480, 0.36310, 0.36815])
SHAPES_STD = np.array([0.22516, 0.22023, 0.22686])
# While ps5 is graded, its notebook loads the first 200 test images: the last 20 of each digit lie behind them.
FRESH = 20


def mini_mnist() -> tuple[Array, Array]:
    """Return the 800 test images of the bundled part of MNIST, (800, 1, 28, 28) float32 and normalised, and labels."""
    return _digits(*load_mini_mnist("test"))


def fresh_mnist() -> tuple[Array, Array]:
    """Return the last 20 test images of each digit, (200, 1, 28, 28) float32 and normalised, and labels.

    ps5's notebook loads none of them while it is graded.
    """
    images, labels = load_mini_mnist("test")
    chosen = np.sort(np.concatenate([np.flatnonzero(labels == digit)[-FRESH:] for digit in range(10)]))
    return _digits(images[chosen], labels[chosen])


def holdout_mnist() -> tuple[Array, Array]:
    """Return the 1,000 images that no notebook is given, (1000, 1, 28, 28) float32 and normalised, and labels."""
    return _digits(*load_holdout())


def coloured_shapes() -> tuple[Array, Array]:
    """Return the 800 test images of the coloured shapes, (800, 3, 32, 32) float32 and normalised, and labels."""
    images, labels = load_shapes("test")
    scaled = (images / 255.0 - SHAPES_MEAN) / SHAPES_STD
    return scaled.transpose(0, 3, 1, 2).astype(np.float32), labels


def _digits(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> tuple[Array, Array]:
    return ((images[:, None].astype(np.float32) / 255.0 - MEAN) / STD).astype(np.float32), labels
