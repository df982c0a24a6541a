"""Does a notebook keep its points when a process of ours is killed while it is graded?"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from lab import Lab, gone, verdicts
from nbformat import NotebookNode
from tiny_course import answered, source_notebook

from coursepack.errors import CoursepackError
from coursepack.grading.notebook.grade_notebook import SERVER_LOST, UNSTARTED
from coursepack.grading.notebook.session import CellRun, Session
from coursepack.grading.notebook.worker import Worker
from coursepack.judge.process import ENDED
from coursepack.sandbox import locked_tempdir

# A hidden test, which is the instructor's code and runs outside the jail, kills a process at its first `times` runs.
KILLER = """import os, signal, time
log = {log!r}
if os.path.getsize(log) < {times}:
    open(log, "a").write("x")
    os.kill({victim}, signal.SIGKILL)
    time.sleep(1)
assert double(21) == 42"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A file in which each killing leaves a letter."""
    path = tmp_path / "log"
    path.touch()
    return path


def killing(log: Path, victim: str, times: int) -> dict[str, Any]:
    """Return a source notebook whose first hidden test kills a process."""
    source = source_notebook()
    text = KILLER.format(log=str(log), times=times, victim=victim)
    for cell in source["cells"]:
        if cell["id"] == "double-hidden":
            cell["source"] = f"# Check that double works\n### BEGIN HIDDEN TESTS\n{text}\n### END HIDDEN TESTS"
    return source


def test_a_killed_judge_is_replaced_and_asked_again(lab: Lab, log: Path) -> None:
    """Does nobody see that the judge was killed in the middle of a check?"""
    graded = lab.grade(answered(), source=killing(log, "os.getppid()", 1), cell_wall_seconds=60.0)
    assert log.read_text() == "x"
    assert (graded.points, graded.notes) == (5, ())


def test_a_judge_killed_twice_is_our_fault(lab: Lab, log: Path) -> None:
    """Is a check that ends every judge a grader error, and the rest graded?"""
    graded = lab.grade(answered(), source=killing(log, "os.getppid()", 9), cell_wall_seconds=60.0)
    assert log.read_text() == "xx"
    assert [(one.grade_id, one.message) for one in graded.grader_errors] == [("double-hidden", ENDED)]
    assert graded.points == 2
    assert ENDED not in str(graded.notebook)


def test_a_check_that_does_not_end_is_not_taken_for_the_next_one(lab: Lab) -> None:
    """Does a verdict that comes too late go to no other cell, and does the student not pay for the check's time?"""
    source = source_notebook()
    late = "import time\ntime.sleep(8)"
    for cell in source["cells"]:
        if cell["id"] == "double-hidden":
            cell["source"] = f"# Check that double works\n### BEGIN HIDDEN TESTS\n{late}\n### END HIDDEN TESTS"
    graded = lab.grade(answered(treble="return 0"), source=source, cell_wall_seconds=1.0)
    assert verdicts(graded)["double-hidden"] == "grader error"
    assert verdicts(graded)["treble-hidden"] == "failed"


def test_a_killed_server_is_replaced_and_the_cell_run_again(lab: Lab, log: Path) -> None:
    """Does a notebook keep its points when the fork server is killed while a test asks?"""
    before = lab.worker.server
    graded = lab.grade(answered(), source=killing(log, str(before.pid), 1), cell_wall_seconds=60.0)
    assert log.read_text() == "x"
    assert lab.worker.server is not before
    assert graded.points == 5
    assert graded.notes == (SERVER_LOST.format("double-hidden"),)


def test_a_server_killed_twice_is_our_fault(lab: Lab, log: Path) -> None:
    """Is nothing held against the student after the fork server has ended twice, and are passed tests kept?"""
    victim = "int(open('{}').read())"
    pid = log.with_name("pid")
    source = killing(log, victim.format(pid), 2)
    submission = answered()
    with serving(lab, pid):
        graded = lab.grade(submission, source=source, cell_wall_seconds=60.0)
    assert log.read_text() == "xx"
    assert verdicts(graded) == {"double-visible": "passed", "double-hidden": "grader error", "treble-hidden": "passed"}


def test_a_cell_that_every_lost_server_took_along_is_our_fault(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does a solution cell that never ran, since every server ended meanwhile, cost no student a point?"""
    run = Session.run

    async def run_and_lose(session: Session, cell: NotebookNode, index: int, until: float) -> CellRun:
        if cell.id == "treble":
            server = lab.worker.server.pid
            kernel = [process.pid for process in psutil.Process(server).children(recursive=True)]
            os.kill(server, signal.SIGKILL)
            # A kernel lives a moment longer, in which the cell could run; the next test must not meet a dying server.
            assert gone([server, *kernel])
        return await run(session, cell, index, until)

    monkeypatch.setattr(Session, "run", run_and_lose)
    graded = lab.grade(answered())
    assert verdicts(graded) == {"double-visible": "passed", "double-hidden": "passed", "treble-hidden": "grader error"}


def test_a_kernel_that_never_starts_is_our_fault(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is nobody given 0 points where no kernel can be started?"""

    async def refuse(_: Session) -> None:
        raise RuntimeError("no room for another process")

    monkeypatch.setattr(Session, "start", refuse)
    graded = lab.grade(answered())
    assert set(verdicts(graded).values()) == {"grader error"}
    assert {one.message for one in graded.grader_errors} == {UNSTARTED}


@contextlib.contextmanager
def serving(lab: Lab, path: Path) -> Iterator[None]:
    """Keep a file with the number of the worker's fork server, whichever it is."""
    over = threading.Event()

    def keep() -> None:
        while not over.wait(0.02):
            with contextlib.suppress(CoursepackError, RuntimeError):
                path.with_suffix(".new").write_text(str(lab.worker._server.pid))  # type: ignore[union-attr]
                path.with_suffix(".new").replace(path)

    thread = threading.Thread(target=keep)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_server_killed_while_a_student_cell_runs_is_replaced(lab: Lab) -> None:
    """Is a cell that had not ended run again in a new server's kernel, with what ran before it?"""
    submission = answered(double="return number * factor")
    submission["cells"][1]["source"] = "factor = 2"
    text = "import subprocess\nsubprocess.run(['sleep', '1.5'])"
    waiting = {**submission["cells"][1], "id": "own", "metadata": {}, "source": text}
    submission["cells"].insert(4, waiting)
    source = source_notebook()
    source["cells"][1]["source"] = "factor = 2"
    with killed_while(lab.worker.server.pid, "sleep"):
        graded = lab.grade(submission, source=source, cell_wall_seconds=60.0)
    assert graded.points == 5
    assert len(graded.notes) == 1
    assert "the grading server ended" in graded.notes[0]


def test_a_server_killed_between_notebooks_is_replaced(lab: Lab) -> None:
    """Does the next notebook get a new server without a word?"""
    pid = lab.worker.server.pid
    os.kill(pid, signal.SIGKILL)
    assert gone([pid])
    graded = lab.grade(answered())
    assert (graded.points, graded.notes) == (5, ())


@contextlib.contextmanager
def killed_while(pid: int, word: str) -> Iterator[None]:
    """Kill a process as soon as one below it has a word in its command line."""
    server = psutil.Process(pid)

    def strike() -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            for process in server.children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if word in process.cmdline():
                        server.kill()
                        return
            time.sleep(0.02)

    thread = threading.Thread(target=strike)
    thread.start()
    yield
    thread.join()


@contextlib.contextmanager
def killed_later(pid: int, seconds: float) -> Iterator[None]:
    """Kill a process some time from now, from another process."""
    with subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep({seconds}); os.kill({pid}, 9)"]):
        yield


WORKER = """import sys
from pathlib import Path
from coursepack.course import Course
from coursepack.grading.notebook.worker import Worker
with Worker(Course(Path(sys.argv[1]))) as worker:
    print(worker.server.folder.parent, worker.server.pid, worker.judge.pid, flush=True)
    sys.stdin.read()
"""


def test_a_killed_worker_leaves_nothing(lab: Lab) -> None:
    """Do server, judge and folder end with a worker, and does a starting worker remove no living one's folder?"""
    command = [sys.executable, "-c", WORKER, str(lab.worker.course.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        folder, *pids = worker.stdout.readline().split()
        locked_tempdir.remove_stale()
        assert Path(folder).is_dir()
        worker.kill()
    assert gone([int(pid) for pid in pids])
    assert removed(Path(folder))
    assert lab.worker.server.folder.is_dir()


def test_the_folder_of_a_killed_supervisor_is_removed_by_the_next_worker(lab: Lab) -> None:
    """Is nothing left of a worker whose supervisor was killed, once another one starts?"""
    command = [sys.executable, "-c", WORKER, str(lab.worker.course.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        folder, *pids = worker.stdout.readline().split()
        supervisor = psutil.Process(int(pids[1])).parent().ppid()
        worker.kill()
        os.kill(supervisor, signal.SIGKILL)
    assert gone([supervisor, *map(int, pids)])
    locked_tempdir.remove_stale()  # a worker of another test may have come first
    assert not Path(folder).exists()
    assert lab.worker.server.folder.is_dir()


def removed(folder: Path) -> bool:
    """Wait until a folder is gone."""
    until = time.monotonic() + 20
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.05)
    return not folder.exists()


def test_only_our_own_stale_folders_are_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Do a folder without a lock, a link to one and a file of that name stay?"""
    monkeypatch.setattr(locked_tempdir, "PLACE", tmp_path)
    stale, living = tmp_path / "cpe-stale", tmp_path / "cpe-living"
    for path in (stale, living, tmp_path / "cpe-unlocked", tmp_path / "elsewhere"):
        path.mkdir()
    for path in (stale / "lock", living / "lock", tmp_path / "cpe-file", tmp_path / "elsewhere" / "lock"):
        path.touch()
    (tmp_path / "cpe-link").symlink_to(tmp_path / "elsewhere")
    with (living / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        locked_tempdir.remove_stale()
        left = {path.name for path in tmp_path.iterdir()}
        assert left == {"cpe-living", "cpe-unlocked", "cpe-file", "cpe-link", "elsewhere"}
    locked_tempdir.remove_stale()
    assert not living.exists()


@pytest.fixture
def bare(lab: Lab) -> Iterator[Lab]:
    """A worker without any wall."""
    with Worker(lab.worker.course, unsafe_no_jail=True) as worker:
        yield Lab(worker)


def test_without_a_jail_the_judge_still_decides(bare: Lab) -> None:
    """Does the engine grade without walls: right, wrong, broken and stopped work, each as with them?"""
    assert bare.worker.server.jailed is False
    assert bare.grade(answered()).points == 5
    assert bare.grade(answered(double="return 0")).lost == ("double-hidden",)
    died = bare.grade(answered(double="import os; os._exit(0)"))
    assert (died.points, verdicts(died)["double-hidden"]) == (2, "student error")
    stopped = bare.grade(answered(double="while True: pass"))
    assert (stopped.points, verdicts(stopped)["double-hidden"]) == (2, "timed out")
    assert bare.shown("print(open('/proc/self/status').readline())") == [f"Name:\t{Path(sys.executable).name}"]
    assert not list(bare.worker.server.folder.iterdir())


def test_without_a_jail_a_kernel_ends_with_its_server(bare: Lab) -> None:
    """Does a kernel that no namespace holds end, and what it started with it?"""
    text = "import os, subprocess\nchild = subprocess.Popen(['sleep', '600'])\nprint(os.getpid(), child.pid)"
    [said] = bare.shown(text)
    assert gone([int(word) for word in said.split()])
    with killed_later(bare.worker.server.pid, 0.5):
        graded = bare.grade(answered(double="import time; time.sleep(1); return 2 * number"))
    assert graded.points == 5
