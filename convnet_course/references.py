"""The reference networks, as the works in docs/references.md build them: a student's is compared with these.

Shapes: images (batch, 1, 28, 28) unless stated otherwise, outputs (batch, 10) logits. The modules are registered in
call order; a comparison relies on nothing else.
"""

from __future__ import annotations

from torch import nn

from coursepack.checks.reference import Reference

IMAGE_SHAPE = (1, 28, 28)
# The reference works do not state the probability for two of their networks with dropout.
DROPOUT = 0.5


def _for_digits(*modules: nn.Module) -> Reference:
    return Reference(*modules, input_shape=IMAGE_SHAPE)


def simple_fc() -> Reference:
    """784→10; 7,850 parameters."""
    return _for_digits(nn.Flatten(), nn.Linear(784, 10))


def simple_cnn() -> Reference:
    """Two blocks of convolution 5×5, max pooling 2 and ReLU (10, then 20 channels), then 320→10; 8,490 parameters."""
    return _for_digits(
        *(nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Conv2d(10, 20, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(320, 10)),
    )


def dropout_cnn() -> Reference:
    """The two blocks of SimpleCNN, then 320→50, ReLU, dropout, 50→10; 21,840 parameters."""
    return _for_digits(
        *(nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Conv2d(10, 20, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(320, 50), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(50, 10)),
    )


def deep_cnn() -> Reference:
    """Three convolutions 3×3 and three linear layers, normalised; 1,797,642 parameters."""
    return _for_digits(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Conv2d(64, 64, 3, padding=1), nn.BatchNorm2d(64), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(3136, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Dropout(DROPOUT)),
        *(nn.Linear(512, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(256, 10)),
    )


def flexible_cnn(kernel_size: int = 5, activation: str = "relu") -> Reference:
    """SimpleCNN with another kernel size, 1 to 9, or activation: "relu", "sigmoid", "tanh" or "celu"."""
    act = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "celu": nn.CELU}[activation]
    size = ((IMAGE_SHAPE[1] - kernel_size + 1) // 2 - kernel_size + 1) // 2
    return _for_digits(
        *(nn.Conv2d(1, 10, kernel_size), nn.MaxPool2d(2), act()),
        *(nn.Conv2d(10, 20, kernel_size), nn.MaxPool2d(2), act()),
        *(nn.Flatten(), nn.Linear(20 * size * size, 10)),
    )


def mlp() -> Reference:
    """784→456→128→10 with ReLU; 417,746 parameters."""
    return _for_digits(
        *(nn.Flatten(), nn.Linear(784, 456), nn.ReLU()), *(nn.Linear(456, 128), nn.ReLU(), nn.Linear(128, 10))
    )


def two_conv_net() -> Reference:
    """Two blocks of convolution 5×5 (padding 2), ReLU, max pooling 2, then 784→128→10; 105,194 parameters."""
    return _for_digits(
        *(nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


def deep_mlp() -> Reference:
    """784→512→512→10 with ReLU and dropout 0.2, off in evaluation; 669,706 parameters."""
    return _for_digits(
        *(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.2)),
        *(nn.Linear(512, 512), nn.ReLU(), nn.Dropout(0.2), nn.Linear(512, 10)),
    )


def multi_layer_perceptron() -> Reference:
    """784→100→10 with ReLU; 79,510 parameters."""
    return _for_digits(nn.Flatten(), nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))


def conv_max_pool() -> Reference:
    """Three blocks of convolution 3×3 (padding 1), ReLU, max pooling 2; channels 32, 64, 100; 85,526 parameters."""
    blocks: list[nn.Module] = []
    for before, after in ((1, 32), (32, 64), (64, 100)):
        blocks += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return _for_digits(*blocks, nn.Flatten(), nn.Linear(900, 10))


def conv_batch_norm() -> Reference:
    """Three blocks of convolution 3×3 (stride 2, padding 1), ReLU, batch normalisation; global average; 77,918."""
    blocks: list[nn.Module] = []
    for before, after in ((1, 32), (32, 64), (64, 100)):
        blocks += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU(), nn.BatchNorm2d(after)]
    return _for_digits(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(100, 10))


def conv_net(n_channels: int = 3, n_classes: int = 10, width: int = 64) -> Reference:
    """Eight times convolution 3×3 (padding 1), batch normalisation, ReLU; five max pools 3×3 (stride 2, padding 1).

    Channels in multiples of the width: 1 – pool – 2 – pool – 4, 4 – pool – 8, 8 – pool – 8, 8 – pool – linear.
    Images are (batch, n_channels, 32, 32). In colour, with ten classes and a width of 64: 9,231,114 parameters.
    """
    blocks: list[nn.Module] = []
    before = n_channels
    for stage in ((1,), (2,), (4, 4), (8, 8), (8, 8)):
        for multiple in stage:
            after = multiple * width
            blocks += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
            before = after
        blocks.append(nn.MaxPool2d(3, stride=2, padding=1))
    return Reference(*blocks, nn.Flatten(), nn.Linear(before, n_classes), input_shape=(n_channels, 32, 32))
