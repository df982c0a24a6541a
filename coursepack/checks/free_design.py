"""Checks of a free design: we know nothing about its layers, so we check only what every classifier must do."""

from __future__ import annotations

import numpy as np

from coursepack.checks.messages import failed, student_error
from coursepack.subject import Array, ModuleHandle, StudentError
from coursepack.subject.training_loops import CLASSES

TOLERANCE = 1e-3  # a network that insists on float32 may round differently in batches of other sizes


def assert_classifier(network: ModuleHandle, input_shape: tuple[int, ...] = (1, 28, 28)) -> None:
    """Check that a network in eval mode gives ten finite scores per image that do not depend on the rest of the batch.

    Args:
        network: handle to a student's network, trained or not.
        input_shape: shape of one image, (channels, height, width).
    """
    images = np.random.default_rng(20_265).standard_normal((6, *input_shape))
    together = _scores(network, images)
    if not np.isfinite(together).all():
        raise failed(f"{network.name}: scores", expected="finite numbers", got="NaN or infinity")
    alone = np.concatenate([_scores(network, image[None]) for image in images])
    if not np.allclose(alone, together, rtol=TOLERANCE, atol=TOLERANCE * max(1.0, float(np.abs(together).max()))):
        raise failed(
            f"{network.name} in eval mode: scores of an image alone and in a batch",
            expected="the same",
            got="different scores",
            hint="in eval mode dropout must be off and batch normalisation must use its running statistics; "
            "softmax and flatten work on each image, not across the batch",
        )


def _scores(network: ModuleHandle, images: Array) -> Array:
    about = f"{network.name} on a batch of {len(images)}"
    try:
        scores = network.forward(images)
    except StudentError as error:
        raise student_error(about, error) from None
    if scores.shape != (len(images), CLASSES):
        expected = str((len(images), CLASSES))
        raise failed(f"{about}: shape of the output", expected=expected, got=str(scores.shape))
    return scores
