"""Checks of a free design: we know nothing about its layers, so we check only what every classifier must do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursepack.checks import draws
from coursepack.checks.messages import failed, student_errors
from coursepack.subject import Array, ModuleHandle

TOLERANCE = 1e-3  # a network that insists on float32 may round differently in batches of other sizes


def assert_classifier(network: ModuleHandle, input_shape: Sequence[int], classes: int) -> None:
    """Check that a network in eval mode gives finite scores that do not depend on the rest of the batch.

    Args:
        network: handle to a student's network, trained or not.
        input_shape: shape of one image, (channels, height, width).
        classes: how many scores each image must get.
    """
    images = draws.generator(20_265).standard_normal((6, *input_shape))
    together = _scores(network, images, classes)
    if not np.isfinite(together).all():
        raise failed(f"{network.name}: scores", expected="finite numbers", got="NaN or infinity")
    alone = np.concatenate([_scores(network, image[None], classes) for image in images])
    if not np.allclose(alone, together, rtol=TOLERANCE, atol=TOLERANCE * max(1.0, float(np.abs(together).max()))):
        raise failed(
            f"{network.name} in eval mode: scores of an image alone and in a batch",
            expected="the same",
            got="different scores",
            hint="in eval mode dropout must be off and batch normalisation must use its running statistics; "
            "softmax and flatten work on each image, not across the batch",
        )


def _scores(network: ModuleHandle, images: Array, classes: int) -> Array:
    about = f"{network.name} on a batch of {len(images)}"
    with student_errors(about):
        scores = network.forward(images)
    if scores.shape != (len(images), classes):
        expected = str((len(images), classes))
        raise failed(f"{about}: shape of the output", expected=expected, got=str(scores.shape))
    return scores
