"""Do two `python -m convnet_course reproduce` at the same time keep all of each other's results?"""

from __future__ import annotations

import multiprocessing
import threading
from pathlib import Path

from convnet_course.reproduction import command
from convnet_course.reproduction.experiments import ROWS, select_rows
from convnet_course.reproduction.page import results_page
from convnet_course.reproduction.results_file import NAME, Line, read_lines, sole_writer
from convnet_course.reproduction.train import Outcome

EACH = 5
ROW = select_rows(["SimpleFC"])[0]


def line(seed: int) -> Line:
    outcome = Outcome((0.5,) * ROW.epochs, (90.0,) * ROW.epochs, 90.0, 1.0)
    return Line(ROW.name, seed, ROW.settings, 60_000, "cpu, 1 thread", "2.15.0", outcome)


def keep_some(first: int, folder: Path) -> None:
    for seed in range(first, first + EACH):
        command._keep(line(seed), ROWS, folder, False)


def test_are_all_lines_kept_and_is_the_page_the_last_ones(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=keep_some, args=(number * EACH, tmp_path)) for number in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    lines = read_lines(tmp_path / NAME)
    assert sorted(each.seed for each in lines) == list(range(2 * EACH))
    assert (tmp_path / command.PAGE).read_text(encoding="utf-8") == results_page(ROWS, lines)


def test_does_a_writer_wait_for_the_other(tmp_path: Path) -> None:
    other = threading.Thread(target=command._keep, args=(line(0), ROWS, tmp_path, False))
    with sole_writer(tmp_path):
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()
        assert not (tmp_path / NAME).exists()
    other.join()
    assert [each.seed for each in read_lines(tmp_path / NAME)] == [0]
