"""Do two `python -m convnet_course reproduce` at the same time keep all of each other's results?"""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

from convnet_course.reproduction import command
from convnet_course.reproduction.experiments import EXPERIMENTS, select_experiments
from convnet_course.reproduction.page import results_page
from convnet_course.reproduction.results_file import NAME, TrainingRun, read_runs, sole_writer
from convnet_course.reproduction.train import Outcome

EACH = 5
EXPERIMENT = select_experiments(["SimpleFC"])[0]


def run(seed: int) -> TrainingRun:
    outcome = Outcome((0.5,) * EXPERIMENT.epochs, (90.0,) * EXPERIMENT.epochs, 90.0, 1.0)
    return TrainingRun(EXPERIMENT.name, seed, EXPERIMENT.settings, 60_000, "cpu, 1 thread", "2.15.0", outcome)


def keep_some(first: int, folder: Path) -> None:
    for seed in range(first, first + EACH):
        command._keep(run(seed), EXPERIMENTS, folder, False)


def test_are_all_lines_kept_and_is_the_page_the_last_ones(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=keep_some, args=(number * EACH, tmp_path)) for number in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    runs = read_runs(tmp_path / NAME)
    assert sorted(each.seed for each in runs) == list(range(2 * EACH))
    assert (tmp_path / command.PAGE).read_text(encoding="utf-8") == results_page(EXPERIMENTS, runs)


def test_does_a_writer_wait_for_the_other(tmp_path: Path) -> None:
    other = threading.Thread(target=command._keep, args=(run(0), EXPERIMENTS, tmp_path, False))
    with sole_writer(tmp_path):
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()
        assert not (tmp_path / NAME).exists()
    other.join()
    assert [each.seed for each in read_runs(tmp_path / NAME)] == [0]
