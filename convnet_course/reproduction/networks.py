"""The networks that are trained here, where no check has them already (`convnet_course.references`).

Shapes: images (batch, 1, 28, 28), outputs (batch, 10) logits.
"""

from __future__ import annotations

from torch import nn

from convnet_course.references import IMAGE_SHAPE, deep_cnn, deep_mlp, dropout_cnn, mlp, two_conv_net
from coursepack.checks.reference import Reference

__all__ = ["ablation_cnn", "ablation_mlp", "deep_cnn", "deep_mlp", "dropout_cnn", "mlp", "two_conv_net"]

# The reference report does not give the widths of its ablation: these are the ones of source/ps4_batchnorm.
CNN_CHANNELS, MLP_WIDTHS = (16, 32), (256, 128)


def ablation_cnn(normalise: bool) -> Reference:
    """Two blocks of convolution 5×5, [batch normalisation], ReLU, average pooling 2, then 1568→10."""
    layers: list[nn.Module] = []
    before = 1
    for channels in CNN_CHANNELS:
        norm = nn.BatchNorm2d(channels) if normalise else nn.Identity()
        layers += [nn.Conv2d(before, channels, 5, padding=2), norm, nn.ReLU(), nn.AvgPool2d(2)]
        before = channels
    return Reference(*layers, nn.Flatten(), nn.Linear(before * 7 * 7, 10), input_shape=IMAGE_SHAPE)


def ablation_mlp(normalise: bool) -> Reference:
    """784→256→128→10 with [batch normalisation] and ReLU after the hidden layers."""
    layers: list[nn.Module] = [nn.Flatten()]
    before = 784
    for width in MLP_WIDTHS:
        layers += [nn.Linear(before, width), nn.BatchNorm1d(width) if normalise else nn.Identity(), nn.ReLU()]
        before = width
    return Reference(*layers, nn.Linear(before, 10), input_shape=IMAGE_SHAPE)
