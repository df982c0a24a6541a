"""The rows of docs/results.md: what the reference works report, and the settings that we train with.

The settings and figures are those of the course's specification, whose tables `Row.source` names.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from torch import nn

from coursepack.checks import references
from coursepack.errors import CoursepackError
from coursepack.reproduce import networks

Measure = Literal["test accuracy", "training accuracy", "training loss", "test loss", "first epoch above 98 %"]
LAST = 0


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
class Row:
    """One training that a reference work reports.

    Attributes:
        name: what it is called on the command line.
        assignment: the assignment it belongs to.
        source: the cell of the specification that the figures come from.
        figures: what was reported.
        build: makes the network, as the solution has it; None if the row cannot be run yet.
        stages: the learning rates, one after the other.
        optimizer: "SGD" (with momentum 0.9) or "Adam".
        batch_size: images per step.
        weight_decay: of the optimiser.
        note: what the reference leaves open and how we chose, or what stands in the way of running it.
    """

    name: str
    assignment: str
    source: str
    figures: tuple[Figure, ...]
    build: Callable[[], nn.Module] | None = None
    stages: tuple[Stage, ...] = ()
    optimizer: Literal["SGD", "Adam"] = "SGD"
    batch_size: int = 50
    weight_decay: float = 0.0
    note: str = ""

    @property
    def epochs(self) -> int:
        """Epochs of all stages together."""
        return sum(stage.epochs for stage in self.stages)

    @functools.cached_property
    def parameters(self) -> int:
        """Trainable parameters; 0 if the row cannot be run yet."""
        return sum(each.numel() for each in self.build().parameters()) if self.build else 0

    @property
    def settings(self) -> str:
        """Everything that a result depends on, beside the seed: a result with other settings is not this row's."""
        kind = "SGD with momentum 0.9" if self.optimizer == "SGD" else self.optimizer
        rates = ", ".join(f"{stage.learning_rate:g} ({_epochs(stage.epochs)})" for stage in self.stages)
        decay = f", weight decay {self.weight_decay:g}" if self.weight_decay else ""
        return f"{self.parameters:,} parameters; {kind}, learning rate {rates}, batches of {self.batch_size}{decay}"

    def quick(self) -> Row:
        """Return the row with a single epoch: a look at whether it runs, not a result."""
        return dataclasses.replace(self, stages=(Stage(1, self.stages[0].learning_rate),)) if self.stages else self


def _epochs(count: int) -> str:
    return "1 epoch" if count == 1 else f"{count} epochs"


def _accuracy(reference: float, epoch: int = LAST) -> Figure:
    return Figure("test accuracy", reference, epoch)


PS2, PS3, PS4, PS5, PS6 = "ps2_mnist_cnn", "ps3_backprop", "ps4_batchnorm", "ps5_conv_blocks", "ps6_cifar_convnet"
FIVE = (Stage(5, 0.001),)
TEN_OPEN = "The reference does not name its optimiser: we take SGD with momentum 0.9, as for SimpleFC."
DEEP_MLP_OPEN = (
    "The reference keeps dropout on while it evaluates, ours is off. Optimiser and batch are not reported: as SimpleFC."
)
WIDTHS_OPEN = (
    "Widths are not reported: those of the notebook. Nor is the epoch of the accuracy: the last of 50. The layers that "
    "normalise are PyTorch's; the notebook's own are held equal to them."
)
NEEDS_CIFAR = "Needs CIFAR-10, which this command does not train on yet."


def _deep_mlp(rate: float, reference: float) -> Row:
    return Row(
        name=f"DeepMLP-{rate:g}",
        assignment=PS2,
        source=f"{PS2}, `DeepMLP`, learning rate {rate:g}",
        figures=(_accuracy(reference, 5),),
        build=networks.deep_mlp,
        stages=(Stage(5, rate),),
        note=DEEP_MLP_OPEN,
    )


def _ablation(name: str, build: Callable[[bool], nn.Module], normalise: bool, reference: float, epoch: int) -> Row:
    return Row(
        name=f"ps4-{name}-BN" if normalise else f"ps4-{name}",
        assignment=PS4,
        source=f"{PS4}, {name}, {'with' if normalise else 'without'} BN",
        figures=(_accuracy(reference), Figure("first epoch above 98 %", epoch)),
        build=functools.partial(build, normalise),
        stages=(Stage(50, 0.01),),
        batch_size=100,
        note=WIDTHS_OPEN,
    )


def _blocks(name: str, build: Callable[[], nn.Module], accuracy: float, first_loss: float, last_loss: float) -> Row:
    return Row(
        name=name,
        assignment=PS5,
        source=f"{PS5}, `{name}`",
        figures=(
            _accuracy(accuracy, 5),
            Figure("training loss", first_loss, 1),
            Figure("training loss", last_loss, 5),
        ),
        build=build,
        stages=(Stage(5, 0.01),),
        optimizer="Adam",
        batch_size=64,
    )


ROWS: tuple[Row, ...] = (
    Row("SimpleFC", PS2, f"{PS2}, `SimpleFC`", (_accuracy(92.10, 5),), references.simple_fc, FIVE),
    Row("SimpleCNN", PS2, f"{PS2}, `SimpleCNN`", (_accuracy(98.28, 5),), references.simple_cnn, FIVE),
    Row(
        name="DropoutCNN",
        assignment=PS2,
        source=f"{PS2}, `DropoutCNN`",
        figures=(_accuracy(97.70, 5), _accuracy(98.53, 10), _accuracy(98.54, 15)),
        build=networks.dropout_cnn,
        stages=(Stage(5, 1e-3), Stage(5, 1e-4), Stage(5, 1e-5)),
        note="The dropout probability is not reported: 0.5.",
    ),
    Row(
        name="DeepCNN",
        assignment=PS2,
        source=f"{PS2}, `DeepCNN`",
        figures=(_accuracy(99.02, 2), _accuracy(99.32, 4)),
        build=networks.deep_cnn,
        stages=(Stage(2, 0.01), Stage(2, 0.001)),
        note="Batch size and dropout probability are not reported: 50 and 0.5.",
    ),
    Row(
        name="MLP",
        assignment=PS2,
        source=f"{PS2}, `MLP`",
        figures=(_accuracy(91.77, 10), Figure("training accuracy", 91.60)),
        build=networks.mlp,
        stages=(Stage(10, 0.001),),
        batch_size=100,
        weight_decay=0.005,
        note=TEN_OPEN,
    ),
    Row(
        name="TwoConvNet",
        assignment=PS2,
        source=f"{PS2}, `TwoConvNet`",
        figures=(_accuracy(97.32, 10), Figure("training accuracy", 97.16)),
        build=networks.two_conv_net,
        stages=(Stage(10, 0.001),),
        batch_size=100,
        weight_decay=0.005,
        note=TEN_OPEN,
    ),
    _deep_mlp(0.01, 97.86),
    _deep_mlp(0.001, 95.97),
    _deep_mlp(0.0001, 89.53),
    Row(
        name="ps3-MLP",
        assignment=PS3,
        source=f"{PS3}, NumPy MLP and its PyTorch twin",
        figures=(Figure("test accuracy", 46, about=True), Figure("test loss", 1.6, about=True)),
        note=f"One hidden layer of 100, SGD at learning rate 0.002, batches of 200, 1500 steps. {NEEDS_CIFAR}",
    ),
    Row(
        name="ps3-DeepMLP",
        assignment=PS3,
        source=f"{PS3}, deep PyTorch MLP (the reference is its peak)",
        figures=(Figure("test accuracy", 54),),
        note="Hidden layers of 900, 500, 350, 150 and 50, Adam at learning rate 0.002, negative slope 0.02, batches of "
        f"200, 50,000 steps. {NEEDS_CIFAR}",
    ),
    _ablation("CNN", networks.ablation_cnn, True, 98.51, 9),
    _ablation("CNN", networks.ablation_cnn, False, 98.46, 10),
    _ablation("MLP", networks.ablation_mlp, True, 98.30, 3),
    _ablation("MLP", networks.ablation_mlp, False, 98.27, 5),
    _blocks("MultiLayerPerceptron", references.multi_layer_perceptron, 95.38, 0.28, 0.16),
    _blocks("ConvMaxPoolNetwork", references.conv_max_pool, 97.03, 0.24, 0.11),
    _blocks("ConvBatchNormNetwork", references.conv_batch_norm, 98.66, 0.17, 0.03),
    Row(
        name="ConvNet",
        assignment=PS6,
        source=f"{PS6}, `ConvNet`",
        figures=(Figure("test accuracy", 76, about=True), Figure("test loss", 0.75, about=True)),
        note=f"Adam at learning rate 0.0001, batches of 32, 5,000 steps. {NEEDS_CIFAR}",
    ),
)


def select_rows(names: Sequence[str], rows: Sequence[Row] = ROWS) -> list[Row]:
    """Return the rows that are named, by themselves or by their assignment; all that can be run if there is no name.

    Raises:
        CoursepackError: a name is unknown, or its row cannot be run yet.
    """
    able = [row for row in rows if row.build]
    if not names:
        return able
    chosen: list[Row] = []
    for name in names:
        found = [row for row in rows if name in (row.name, row.assignment)]
        if not found:
            known = ", ".join(row.name for row in able)
            raise CoursepackError(f"there is no row “{name}”", remedy=f"use an assignment's name, or of these: {known}")
        runnable = [row for row in found if row.build]
        if not runnable:
            raise CoursepackError(f"{name} cannot be run yet: {found[0].note}")
        chosen += [row for row in runnable if row not in chosen]
    return chosen
