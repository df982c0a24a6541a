"""What an experiment of docs/results.md is: figures that were reported, and the settings that we train with."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from torch import nn

from convnet_course.reproduction.capstone import Recipe

Measure = Literal[
    "test accuracy",
    "peak test accuracy",
    "training accuracy",
    "training loss",
    "test loss",
    "first epoch above 98 %",
]
Dataset = Literal["mnist", "cifar10"]
LAST = 0
MOMENTUM = 0.9


@dataclass(frozen=True)
class Figure:
    """One figure that a reference work reports.

    Attributes:
        measure: what is measured; accuracies in percent, losses in nats per image.
        reference: the figure.
        epoch: after (a loss: during) which epoch, from 1; `LAST` for the last one.
        about: whether the reference gives it as "about".
    """

    measure: Measure
    reference: float
    epoch: int = LAST
    about: bool = False

    @property
    def more_is_better(self) -> bool:
        """Whether a higher value is better."""
        return self.measure.endswith("accuracy")

    def __str__(self) -> str:
        return f"{self.measure}, epoch {self.epoch}" if self.epoch else self.measure


@dataclass(frozen=True)
class Stage:
    """Some epochs at one learning rate."""

    epochs: int
    learning_rate: float


@dataclass(frozen=True)
class Steps:
    """A training that is counted in steps of the optimiser, not in epochs.

    Attributes:
        count: how many; a whole number of `every`.
        learning_rate: the same throughout.
        every: after so many steps the network is measured: on all test images, and
        part: on so many training images.
    """

    count: int
    learning_rate: float
    every: int
    part: int

    def __str__(self) -> str:
        return f"{self.count:,} steps"


@dataclass(frozen=True)
class Experiment:
    """One training that a reference work reports.

    Attributes:
        name: what it is called on the command line.
        assignment: the assignment it belongs to.
        source: the part of a reference work (docs/references.md) that the figures come from.
        figures: what was reported.
        build: makes the network, as the solution has it; None if the experiment cannot be run yet.
        stages: the learning rates, one after the other.
        steps: in place of stages, for a training that is counted in steps.
        recipe: in place of everything below but the note: how the capstone is trained.
        optimizer: "SGD" (with momentum 0.9), "plain SGD" (without) or "Adam".
        batch_size: images per step.
        weight_decay: of the optimiser.
        dataset: what it is trained on.
        scale: pixels, from 0 to 255 and less the mean colour, are divided by it; of CIFAR-10 only.
        note: what the reference leaves open and how we chose, or what stands in the way of running it.
    """

    name: str
    assignment: str
    source: str
    figures: tuple[Figure, ...]
    build: Callable[[], nn.Module] | None = None
    stages: tuple[Stage, ...] = ()
    steps: Steps | None = None
    recipe: Recipe | None = None
    optimizer: Literal["SGD", "plain SGD", "Adam"] = "SGD"
    batch_size: int = 50
    weight_decay: float = 0.0
    dataset: Dataset = "mnist"
    scale: float = 1.0
    note: str = ""

    @property
    def epochs(self) -> int:
        """Epochs of all stages together."""
        if self.recipe:
            return self.recipe.epochs
        return sum(stage.epochs for stage in self.stages)

    @property
    def measurings(self) -> int:
        """How often the network is measured: after every epoch, or after every so many steps."""
        return self.steps.count // self.steps.every if self.steps else self.epochs

    @property
    def length(self) -> str:
        """How long it is trained, for people."""
        return str(self.steps) if self.steps else _epochs(self.epochs)

    @property
    def learning_rate(self) -> float:
        """The first learning rate."""
        return self.steps.learning_rate if self.steps else self.stages[0].learning_rate

    @functools.cached_property
    def parameters(self) -> int:
        """Trainable parameters; 0 if the experiment cannot be run yet."""
        return sum(each.numel() for each in self.build().parameters()) if self.build else 0

    @property
    def settings(self) -> str:
        """Everything that a result depends on beside the seed: other settings make another experiment."""
        if self.recipe:
            return f"{self.parameters:,} parameters; {self.recipe}"
        kind = f"SGD with momentum {MOMENTUM}" if self.optimizer == "SGD" else self.optimizer
        rates = ", ".join(f"{stage.learning_rate:g} ({_epochs(stage.epochs)})" for stage in self.stages)
        decay = f", weight decay {self.weight_decay:g}" if self.weight_decay else ""
        rates = f"{self.steps.learning_rate:g} ({self.steps})" if self.steps else rates
        start = f"{self.parameters:,} parameters; {kind}, learning rate {rates}, batches of {self.batch_size}{decay}"
        return start + (self._measuring(self.steps) if self.steps else "")

    def _measuring(self, steps: Steps) -> str:
        divided = "" if self.scale == 1 else f", divided by {self.scale:g}"
        measured = f"measured every {steps.every:,} steps on all test and {steps.part:,} training images"
        return f"; pixels 0 to 255 less the mean colour{divided}; {measured}"

    def quick(self) -> Experiment:
        """Return the experiment with a single epoch, or a few steps: a look at whether it runs, not a result."""
        if self.recipe:
            return dataclasses.replace(self, recipe=dataclasses.replace(self.recipe, epochs=1))
        if self.steps:
            return dataclasses.replace(self, steps=dataclasses.replace(self.steps, count=6, every=3, part=200))
        return dataclasses.replace(self, stages=(Stage(1, self.stages[0].learning_rate),)) if self.stages else self


def _epochs(count: int) -> str:
    return "1 epoch" if count == 1 else f"{count} epochs"
