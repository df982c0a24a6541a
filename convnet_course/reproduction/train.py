"""Train one experiment with one seed."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from convnet_course.datasets.mnist import MEAN, STD, find_mnist, load_split, mini_root
from convnet_course.reproduction import capstone
from convnet_course.reproduction.experiment import MOMENTUM, Experiment
from convnet_course.reproduction.images import Data, Split
from coursepack.course import Course
from coursepack.errors import CoursepackError

EVALUATION_BATCH = 200
# Training images that the capstone is measured on: each is looked at nine times.
CAPSTONE_PART = 10_000


@dataclass(frozen=True)
class Outcome:
    """What one training gave.

    Attributes:
        losses: mean training loss during each epoch, in nats per image; of an experiment that is counted in steps, the
            loss on the training part at each measuring.
        accuracies: test accuracy after each epoch or at each measuring, in percent.
        training_accuracy: on all training images (the part) at the end, in percent.
        seconds: wall-clock time, evaluation included.
        test_losses: at each measuring, in nats per image; of an experiment that is counted in steps.
        training_accuracies: at each measuring, in percent; likewise.
    """

    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    training_accuracy: float
    seconds: float
    test_losses: tuple[float, ...] = ()
    training_accuracies: tuple[float, ...] = ()


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
            remedy="run `python -m convnet_course data --fetch`, let $COURSE_DATA name its folder, or use --quick",
        )
    return found.root


def load_mnist(root: Path, device: torch.device) -> Data:
    """Return MNIST below a torchvision root, normalised."""
    splits = []
    for name in ("train", "test"):
        pixels, labels = load_split(root, name)
        images = (torch.from_numpy(np.array(pixels)).float().unsqueeze(1) / 255 - MEAN) / STD
        splits.append(Split(images.to(device), torch.from_numpy(np.array(labels)).long().to(device)))
    return Data("MNIST", *splits)


def find_device(name: str | None) -> torch.device:
    """Return the device of that name; by default a GPU if there is one, else the CPU.

    A GPU's convolutions then keep all bits of float32, as on a CPU; by default PyTorch rounds their inputs (TF32).

    Raises:
        CoursepackError: there is no such device.
    """
    try:
        device = torch.device(name or ("cuda" if torch.cuda.is_available() else "cpu"))
        torch.zeros(1, device=device).add_(1)
        torch.backends.cudnn.allow_tf32 = False
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


def train(experiment: Experiment, seed: int, data: Data, after_measuring: Callable[[], None] = lambda: None) -> Outcome:
    """Train an experiment's network from scratch.

    Args:
        experiment: what to train, and how; it must have a network.
        seed: for the first weights, dropout, and (a generator of its own) the order of the images.
        data: the experiment's data set on the device to train on.
        after_measuring: called after each epoch, or every so many steps.
    """
    assert experiment.build is not None, experiment.name
    started = time.perf_counter()
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    # On a CPU, convolutions of channels that lie side by side take a sixth less time.
    layout = torch.channels_last if experiment.dataset == "cifar10" else torch.preserve_format
    model = experiment.build().to(data.train.images.device).to(memory_format=layout)
    if experiment.recipe:
        losses = capstone.fit(model, data.train.images, data.train.labels, experiment.recipe, order, after_measuring)
        test = accuracy(model, data.test)
        part = accuracy(model, data.train.part(min(CAPSTONE_PART, len(data.train.labels))))
        return Outcome(tuple(losses), (test,), part, time.perf_counter() - started)
    optimizer = _optimizer(experiment, model)
    run = _train_steps if experiment.steps else _train_epochs
    outcome = run(experiment, data.scaled(experiment.scale), model, optimizer, order, after_measuring)
    return dataclasses.replace(outcome, seconds=time.perf_counter() - started)


def _optimizer(experiment: Experiment, model: nn.Module) -> torch.optim.Optimizer:
    rate, decay = experiment.learning_rate, experiment.weight_decay
    if experiment.optimizer == "Adam":
        return torch.optim.Adam(model.parameters(), lr=rate, weight_decay=decay)
    momentum = MOMENTUM if experiment.optimizer == "SGD" else 0.0
    return torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum, weight_decay=decay)


def _train_epochs(
    experiment: Experiment,
    data: Data,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    order: torch.Generator,
    after_measuring: Callable[[], None],
) -> Outcome:
    losses, accuracies = [], []
    for stage in experiment.stages:
        for group in optimizer.param_groups:
            group["lr"] = stage.learning_rate
        for _ in range(stage.epochs):
            losses.append(_train_epoch(model, data.train, optimizer, experiment.batch_size, order))
            accuracies.append(accuracy(model, data.test))
            after_measuring()
    return Outcome(tuple(losses), tuple(accuracies), accuracy(model, data.train), 0.0)


def _train_epoch(
    model: nn.Module, split: Split, optimizer: torch.optim.Optimizer, batch_size: int, order: torch.Generator
) -> float:
    """Train for one epoch and return the mean loss per image during it."""
    model.train()
    total = torch.zeros((), device=split.images.device)
    shuffled = torch.randperm(len(split.labels), generator=order).to(split.images.device)
    for chosen in torch.split(shuffled, batch_size):
        total += _step(model, split, optimizer, chosen) * len(chosen)
    return total.item() / len(split.labels)


def _train_steps(
    experiment: Experiment,
    data: Data,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    order: torch.Generator,
    after_measuring: Callable[[], None],
) -> Outcome:
    assert experiment.steps is not None, experiment.name
    chosen = batches(len(data.train.labels), experiment.batch_size, order)
    measured = []
    for number in range(1, experiment.steps.count + 1):
        model.train()
        _step(model, data.train, optimizer, next(chosen).to(data.train.images.device))
        if number % experiment.steps.every == 0:
            parts = data.train.part(experiment.steps.part), data.test
            measured.append([value for split in parts for value in measure(model, split)])
            after_measuring()
    losses, training_accuracies, test_losses, accuracies = (tuple(series) for series in zip(*measured, strict=True))
    return Outcome(losses, accuracies, training_accuracies[-1], 0.0, test_losses, training_accuracies)


def batches(images: int, size: int, order: torch.Generator) -> Iterator[Tensor]:
    """Yield the places of batch after batch without end; the images are shuffled anew when too few are left."""
    left = torch.empty(0, dtype=torch.int64)
    while True:
        if len(left) < size:
            left = torch.randperm(images, generator=order)
        yield left[:size]
        left = left[size:]


def _step(model: nn.Module, split: Split, optimizer: torch.optim.Optimizer, chosen: Tensor) -> Tensor:
    """Take one step of the optimiser and return the loss before it."""
    images, labels = split.batch(chosen)
    loss = functional.cross_entropy(model(images), labels)
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    optimizer.step()
    return loss.detach()


def accuracy(model: nn.Module, split: Split) -> float:
    """Return the percentage of images that the model, in eval mode, assigns to their class."""
    return measure(model, split)[1]


@torch.no_grad()
def measure(model: nn.Module, split: Split) -> tuple[float, float]:
    """Return the mean loss in nats per image, and the accuracy in percent, of the model in eval mode."""
    model.eval()
    count, loss, right = len(split.labels), 0.0, 0
    for start in range(0, count, EVALUATION_BATCH):
        images, labels = split.batch(slice(start, start + EVALUATION_BATCH))
        logits = model(images)
        loss += functional.cross_entropy(logits, labels, reduction="sum").item()
        right += int((logits.argmax(dim=1) == labels).sum())
    return loss / count, 100 * right / count
