"""results.csv: one line for every training, appended as soon as it ends, so that a run can be stopped and continued.

Experiments that are counted in steps have more to record, and a file of their own: results_steps.csv.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from convnet_course.reproduction.experiment import LAST, Experiment, Figure
from convnet_course.reproduction.train import Outcome
from coursepack.errors import CoursepackError

NAME, STEPS_NAME = "results.csv", "results_steps.csv"
COLUMNS = (
    *("row", "seed", "settings", "training images", "device", "torch", "seconds"),
    *("training loss per epoch", "test accuracy per epoch (%)", "training accuracy (%)"),
)
LOCK = ".results.lock"
STEPS_COLUMNS = (
    *COLUMNS[:7],
    *("training losses", "test accuracies (%)", "training accuracy (%)"),
    *("test losses", "training accuracies (%)", "data"),
)
GOAL = 98.0
# Of ten classes: whoever always names the same one is right ten times in a hundred.
LEARNT = 20.0


@dataclass(frozen=True)
class TrainingRun:
    """One training as results.csv holds it; `settings` are the experiment's when it was trained."""

    experiment: str
    seed: int
    settings: str
    images: int
    device: str
    torch: str
    outcome: Outcome
    data: str = "MNIST"

    @property
    def in_steps(self) -> bool:
        """Whether it was counted in steps, not in epochs."""
        return bool(self.outcome.test_losses)

    @property
    def has_learnt(self) -> bool:
        """Whether it ends above 20 % of the test images; ReLUs that have died leave it at about 10 %."""
        return not self.outcome.accuracies or self.outcome.accuracies[-1] > LEARNT

    def cells(self) -> list[str]:
        """Return the cells of the CSV file, in the order of `COLUMNS` or `STEPS_COLUMNS`."""
        outcome = self.outcome
        series = [_join(outcome.losses, 4), _join(outcome.accuracies, 2), f"{outcome.training_accuracy:.2f}"]
        if self.in_steps:
            series += [_join(outcome.test_losses, 4), _join(outcome.training_accuracies, 2), self.data]
        start = [self.experiment, str(self.seed), self.settings, str(self.images), self.device, self.torch]
        return [*start, f"{outcome.seconds:.1f}", *series]

    @classmethod
    def parse(cls, cells: Sequence[str]) -> TrainingRun:
        """Return the line that these cells hold.

        Raises:
            ValueError: they are too few or too many, or hold no number where one belongs.
        """
        experiment, seed, settings, images, device, torch, seconds, losses, accuracies, training_accuracy, *more = cells
        outcome = Outcome(_split(losses), _split(accuracies), float(training_accuracy), float(seconds))
        run = cls(experiment, int(seed), settings, int(images), device, torch, outcome)
        if not more:
            return run
        test_losses, training_accuracies, data = more
        outcome = dataclasses.replace(
            outcome, test_losses=_split(test_losses), training_accuracies=_split(training_accuracies)
        )
        return dataclasses.replace(run, outcome=outcome, data=data)

    def value(self, figure: Figure) -> float | None:
        """Return what this training reached, or None if it never got there."""
        if figure.measure == "first epoch above 98 %":
            above = (number for number, each in enumerate(self.outcome.accuracies, start=1) if each > GOAL)
            return next(above, None)
        if figure.measure == "training accuracy":
            return self.outcome.training_accuracy
        if figure.measure == "peak test accuracy":
            return max(self.outcome.accuracies, default=None)
        series = {
            "test accuracy": self.outcome.accuracies,
            "training loss": self.outcome.losses,
            "test loss": self.outcome.test_losses,
        }
        values = series.get(figure.measure, ())
        if figure.epoch == LAST:
            return values[-1] if values else None
        return values[figure.epoch - 1] if figure.epoch <= len(values) else None


@contextlib.contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Wait until no other process writes the results in this folder, and keep the others waiting meanwhile.

    Several processes may train at the same time. Each reads the file and writes the page and the pictures as a whole,
    so that a page made from older lines never replaces one made from newer ones.
    """
    with FileLock(folder / LOCK):
        yield


def read_results(folder: Path) -> list[TrainingRun]:
    """Return all trainings that are recorded in a folder.

    Raises:
        CoursepackError: a file is not one that this command wrote, or a line is damaged.
    """
    return [run for name in (NAME, STEPS_NAME) for run in read_runs(folder / name)]


def append_result(folder: Path, run: TrainingRun) -> None:
    """Record a training in a folder."""
    append_run(folder / (STEPS_NAME if run.in_steps else NAME), run)


def read_runs(path: Path) -> list[TrainingRun]:
    """Return all lines of a results.csv or results_steps.csv; none if there is no such file.

    Raises:
        CoursepackError: the file is not one that this command wrote, or a line is damaged.
    """
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    columns = _columns(path)
    header, *experiments = csv.reader(text.splitlines()) if text else [list(columns)]
    if tuple(header) != columns:
        remedy = "move it away; the command then starts a new one"
        raise CoursepackError("its columns are not those of this command", where=str(path), remedy=remedy)
    runs = []
    for number, cells in enumerate(experiments, start=2):
        try:
            if len(cells) != len(columns):
                raise ValueError
            runs.append(TrainingRun.parse(cells))
        except ValueError as error:
            remedy = "delete the line: its training is then done again"
            raise CoursepackError("a damaged line", where=f"{path}, line {number}", remedy=remedy) from error
    return runs


def append_run(path: Path, run: TrainingRun) -> None:
    """Append a training, in one write so that a run that is stopped leaves no half line."""
    buffer = io.StringIO()
    new = not path.exists() or not path.stat().st_size
    csv.writer(buffer, lineterminator="\n").writerows(itertools.chain([_columns(path)] if new else [], [run.cells()]))
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(buffer.getvalue())


def _columns(path: Path) -> tuple[str, ...]:
    return STEPS_COLUMNS if path.name == STEPS_NAME else COLUMNS


def _join(values: Sequence[float], digits: int) -> str:
    return " ".join(f"{value:.{digits}f}" for value in values)


def _split(cell: str) -> tuple[float, ...]:
    return tuple(float(value) for value in cell.split())


def results_of(experiment: Experiment, runs: Sequence[TrainingRun]) -> list[TrainingRun]:
    """Return an experiment's trainings with its present settings, one for each seed (the first), by seed."""
    if not experiment.build:
        return []
    by_seed: dict[int, TrainingRun] = {}
    for run in runs:
        if (run.experiment, run.settings) == (experiment.name, experiment.settings):
            by_seed.setdefault(run.seed, run)
    return [by_seed[seed] for seed in sorted(by_seed)]
