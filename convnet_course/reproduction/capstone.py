"""The course's own entry to the capstone: a network of fewer than 7,000 parameters for MNIST, and how it is trained.

Optimiser and kind of network were chosen on the last 10,000 training images, held out for that, in short trainings; the
rest was fixed beforehand, but for the number of epochs (docs/results.md says how that came about). The final trainings
see all 60,000 and are measured on the test images once, at their end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

SIDE = 28
WIDTH, TOP_WIDTH, CLASSES = 16, 28, 10


def normalised(before: int, after: int, kernel: int) -> nn.Sequential:
    """Return a convolution that keeps height and width, without bias, and its batch normalisation."""
    return nn.Sequential(nn.Conv2d(before, after, kernel, padding="same", bias=False), nn.BatchNorm2d(after))


class Residual(nn.Module):
    """Adds a convolution 3×3 to its input, then ReLU; shapes (batch, channels, height, width), all kept."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convolution = normalised(channels, channels, 3)

    def forward(self, images: Tensor) -> Tensor:
        """Return max(0, x + BN(conv(x)))."""
        return functional.relu(images + self.convolution(images))


class Separable(nn.Module):
    """A depthwise 3×3, then a pointwise convolution; its input is added where the widths are equal, then ReLU.

    Shapes: (batch, before, height, width) to (batch, after, height, width).
    """

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(before, before, 3, padding=1, groups=before, bias=False)
        self.pointwise = normalised(before, after, 1)
        self.adds = before == after

    def forward(self, images: Tensor) -> Tensor:
        """Return max(0, [x +] BN(pointwise(depthwise(x))))."""
        change = self.pointwise(self.depthwise(images))
        return functional.relu(images + change if self.adds else change)


class CapstoneNet(nn.Module):
    """Three stages at 28×28, 14×14 and 7×7, the mean over all places, and a linear layer; 6,878 parameters.

    Shapes: images (batch, 1, 28, 28), outputs (batch, 10), logits. In evaluation the network looks at every image nine
    times, as it is and moved by one pixel in every direction, and its logits are the means over the nine views.
    """

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            # Pooled before it is normalised: three quarters of the largest maps are then left out.
            *(nn.Conv2d(1, WIDTH, 3, padding=1, bias=False), nn.MaxPool2d(2), nn.BatchNorm2d(WIDTH), nn.ReLU()),
            *(normalised(WIDTH, WIDTH, 3), nn.ReLU(), Residual(WIDTH), nn.MaxPool2d(2)),
            *(Separable(WIDTH, TOP_WIDTH), Separable(TOP_WIDTH, TOP_WIDTH)),
            *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(TOP_WIDTH, CLASSES)),
        ).to(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits of the images as they are while training, else their means over the views."""
        if self.training:
            return self.logits(images)
        return torch.stack([self.logits(view) for view in moved(images)]).mean(dim=0)

    def logits(self, images: Tensor) -> Tensor:
        """Return the logits of the images as they are."""
        outputs: Tensor = self.layers(images.contiguous(memory_format=torch.channels_last))
        return outputs


def moved(images: Tensor) -> Iterator[Tensor]:
    """Yield the images (batch, 1, height, width) moved by −1, 0 and 1 pixels down and across: nine times the shape."""
    height, width = images.shape[2:]
    padded = functional.pad(images, (1, 1, 1, 1), mode="replicate")
    for down in range(3):
        for across in range(3):
            yield padded[:, :, down : down + height, across : across + width]


@dataclass(frozen=True)
class Recipe:
    """How the network is trained: cross-entropy, Muon for kernels and AdamW for the rest, on distorted images.

    Attributes:
        epochs: every image once in each.
        batch_size: images per step; those left over at the end of an epoch wait for the next one.
        kernel_rate: Muon's highest learning rate.
        rate: AdamW's highest learning rate.
        warm_up: share of the steps in which the learning rates rise from 0; then they fall to 0, in lines.
        degrees: images are turned by up to so many degrees either way,
        shear: sheared by up to this,
        zoom: stretched or shrunk in each direction by up to this share,
        shift: and moved by up to so many pixels in each direction; all evenly distributed.
    """

    epochs: int = 120
    batch_size: int = 128
    kernel_rate: float = 0.02
    rate: float = 0.005
    warm_up: float = 0.1
    degrees: float = 10.0
    shear: float = 0.15
    zoom: float = 0.1
    shift: float = 2.0

    def __str__(self) -> str:
        rates = f"Muon at {self.kernel_rate:g} for kernels, Adam at {self.rate:g} for the rest"
        course = f"up for {self.warm_up:.0%} of the steps, then down to 0, batches of {self.batch_size}, bfloat16"
        turned = f"turned by up to {self.degrees:g}°, sheared by {self.shear:g}, zoomed by {self.zoom:.0%}"
        return f"{rates}, {course}; {turned}, moved by {self.shift:g} pixels; {self.epochs} epochs, measured once"


class Muon(torch.optim.Optimizer):
    """Momentum whose step is made orthogonal: every direction in a kernel is learnt at the same speed.

    Source: K. Jordan, Muon: an optimizer for hidden layers in neural networks, 2024
    (https://kellerjordan.github.io/posts/muon/), with its momentum, its polynomial and its five steps.
    """

    MOMENTUM, POLYNOMIAL, STEPS = 0.95, (3.4445, -4.7750, 2.0315), 5

    def __init__(self, kernels: list[nn.Parameter], lr: float) -> None:
        super().__init__(kernels, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Move every kernel (out, in, height, width) by its learning rate along its orthogonal direction."""
        for group in self.param_groups:
            for kernel in group["params"]:
                momentum = self.state[kernel].setdefault("momentum", torch.zeros_like(kernel))
                momentum.lerp_(kernel.grad, 1 - self.MOMENTUM)
                direction = self._orthogonal(kernel.grad.lerp(momentum, self.MOMENTUM).flatten(1))
                scale = max(1.0, direction.shape[0] / direction.shape[1]) ** 0.5
                kernel.add_(direction.view_as(kernel), alpha=-group["lr"] * scale)

    def _orthogonal(self, matrix: Tensor) -> Tensor:
        """Return the matrix (rows, columns) with all singular values brought near 1."""
        tall = matrix.shape[0] > matrix.shape[1]
        wide: Tensor = (matrix.T if tall else matrix) / (matrix.norm() + 1e-9)
        first, third, fifth = self.POLYNOMIAL
        for _ in range(self.STEPS):
            square = wide @ wide.T
            wide = first * wide + (third * square + fifth * square @ square) @ wide
        return wide.T if tall else wide


def distort(images: Tensor, recipe: Recipe, generator: torch.Generator) -> Tensor:
    """Return each image (batch, 1, height, width) turned, sheared, zoomed and moved at random; pixels stay in range."""
    count = len(images)
    turn, shear, across, down, *moves = (torch.rand(6, count, generator=generator) * 2 - 1).unbind()
    angle, slant = turn * math.radians(recipe.degrees), shear * recipe.shear
    across, down = 1 + across * recipe.zoom, 1 + down * recipe.zoom
    cosine, sine = angle.cos(), angle.sin()
    # affine_grid measures in halves of a side.
    right, below = (move * recipe.shift * 2 / SIDE for move in moves)
    rows = (
        (cosine * across, (cosine * slant - sine) * down, right),
        (sine * across, (sine * slant + cosine) * down, below),
    )
    matrices = torch.stack([torch.stack(row, dim=1) for row in rows], dim=1).to(images.device)
    grid = functional.affine_grid(matrices, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def fit(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    recipe: Recipe,
    generator: torch.Generator,
    after_epoch: Callable[[], None] = lambda: None,
) -> list[float]:
    """Train the model and return the mean loss of every epoch, in nats per image, on the distorted images.

    Args:
        model: with logits (batch, 10) in training mode.
        images: (N, 1, 28, 28) float32, N at least a batch.
        labels: (N,) int64.
        recipe: the settings.
        generator: decides the order and the distortions; on the CPU.
        after_epoch: called after each.
    """
    kernels = [each for each in model.parameters() if each.ndim == 4 and each.shape[1] > 1]
    known = {id(each) for each in kernels}
    others = [each for each in model.parameters() if id(each) not in known]
    optimizers = [Muon(kernels, recipe.kernel_rate), torch.optim.Adam(others, recipe.rate, betas=(0.9, 0.99))]
    per_epoch = len(labels) // recipe.batch_size
    schedules = [
        torch.optim.lr_scheduler.LambdaLR(each, lambda step: pace(step, recipe.epochs * per_epoch, recipe.warm_up))
        for each in optimizers
    ]
    losses = []
    model.train()
    for _ in range(recipe.epochs):
        total = 0.0
        order = torch.randperm(len(labels), generator=generator)
        for chosen in torch.split(order, recipe.batch_size)[:per_epoch]:
            chosen = chosen.to(labels.device)
            loss = loss_of(model, distort(images[chosen], recipe, generator), labels[chosen])
            for optimizer in optimizers:
                optimizer.zero_grad()
            torch.autograd.backward(loss)
            for optimizer, schedule in zip(optimizers, schedules, strict=True):
                optimizer.step()
                schedule.step()
            total += loss.item()
        losses.append(total / per_epoch)
        after_epoch()
    return losses


def loss_of(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Return the cross-entropy; the network computes in bfloat16, which halves the time, the loss in float32."""
    with torch.autocast(images.device.type, torch.bfloat16):
        logits = model(images)
    return functional.cross_entropy(logits.float(), labels)


def pace(step: int, steps: int, warm_up: float) -> float:
    """Return the share of the highest learning rate at a step from 0: up in a line, then down to 0 at the end."""
    done = (step + 1) / (steps + 1)
    return min(done / warm_up, (1 - done) / (1 - warm_up))
