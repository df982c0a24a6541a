"""The networks that are trained here and that no check compares with yet; the others are `checks.references`.

Shapes: images (batch, 1, 28, 28), outputs (batch, 10) logits. Dropout of 0.5 where the reference gives no probability.
"""

from __future__ import annotations

from torch import nn

from coursepack.checks.references import Reference

DROPOUT = 0.5
# The reference report does not give the widths of its ablation: these are the ones of source/ps4_batchnorm.
CNN_CHANNELS, MLP_WIDTHS = (16, 32), (256, 128)


def dropout_cnn() -> Reference:
    """The two blocks of SimpleCNN, then 320→50, ReLU, dropout, 50→10; 21,840 parameters."""
    return Reference(
        *(nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Conv2d(10, 20, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(320, 50), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(50, 10)),
    )


def deep_cnn() -> Reference:
    """Three convolutions 3×3 and three linear layers, normalised; 1,797,642 parameters."""
    return Reference(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Conv2d(64, 64, 3, padding=1), nn.BatchNorm2d(64), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(3136, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Dropout(DROPOUT)),
        *(nn.Linear(512, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(256, 10)),
    )


def mlp() -> Reference:
    """784→456→128→10 with ReLU; 417,746 parameters."""
    return Reference(
        *(nn.Flatten(), nn.Linear(784, 456), nn.ReLU()), *(nn.Linear(456, 128), nn.ReLU(), nn.Linear(128, 10))
    )


def two_conv_net() -> Reference:
    """Two blocks of convolution 5×5 (padding 2), ReLU, max pooling 2, then 784→128→10; 105,194 parameters."""
    return Reference(
        *(nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


def deep_mlp() -> Reference:
    """784→512→512→10 with ReLU and dropout 0.2, off in evaluation; 669,706 parameters."""
    return Reference(
        *(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.2)),
        *(nn.Linear(512, 512), nn.ReLU(), nn.Dropout(0.2), nn.Linear(512, 10)),
    )


def ablation_cnn(normalise: bool) -> Reference:
    """Two blocks of convolution 5×5, [batch normalisation], ReLU, average pooling 2, then 1568→10."""
    layers: list[nn.Module] = []
    before = 1
    for channels in CNN_CHANNELS:
        norm = nn.BatchNorm2d(channels) if normalise else nn.Identity()
        layers += [nn.Conv2d(before, channels, 5, padding=2), norm, nn.ReLU(), nn.AvgPool2d(2)]
        before = channels
    return Reference(*layers, nn.Flatten(), nn.Linear(before * 7 * 7, 10))


def ablation_mlp(normalise: bool) -> Reference:
    """784→256→128→10 with [batch normalisation] and ReLU after the hidden layers."""
    layers: list[nn.Module] = [nn.Flatten()]
    before = 784
    for width in MLP_WIDTHS:
        layers += [nn.Linear(before, width), nn.BatchNorm1d(width) if normalise else nn.Identity(), nn.ReLU()]
        before = width
    return Reference(*layers, nn.Linear(before, 10))
