"""Do the workers of a run on one machine share what is costly, and is nothing lost when it ends?"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from lab import Lab, gone
from tiny_course import answered, make_tiny_course

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.notebook.grade_notebook import SERVER_LOST
from coursepack.grading.notebook.machine import Machine
from coursepack.grading.notebook.warm_imports import WarmImports, warm_imports
from coursepack.grading.notebook.worker import Worker
from coursepack.notebooks.reading import read_notebook
from coursepack.sandbox import locked_tempdir

WAITING = "import time; time.sleep(2); return 2 * number"
PATIENT = {"cell_cpu_seconds": 20.0, "cell_wall_seconds": 60.0}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Worker, Worker]]:
    """Two workers of one run."""
    course, run = make_tiny_course(tmp_path / "course"), secrets.token_hex(8)
    with Worker(course, run=run) as first, Worker(course, run=run) as second:
        yield first, second


def grade_both(pair: tuple[Worker, Worker], victim: int) -> list[tuple[float, tuple[str, ...]]]:
    """Grade a slow right notebook with each worker, and kill a process meanwhile; return points and notes."""
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(Lab(one).grade, answered(double=WAITING), **PATIENT) for one in pair]
        until = time.monotonic() + 60
        while any(len(psutil.Process(one.server.pid).children(recursive=True)) < 3 for one in pair):
            assert time.monotonic() < until
            time.sleep(0.05)
        time.sleep(1)
        os.kill(victim, signal.SIGKILL)
        return [(graded.points, graded.notes) for graded in (run.result() for run in runs)]


def parent(pid: int) -> int:
    return int(psutil.Process(pid).ppid())


def test_a_killed_server_costs_none_of_its_notebooks_a_point(pair: tuple[Worker, Worker]) -> None:
    """Are all notebooks in flight run again on the next server?"""
    before = parent(pair[0].server.pid)
    told = {SERVER_LOST.format(cell) for cell in ("double-visible", "double-hidden", "double", "setup")}
    told.add("a kernel did not start: the fork server ended or did not answer")
    for points, notes in grade_both(pair, before):
        assert points == 5
        assert len(notes) == 1
        assert set(notes) <= told
    assert parent(pair[0].server.pid) == parent(pair[1].server.pid) != before


def test_a_killed_judge_costs_none_of_its_notebooks_a_point(pair: tuple[Worker, Worker]) -> None:
    """Is nobody worse off when the judge ends from which all are forked, and does the next worker get a new one?"""
    before = parent(pair[0].judge.pid)
    assert grade_both(pair, before) == [(5, ()), (5, ())]
    with Worker(pair[0].course, run=pair[0]._run) as third:
        assert parent(third.judge.pid) != before
        assert Lab(third).grade(answered()).points == 5


def test_a_killed_supervisor_costs_none_of_its_notebooks_a_point(pair: tuple[Worker, Worker]) -> None:
    """Is a new supervisor started, whose server and judge both workers share again?"""
    supervisor = parent(parent(pair[0].judge.pid))
    for points, notes in grade_both(pair, supervisor):
        assert points == 5
        assert len(notes) <= 1
    assert parent(pair[0].server.pid) == parent(pair[1].server.pid)


def test_everything_ends_with_the_last_worker(tmp_path: Path) -> None:
    """Do server, judge and folder stay while one worker does, and are they gone when it has left?"""
    course, run = make_tiny_course(tmp_path / "course"), secrets.token_hex(8)
    with Worker(course, run=run) as first:
        with Worker(course, run=run) as second:
            own = [second.server.pid, second.judge.pid]
        assert gone(own)
        assert Lab(first).grade(answered()).points == 5
        shared = [parent(first.server.pid), parent(first.judge.pid)]
        folder = first.server.folder.parent
    assert gone(shared)
    until = time.monotonic() + 20
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()


def test_runs_share_nothing(tmp_path: Path) -> None:
    """Does another run get a server and a judge of its own, which import anew what may have changed?"""
    course = make_tiny_course(tmp_path / "course")
    with Worker(course, run=secrets.token_hex(8)) as first, Worker(course, run=secrets.token_hex(8)) as second:
        assert parent(first.server.pid) != parent(second.server.pid)
        assert parent(first.judge.pid) != parent(second.judge.pid)


def test_is_every_worker_told_why_there_is_no_server(tmp_path: Path) -> None:
    """Is a missing module one clear error for each worker, and not one for the first and a time-out for the others?"""
    course, run = make_tiny_course(tmp_path / "course"), secrets.token_hex(8)
    (course.root / "pyproject.toml").write_text('[tool.coursepack]\npreload = ["no_such_library"]\n', encoding="utf-8")
    for _ in range(2):
        with pytest.raises(CoursepackError, match="No module named 'no_such_library'") as caught:
            Worker(course, run=run).__enter__()
        assert "take it out of `preload`" in caught.value.remedy


def test_is_a_folder_that_is_not_ours_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """May nobody else lay out the folder in which a run's workers meet?"""
    monkeypatch.setattr(locked_tempdir, "PLACE", tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cpe-known").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CoursepackError, match="somebody else's folder"):
        Machine(make_tiny_course(tmp_path / "course"), WarmImports((), ()), "known")


def test_nobody_else_may_enter_the_folder_where_workers_meet(pair: tuple[Worker, Worker]) -> None:
    """Are the supervisor's socket and the kernels' folders closed to other users of the machine?"""
    home = pair[0].server.folder.parent
    assert home.stat().st_mode & 0o777 == 0o700
    with socket.socket(socket.AF_UNIX) as anyone:
        anyone.connect(str(home / "supervisor"))
        anyone.sendall(b"nonsense\n")
        assert anyone.recv(1) == b""
    assert Lab(pair[0]).grade(answered()).points == 5


def test_the_judge_imports_torch_for_no_assignment_whose_tests_need_none(repository: Course) -> None:
    """Does the judge spare itself PyTorch for problem set 1, and have it before problem set 2's first test?"""
    for assignment, wanted in (("ps1_conv_filters", False), ("ps2_mnist_cnn", True)):
        names = [*warm_imports(repository, read_notebook(repository.notebook("source", assignment))).judge]
        listing = "import importlib, sys, contextlib\n"
        listing += f"for name in {names}:\n    with contextlib.suppress(ImportError): importlib.import_module(name)\n"
        done = subprocess.run(
            [sys.executable, "-c", listing + "print('torch' in sys.modules)"],
            cwd=repository.root, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == str(wanted)
