"""The pictures of results.md: losses and accuracies, epoch by epoch or every so many steps, from the recorded lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from convnet_course.reproduction.experiment import Experiment
from convnet_course.reproduction.experiments import PS2, PS3, PS4, PS5, PS6
from convnet_course.reproduction.results_file import TrainingRun, results_of
from convnet_course.reproduction.train import Outcome

# Okabe and Ito's colours, told apart with any kind of colour vision; the markers do without colour.
Look = tuple[str, str]
LOOKS: tuple[Look, ...] = (
    ("#0072B2", "o"),
    ("#D55E00", "s"),
    ("#009E73", "^"),
    ("#CC79A7", "D"),
    ("#E69F00", "v"),
    ("#000000", "x"),
)
AXES = "training loss (left, logarithmic) and test accuracy (right) of every epoch; a line for each seed that learnt"
STEP_AXES = "loss (left) and accuracy (right) on training images (broken) and test images (whole); lines for each seed"


@dataclass(frozen=True)
class Plot:
    """A picture: the experiments that it compares.

    Attributes:
        name: its file.
        assignment: the section of the page that shows it.
        experiments: names of the experiments; those without results are left out.
        title: what it compares.
        in_steps: whether its experiments are counted in steps, not in epochs.
    """

    name: str
    assignment: str
    experiments: tuple[str, ...]
    title: str
    in_steps: bool = False

    @property
    def caption(self) -> str:
        """The caption, which is also the alternative text."""
        return f"{self.title}: {STEP_AXES if self.in_steps else AXES}."


PLOTS = (
    Plot(
        "results_mnist_cnn.png",
        PS2,
        ("SimpleFC", "SimpleCNN", "DropoutCNN", "DeepCNN", "MLP", "TwoConvNet"),
        "From a linear network to a deep one",
    ),
    Plot("results_learning_rates.png", PS2, ("DeepMLP-0.01", "DeepMLP-0.001", "DeepMLP-0.0001"), "Learning rates"),
    Plot("results_backprop.png", PS3, ("ps3-MLP",), "One hidden layer of 100, on CIFAR-10", in_steps=True),
    Plot("results_backprop_deep.png", PS3, ("ps3-DeepMLP",), "Five hidden layers, on CIFAR-10", in_steps=True),
    Plot(
        "results_batchnorm.png",
        PS4,
        ("ps4-CNN-BN", "ps4-CNN", "ps4-MLP-BN", "ps4-MLP"),
        "With and without batch normalisation",
    ),
    Plot(
        "results_conv_blocks.png",
        PS5,
        ("MultiLayerPerceptron", "ConvMaxPoolNetwork", "ConvBatchNormNetwork"),
        "Three networks of about 80,000 parameters",
    ),
    Plot("results_cifar_convnet.png", PS6, ("ConvNet",), "Eight convolutions, on CIFAR-10", in_steps=True),
)


def plots_with_results(experiments: Sequence[Experiment], runs: Sequence[TrainingRun]) -> list[Plot]:
    """Return the pictures of which at least one experiment was trained."""
    trained = {experiment.name for experiment in experiments if results_of(experiment, runs)}
    return [plot for plot in PLOTS if trained & set(plot.experiments)]


def draw_plots(experiments: Sequence[Experiment], runs: Sequence[TrainingRun], folder: Path) -> None:
    """Write the pictures of which at least one experiment was trained."""
    by_name = {experiment.name: experiment for experiment in experiments}
    for plot in plots_with_results(experiments, runs):
        drawing = Drawing(figsize=(10, 3.8), layout="constrained")
        left, right = drawing.subplots(1, 2)
        for name, look in zip(plot.experiments, LOOKS, strict=False):
            if name in by_name:
                draw = _draw_steps if plot.in_steps else _draw_epochs
                learnt = [run.outcome for run in results_of(by_name[name], runs) if run.has_learnt]
                draw(left, right, by_name[name], learnt, look)
        for axes in (left, right):
            axes.grid(alpha=0.3, which="both")
        # Above both, for anywhere between the lines it would lie on some.
        drawing.legend(*right.get_legend_handles_labels(), fontsize=9, ncols=3, loc="outside upper center")
        drawing.savefig(folder / plot.name, dpi=80, metadata={"Software": None})


def _draw_epochs(left: Axes, right: Axes, experiment: Experiment, outcomes: Sequence[Outcome], look: Look) -> None:
    """Draw training losses and test accuracies of an experiment, a line for each outcome."""
    left.set(xlabel="epoch", ylabel="training loss (nats per image)", yscale="log")
    right.set(xlabel="epoch", ylabel="test accuracy (%)")
    for axes in (left, right):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _draw_series(left, [each.losses for each in outcomes], look, label=experiment.name)
    _draw_series(right, [each.accuracies for each in outcomes], look, label=experiment.name)


def _draw_steps(left: Axes, right: Axes, experiment: Experiment, outcomes: Sequence[Outcome], look: Look) -> None:
    """Draw losses and accuracies of an experiment on both sets, a line for each outcome."""
    assert experiment.steps is not None, experiment.name
    left.set(xlabel="step", ylabel="loss (nats per image)")
    right.set(xlabel="step", ylabel="accuracy (%)")
    every = experiment.steps.every
    train, test = f"{experiment.name}, training images", f"{experiment.name}, test images"
    broken = LOOKS[1]
    _draw_series(left, [each.losses for each in outcomes], broken, every, label=train, linestyle="--")
    _draw_series(left, [each.test_losses for each in outcomes], look, every, label=test)
    _draw_series(right, [each.training_accuracies for each in outcomes], broken, every, label=train, linestyle="--")
    _draw_series(right, [each.accuracies for each in outcomes], look, every, label=test)


def _draw_series(
    axes: Axes, runs: Sequence[Sequence[float]], look: Look, every: int = 1, *, label: str, linestyle: str = "-"
) -> None:
    colour, marker = look
    for place, values in enumerate(runs):
        times = [every * number for number in range(1, len(values) + 1)]
        (line,) = axes.plot(times, values, linestyle, color=colour, linewidth=1)
        # One line with markers names the others: twenty times as many would hide them.
        if place == 0:
            line.set(marker=marker, markersize=5, markevery=max(1, len(values) // 10), label=label)
