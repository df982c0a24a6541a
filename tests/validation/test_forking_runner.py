"""Does the forking runner run what it should, once, and pass over what it is told to?"""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from tiny_course import code

from coursepack.course import Course
from coursepack.validation import forking_runner
from coursepack.validation.forking_runner import SKIP, NotebookRun, Slots, run_all


def notebook(first: str, second: str, *, skip: bool = False) -> NotebookNode:
    """Return a notebook: two answers, then a test that needs the first and tells whether the second was run."""
    cells = [code("first", first, "solution"), code("second", second, "given")]
    cells.append(code("test", "assert x == 1, 'x is wrong'", "test", 2))
    cells.append(code("after", "assert 'y' in globals(), 'left out'", "test", 1))
    made = nbformat.from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    if skip:
        made.cells[1].metadata[SKIP] = True
    return made


def test_branches_lose_what_they_should_and_pass_over_marked_cells(tiny_course: Course) -> None:
    family = [
        notebook("x = 1", "y = 1"),
        notebook("x = 2", "y = 1"),
        notebook("x = 1 + 0", "y = 1", skip=True),
        notebook("raise ValueError", "y = 1"),
    ]
    results: dict[int, NotebookRun] = {place[1]: result for place, result in run_all(tiny_course, [family], 2)}
    assert [results[index].lost for index in range(4)] == [(), ("test",), ("after",), ("test",)]
    assert [results[index].points for index in range(4)] == [3.0, 1.0, 2.0, 1.0]
    assert results[3].broken == (("first", "ValueError: "),)


def test_answers_are_graded(tiny_course: Course) -> None:
    """Do the author's answers train as little as a graded submission?"""
    asks = "import os\nx = len(os.environ['COURSE_GRADED'])"
    [(_, result)] = run_all(tiny_course, [[notebook(asks, "y = 1")]], 1)
    assert result.lost == ()


def test_cells_are_limited_in_cpu_time_and_sleepers_by_the_clock(
    tiny_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Does a cell that only waits, as on a busy machine, have more time than one that computes?"""
    limits = {signal.SIGPROF: (signal.ITIMER_PROF, 0.5), signal.SIGALRM: (signal.ITIMER_REAL, 4.0)}
    monkeypatch.setattr(forking_runner, "CELL_TIMERS", limits)
    slow = [f"import time\n{line}" for line in ("time.sleep(1)", "while True: pass", "time.sleep(60)")]
    family = [notebook("x = 1", "y = 1"), *(notebook("x = 1", f"{lines}\ny = 1") for lines in slow)]
    results = {place[1]: result for place, result in run_all(tiny_course, [family], 2)}
    assert [results[index].points for index in range(4)] == [3.0, 3.0, 2.0, 2.0]
    assert [dict(results[index].broken).get("second", "") for index in (2, 3)] == [
        "TimeoutError: the cell took more than 0.5 s of CPU time",
        "TimeoutError: the cell took more than 4 s of time",
    ]


def test_nothing_is_left_of_what_branches_write(
    tiny_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    write = "import tempfile\ny = tempfile.mkdtemp()\nopen('here', 'w').close()"
    family = [notebook("x = 1", write), notebook("x = 2", write)]
    assert [result.fault for _, result in run_all(tiny_course, [family], 2)] == ["", ""]
    # PyTorch keeps a cache of its own.
    assert [path.name for path in temporary.iterdir() if not path.name.startswith("torchinductor_")] == []


def work(tokens: Slots, folder: Path, name: str, *, dies: bool) -> None:
    """Note when this process begins and ends to compute."""
    with tokens.one():
        begun = time.monotonic()
        time.sleep(0.3)
        (folder / name).write_text(f"{begun} {time.monotonic()}", encoding="utf-8")
        if dies:
            os._exit(9)


def test_as_many_compute_at_once_as_may_and_the_dead_give_their_token_back(tmp_path: Path) -> None:
    tokens, fork = Slots(tmp_path, 2), multiprocessing.get_context("fork")
    (tmp_path / "times").mkdir()
    everyone = [
        fork.Process(target=work, args=(tokens, tmp_path / "times", str(number)), kwargs={"dies": number < 3})
        for number in range(6)
    ]
    for one in everyone:
        one.start()
    for one in everyone:
        one.join(60)
    spans = [tuple(map(float, path.read_text().split())) for path in (tmp_path / "times").iterdir()]
    assert len(spans) == 6
    at_once = [sum(begun <= moment < ended for begun, ended in spans) for moment, _ in spans]
    assert max(at_once) == 2
