"""`python -m convnet_course reproduce`: train what is missing, then write the table and the pictures."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from convnet_course.reproduction.cifar10_images import load_cifar
from convnet_course.reproduction.experiment import Dataset, Experiment
from convnet_course.reproduction.experiments import EXPERIMENTS, select_experiments
from convnet_course.reproduction.images import Data
from convnet_course.reproduction.page import results_page
from convnet_course.reproduction.plots import draw_plots
from convnet_course.reproduction.results_file import (
    NAME,
    STEPS_NAME,
    TrainingRun,
    append_result,
    read_results,
    results_of,
    sole_writer,
)
from convnet_course.reproduction.train import data_root, describe_device, find_device, load_mnist, train
from coursepack.course import Course
from coursepack.errors import CoursepackError

PAGE = "results.md"
INTERRUPTED = 130


def reproduce(
    course: Course, names: Sequence[str], *, device: str | None, seeds: int, quick: bool, into: Path | None
) -> int:
    """Train the experiments that are named (all by default) with seeds 0, 1, …, skipping what is recorded already.

    Args:
        course: the course folder.
        names: experiments or assignments.
        device: PyTorch's name of the device; None for a GPU if there is one.
        seeds: how many seeds each experiment is trained with.
        quick: one epoch on the mini set, or a few steps; never into docs/.
        into: the folder for results.md, results.csv and the pictures; docs/ by default.

    Returns:
        0 if everything is there, 130 after Ctrl-C.

    Raises:
        CoursepackError: an unknown experiment or device, no full data set, a damaged file of results, or a folder that
            cannot be written to.
    """
    chosen, place, folder = select_experiments(names), find_device(device), _folder(course, quick, into)
    experiments = [experiment.quick() for experiment in EXPERIMENTS] if quick else list(EXPERIMENTS)
    wanted = {experiment.name for experiment in chosen}
    runs = read_results(folder)
    todo = [
        (experiment, seed)
        for experiment in experiments
        if experiment.name in wanted
        for seed in missing_seeds(experiment, runs, seeds)
    ]
    console = Console()
    recorded = len(chosen) * seeds - len(todo)
    if recorded:
        console.print(f"{recorded} of {len(chosen) * seeds} trainings are recorded already")
    data = _load({experiment.dataset for experiment, _ in todo}, course, quick, place, console)
    _make(folder)
    try:
        if todo:
            _train_all(todo, data, place, lambda run: _keep(run, experiments, folder, quick), console)
    except KeyboardInterrupt:
        console.print("Stopped; the same command goes on where this one stopped.")
        return INTERRUPTED
    finally:
        with sole_writer(folder):
            _write(experiments, folder, quick)
        console.print(f"Written: {folder / PAGE}", soft_wrap=True, markup=False, highlight=False)
    return 0


def _load(
    wanted: set[Dataset], course: Course, quick: bool, device: torch.device, console: Console
) -> dict[Dataset, Data]:
    """Return the data sets that are wanted; all are found before the first training begins."""
    data: dict[Dataset, Data] = {}
    if "mnist" in wanted:
        data["mnist"] = load_mnist(data_root(course, quick), device)
    if "cifar10" in wanted:
        data["cifar10"] = load_cifar(device, quick)
    for each in data.values():
        console.print(f"training on {each.origin}, {len(each.train.labels):,} images", highlight=False)
    return data


def missing_seeds(experiment: Experiment, runs: Sequence[TrainingRun], seeds: int) -> list[int]:
    """Return the seeds below `seeds` for which no training with the experiment's present settings is recorded."""
    done = {run.seed for run in results_of(experiment, runs)}
    return [seed for seed in range(seeds) if seed not in done]


def _keep(run: TrainingRun, experiments: Sequence[Experiment], folder: Path, quick: bool) -> None:
    """Record a training, and bring the page and the pictures up to date with it."""
    with sole_writer(folder):
        append_result(folder, run)
        _write(experiments, folder, quick)


def _write(experiments: Sequence[Experiment], folder: Path, quick: bool) -> None:
    """Write the page and the pictures; only for the sole writer of the folder."""
    runs = read_results(folder)
    (folder / PAGE).write_text(results_page(experiments, runs, quick), encoding="utf-8")
    draw_plots(experiments, runs, folder)


def _folder(course: Course, quick: bool, into: Path | None) -> Path:
    docs = course.root / "docs"
    if quick and into is None:
        return Path(tempfile.mkdtemp(prefix="coursepack-quick-"))
    folder = into or docs
    if quick and (folder.resolve() == docs.resolve() or any((folder / name).exists() for name in (NAME, STEPS_NAME))):
        remedy = "leave --into out, or name a new folder"
        raise CoursepackError("a quick look never writes where results are kept", where=str(folder), remedy=remedy)
    return folder


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CoursepackError(f"cannot make the folder: {error.strerror}", where=str(folder)) from error


def _train_all(
    todo: Sequence[tuple[Experiment, int]],
    data: Mapping[Dataset, Data],
    device: torch.device,
    keep: Callable[[TrainingRun], None],
    console: Console,
) -> None:
    """Train one experiment and seed after the other; each is handed to `keep` as soon as it ends."""
    columns = (
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("measurings"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("training", total=sum(experiment.measurings for experiment, _ in todo), now="")
        for experiment, seed in todo:
            progress.update(task, now=f"{experiment.name}, seed {seed}")
            outcome = train(experiment, seed, data[experiment.dataset], lambda: progress.advance(task))
            images, where, origin = (
                len(data[experiment.dataset].train.labels),
                describe_device(device),
                data[experiment.dataset].origin,
            )
            run = TrainingRun(
                experiment.name, seed, experiment.settings, images, where, torch.__version__, outcome, origin
            )
            keep(run)
            reached = f"test accuracy {outcome.accuracies[-1]:.2f} % in {outcome.seconds:.0f} s"
            progress.console.print(f"{experiment.name}, seed {seed}: {reached}", highlight=False)
