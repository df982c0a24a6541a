"""The pictures of results.md: training loss and test accuracy, epoch by epoch, from results.csv alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from coursepack.reproduce.record import Line, results_of
from coursepack.reproduce.rows import PS2, PS4, PS5, Row

# Okabe and Ito's colours, told apart with any kind of colour vision; the markers do without colour.
LOOKS = (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#E69F00", "v"), ("#000000", "x"))
AXES = "training loss (left, logarithmic) and test accuracy (right) of every epoch; a line for each seed"


@dataclass(frozen=True)
class Plot:
    """A picture: the rows that it compares.

    Attributes:
        name: its file.
        assignment: the section of the page that shows it.
        rows: names of the rows; those without results are left out.
        title: what it compares.
    """

    name: str
    assignment: str
    rows: tuple[str, ...]
    title: str

    @property
    def caption(self) -> str:
        """The caption, which is also the alternative text."""
        return f"{self.title}: {AXES}."


PLOTS = (
    Plot(
        "results_mnist_cnn.png",
        PS2,
        ("SimpleFC", "SimpleCNN", "DropoutCNN", "DeepCNN", "MLP", "TwoConvNet"),
        "From a linear network to a deep one",
    ),
    Plot("results_learning_rates.png", PS2, ("DeepMLP-0.01", "DeepMLP-0.001", "DeepMLP-0.0001"), "Learning rates"),
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
)


def plots_with_results(rows: Sequence[Row], lines: Sequence[Line]) -> list[Plot]:
    """Return the pictures of which at least one row was trained."""
    trained = {row.name for row in rows if results_of(row, lines)}
    return [plot for plot in PLOTS if trained & set(plot.rows)]


def draw_plots(rows: Sequence[Row], lines: Sequence[Line], folder: Path) -> None:
    """Write the pictures of which at least one row was trained."""
    by_name = {row.name: row for row in rows}
    for plot in plots_with_results(rows, lines):
        drawing = Drawing(figsize=(10, 3.8), layout="constrained")
        left, right = drawing.subplots(1, 2)
        for name, look in zip(plot.rows, LOOKS, strict=False):
            results = results_of(by_name[name], lines) if name in by_name else []
            _draw_series(left, [line.outcome.losses for line in results], name, look)
            _draw_series(right, [line.outcome.accuracies for line in results], name, look)
        left.set(xlabel="epoch", ylabel="training loss (nats per image)", yscale="log")
        right.set(xlabel="epoch", ylabel="test accuracy (%)")
        for axes in (left, right):
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(alpha=0.3, which="both")
        right.legend(fontsize=9)
        drawing.savefig(folder / plot.name, dpi=80, metadata={"Software": None})


def _draw_series(axes: Axes, runs: Sequence[Sequence[float]], name: str, look: tuple[str, str]) -> None:
    colour, marker = look
    for place, values in enumerate(runs):
        epochs = range(1, len(values) + 1)
        every = max(1, len(values) // 10)
        label = name if place == 0 else None
        axes.plot(epochs, values, color=colour, marker=marker, markevery=every, linewidth=1, markersize=4, label=label)
