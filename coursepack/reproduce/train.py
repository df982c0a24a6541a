"""Train one row with one seed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from coursepack.course import Course
from coursepack.data import find_mnist, load_split, mini_root
from coursepack.errors import CoursepackError
from coursepack.reproduce.rows import Row

MEAN, STD = 0.1307, 0.3081
EVALUATION_BATCH = 1000


@dataclass(frozen=True)
class Split:
    """Normalised images (N, 1, 28, 28) float32 and labels (N,) int64, on the device."""

    images: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Mnist:
    """Both parts of MNIST."""

    train: Split
    test: Split


@dataclass(frozen=True)
class Outcome:
    """What one training gave.

    Attributes:
        losses: mean training loss during each epoch, in nats per image.
        accuracies: test accuracy after each epoch, in percent.
        training_accuracy: on all training images after the last epoch, in percent.
        seconds: wall-clock time, evaluation included.
    """

    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    training_accuracy: float
    seconds: float


def data_root(course: Course, quick: bool) -> Path:
    """Return the torchvision root of the full MNIST, or of the mini set for a quick look.

    Raises:
        CoursepackError: the full MNIST is not there.
    """
    if quick:
        return mini_root(course)
    found = find_mnist(course)
    if not found.full:
        raise CoursepackError(
            f"the reference figures are for the full MNIST, and here is only a part of it, from {found.origin}",
            where=str(found.root),
            remedy="run `coursepack data --fetch`, let $COURSE_DATA name a folder with the full set, or use --quick",
        )
    return found.root


def load_mnist(root: Path, device: torch.device) -> Mnist:
    """Return MNIST below a torchvision root, normalised."""
    splits = []
    for name in ("train", "test"):
        pixels, labels = load_split(root, name)
        images = (torch.from_numpy(np.array(pixels)).float().unsqueeze(1) / 255 - MEAN) / STD
        splits.append(Split(images.to(device), torch.from_numpy(np.array(labels)).long().to(device)))
    return Mnist(*splits)


def find_device(name: str | None) -> torch.device:
    """Return the device of that name; by default a GPU if there is one, else the CPU.

    Raises:
        CoursepackError: there is no such device.
    """
    try:
        device = torch.device(name or ("cuda" if torch.cuda.is_available() else "cpu"))
        torch.zeros(1, device=device).add_(1)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        remedy = "use --device cpu, or leave the option out"
        raise CoursepackError(f"PyTorch cannot use the device “{name}”", remedy=remedy) from error
    return device


def describe_device(device: torch.device) -> str:
    """Return the device for people: a GPU's model, or the CPU with its number of threads."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    threads = torch.get_num_threads()
    return f"{device.type}, {threads} thread{'s' if threads > 1 else ''}"


def train(row: Row, seed: int, data: Mnist, after_epoch: Callable[[], None] = lambda: None) -> Outcome:
    """Train a row's network from scratch.

    Args:
        row: what to train, and how; it must have a network.
        seed: for the first weights, dropout, and (a generator of its own) the order of the images.
        data: MNIST on the device to train on.
        after_epoch: called after each epoch.
    """
    assert row.build is not None, row.name
    started = time.perf_counter()
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    model = row.build().to(data.train.images.device)
    optimizer = _optimizer(row, model)
    losses, accuracies = [], []
    for stage in row.stages:
        for group in optimizer.param_groups:
            group["lr"] = stage.learning_rate
        for _ in range(stage.epochs):
            losses.append(_train_epoch(model, data.train, optimizer, row.batch_size, order))
            accuracies.append(accuracy(model, data.test))
            after_epoch()
    training_accuracy = accuracy(model, data.train)
    return Outcome(tuple(losses), tuple(accuracies), training_accuracy, time.perf_counter() - started)


def _optimizer(row: Row, model: nn.Module) -> torch.optim.Optimizer:
    rate, decay = row.stages[0].learning_rate, row.weight_decay
    if row.optimizer == "Adam":
        return torch.optim.Adam(model.parameters(), lr=rate, weight_decay=decay)
    return torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=decay)


def _train_epoch(
    model: nn.Module, split: Split, optimizer: torch.optim.Optimizer, batch_size: int, order: torch.Generator
) -> float:
    """Train for one epoch and return the mean loss per image during it."""
    model.train()
    total = torch.zeros((), device=split.images.device)
    shuffled = torch.randperm(len(split.labels), generator=order).to(split.images.device)
    for chosen in torch.split(shuffled, batch_size):
        loss = functional.cross_entropy(model(split.images[chosen]), split.labels[chosen])
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        total += loss.detach() * len(chosen)
    return total.item() / len(split.labels)


@torch.no_grad()
def accuracy(model: nn.Module, split: Split) -> float:
    """Return the percentage of images that the model, in eval mode, assigns to their class."""
    model.eval()
    batches = zip(*(torch.split(part, EVALUATION_BATCH) for part in (split.images, split.labels)), strict=True)
    right = sum(int((model(images).argmax(dim=1) == labels).sum()) for images, labels in batches)
    return 100 * right / len(split.labels)
