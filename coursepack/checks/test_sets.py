"""What networks other than those for digits are scored on: images as the notebook prepares them, and labels."""

from __future__ import annotations

import numpy as np

from coursepack.subject import Array

# Of the coloured shapes' training images, channel by channel: red, green, blue.
SHAPES_MEAN = np.array([0.36480, 0.36310, 0.36815])
SHAPES_STD = np.array([0.22516, 0.22023, 0.22686])


def shapes() -> tuple[Array, Array]:
    """Return the 800 test images of the coloured shapes, (N, 3, 32, 32) float32 and normalised, and their labels."""
    from coursepack.shapes import load_shapes

    images, labels = load_shapes("test")
    scaled = (images / 255.0 - SHAPES_MEAN) / SHAPES_STD
    return scaled.transpose(0, 3, 1, 2).astype(np.float32), labels
