"""Where quoted numbers come from: outputs of worked notebooks, records of trainings, what reference works report."""

from __future__ import annotations

import csv
import functools
import math
import re
from collections.abc import Callable

from visible_cells import COURSE, solved

from convnet_course.reproduction.experiment import Experiment
from convnet_course.reproduction.experiments import select_experiments
from convnet_course.reproduction.results_file import TrainingRun, read_results, results_of
from quoted_numbers.quote import Find, Shown, as_number

Combine = Callable[..., float]


def the_only(number: float) -> float:
    """Return the number itself: a find of one number needs no more."""
    return number


def printed(cell: str, pattern: str, how: Combine = the_only) -> Find:
    """Return a find: the groups of a pattern that stands exactly once in what a cell printed, put together by `how`."""

    def find(shown: Shown) -> float:
        text = shown(cell)
        found = list(re.finditer(pattern, text))
        assert len(found) == 1, f"{pattern!r} stands {len(found)} times in what cell “{cell}” printed:\n{text}"
        return how(*map(as_number, found[0].groups()))

    return find


def combined(how: Combine, *finds: Find) -> Find:
    """Return a find that puts others together by `how`."""
    return lambda shown: how(*(find(shown) for find in finds))


def computed(how: Combine) -> Find:
    """Return a find of a number that a formula, a setting or a network of the course decides."""
    return lambda shown: how()


def written(assignment: str, cell: str, pattern: str) -> Find:
    """Return a find: the group of a pattern that stands once in the code of a cell, a setting."""
    return lambda shown: printed(cell, pattern)(lambda cell: solved(assignment)[cell].source)


def experiment_named(name: str) -> Experiment:
    """Return an experiment of docs/results.md."""
    (found,) = select_experiments([name])
    return found


def parameters(name: str) -> Find:
    """Return a find: how many parameters the network of an experiment has."""
    return computed(lambda: experiment_named(name).parameters)


def reported(name: str, figure: int = 0) -> Find:
    """Return a find: a figure that a reference work reports, as docs/results.md has it."""
    return computed(lambda: experiment_named(name).figures[figure].reference)


@functools.cache
def all_runs() -> list[TrainingRun]:
    """Return all recorded trainings (docs/results.csv, results_steps.csv)."""
    return read_results(COURSE.root / "docs")


def runs_of(name: str) -> list[TrainingRun]:
    """Return the recorded trainings of an experiment, one for each seed."""
    return results_of(experiment_named(name), all_runs())


def last(run: TrainingRun) -> float:
    """Return a training's last test accuracy, in percent."""
    return run.outcome.accuracies[-1]


def recorded(name: str, how: Callable[[TrainingRun], float]) -> Find:
    """Return a find: something of the recorded training of an experiment from seed 0."""

    def value() -> float:
        (run,) = (run for run in runs_of(name) if run.seed == 0)
        return how(run)

    return computed(value)


def over_all_seeds(name: str, how: Callable[[list[float]], float], of: Callable[[TrainingRun], float]) -> Find:
    """Return a find: something of a value that each training of an experiment has which learnt."""
    return computed(lambda: how([of(run) for run in runs_of(name) if run.has_learnt]))


def all_trainings(name: str, how: Callable[[list[TrainingRun]], float]) -> Find:
    """Return a find: something of all recorded trainings of an experiment."""
    return computed(lambda: how(runs_of(name)))


def trained_for_its_gate(network: str, how: Callable[[list[float]], float]) -> Find:
    """Return a find: something of the accuracies, in percent, by which a gate was set (docs/gates.csv)."""

    def value() -> float:
        with (COURSE.root / "docs" / "gates.csv").open(encoding="utf-8", newline="") as file:
            return how([100 * float(row["accuracy"]) for row in csv.DictReader(file) if row["network"] == network])

    return computed(value)


def passed(threshold: float) -> Callable[[list[float]], float]:
    """Return the function that counts the accuracies (in percent) that reach a gate's threshold (a fraction)."""
    return lambda reached: sum(each >= 100 * threshold for each in reached)


def blur(accuracy: float, images: int = 10_000) -> float:
    """Return the standard deviation, in points, of an accuracy in percent that is measured on so many images."""
    return math.sqrt(accuracy * (100 - accuracy) / images)
