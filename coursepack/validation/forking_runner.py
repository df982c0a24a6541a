"""Run many notebooks that start with the same cells, each in a process forked where the notebook starts to differ.

This is for the author's own answers (right and wrong). One process has imported what the course preloads
and runs the solved notebook, the base run. Just before the first cell in which another notebook differs, it forks a
branch that continues with that notebook's cells. So two notebooks share their common imports and trainings, and each
still has exactly the state it would have had alone. This is not a jail: never run a student's work here.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from nbformat import NotebookNode

from coursepack import kernel_environment
from coursepack.course import Course
from coursepack.course_secret import secret_environment
from coursepack.errors import CoursepackError
from coursepack.notebooks.cells import code_cells, grade_id_of, is_graded, is_test, points_of
from coursepack.sandbox.limits import Limits
from coursepack.settings import FILE, grading_data, make_importable, package_files, read_settings

# As in grading: CPU time, which a busy machine does not change, and a wall clock for a cell that sleeps.
CELL_TIMERS = {
    signal.SIGPROF: (signal.ITIMER_PROF, Limits.cell_cpu_seconds),
    signal.SIGALRM: (signal.ITIMER_REAL, Limits.cell_wall_seconds),
}
POLL_SECONDS = 0.05
# A cell of a branch with this key in its metadata is skipped.
SKIP = "validate_skip"


@dataclass(frozen=True)
class CellOutcome:
    """The outcome of one test cell.

    Attributes:
        grade_id: the cell's id.
        points: points it carries.
        passed: whether it ran without an error.
        message: the error's text, if any.
        stderr: what it wrote to standard error (stock nbgrader takes that for a failure).
    """

    grade_id: str
    points: float
    passed: bool
    message: str = ""
    stderr: str = ""


@dataclass(frozen=True)
class NotebookRun:
    """The outcome of one notebook.

    Attributes:
        outcomes: one for each test cell, in order.
        broken: name → error of the other code cells that raised.
        seconds: CPU time of its cells; for a branch, only of those that it does not share with the base run.
        fault: why the process gave no result, if it did not.
    """

    outcomes: tuple[CellOutcome, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    fault: str = ""

    @property
    def points(self) -> float:
        """Points of the passed cells."""
        return sum(outcome.points for outcome in self.outcomes if outcome.passed)

    @property
    def lost(self) -> tuple[str, ...]:
        """Ids of the cells that carry points and failed."""
        return tuple(outcome.grade_id for outcome in self.outcomes if outcome.points and not outcome.passed)


Family = Sequence[NotebookNode]
_CONTEXT = multiprocessing.get_context("fork")


def run_all(course: Course, families: Sequence[Family], jobs: int) -> Iterator[tuple[tuple[int, int], NotebookRun]]:
    """Run notebooks, `jobs` at a time, and yield ((family, index), result) as each ends.

    Args:
        course: the course, for the data that notebooks are graded on.
        families: notebooks that start alike; the first of each family is its base run.
        jobs: how many run at once.

    The calling process imports what the course preloads (once) and is forked.

    Raises:
        CoursepackError: the course's package, or a module that it preloads, is missing.
    """
    os.environ |= kernel_environment.forked(grading_data(course)) | secret_environment(course)
    make_importable(course)
    package_files(course)
    for name in read_settings(course.root).preload:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            remedy = "install it, or take it out of `preload`"
            where = f"{course.root / FILE}, preload"
            raise CoursepackError(f"{name} cannot be imported: {error}", where=where, remedy=remedy) from error
    if "tqdm" in sys.modules:
        sys.modules["tqdm"].tqdm.monitor_interval = 0  # its monitor thread would not survive a fork
    with tempfile.TemporaryDirectory(prefix="validate-") as folder:
        results: Any = _CONTEXT.SimpleQueue()
        base_runs = [
            _CONTEXT.Process(target=_BaseRun(number, family, Path(folder), Slots(Path(folder), jobs), results).run)
            for number, family in enumerate(families)
        ]
        for base_run in base_runs:
            base_run.start()
        try:
            yield from _collect(
                base_runs, results, {(f, i) for f, family in enumerate(families) for i in range(len(family))}
            )
        finally:
            for base_run in base_runs:
                _stop(base_run)


def _collect(
    base_runs: Sequence[Any], results: Any, missing: set[tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], NotebookRun]]:
    """Yield results until none is missing; if a base run died, the missing ones are faults."""
    while missing:
        if results.empty() and not any(base_run.is_alive() for base_run in base_runs):
            yield from ((place, NotebookRun(fault="the process died before this notebook's turn")) for place in missing)
            return
        if results.empty():
            time.sleep(0.2)
            continue
        place, result = results.get()
        missing.discard(place)
        yield place, result


def _stop(process: Any) -> None:
    if process.is_alive():
        process.terminate()
    process.join()


class Slots:
    """A semaphore that lets `count` processes compute at a time; a process that dies releases its token."""

    def __init__(self, folder: Path, count: int) -> None:
        self._paths = [folder / f"token-{number}" for number in range(count)]
        self._door = folder / "door"

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a token, and hold it inside the block."""
        # Locks of this process (lockf): a fork does not inherit them, unlike flock's. One process at a time searches
        # for a token; the others wait for a second lock.
        with self._door.open("w") as door:
            fcntl.lockf(door, fcntl.LOCK_EX)
            token = self._free()
        with token:
            yield

    def _free(self) -> TextIO:
        """Return a token as soon as one is free, locked."""
        while True:
            for path in self._paths:
                token = path.open("w")
                try:
                    fcntl.lockf(token, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except (BlockingIOError, PermissionError):  # which of them depends on the system
                    token.close()
                else:
                    return token
            time.sleep(POLL_SECONDS)


@contextlib.contextmanager
def _own_folder(parent: Path) -> Iterator[None]:
    """Work in a new folder below `parent`, temporary files included: a fork does not clean up at its end."""
    with tempfile.TemporaryDirectory(dir=parent) as folder, contextlib.chdir(folder):
        tempfile.tempdir = folder
        yield


@dataclass
class _Shell:
    """An IPython shell and the outcomes of its cells so far."""

    shell: Any
    outcomes: list[CellOutcome] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def run(self, cell: NotebookNode) -> None:
        """Run one cell, and record its outcome."""
        started = time.process_time()
        error, stderr = _run_cell(self.shell, cell.source)
        self.seconds += time.process_time() - started
        if is_test(cell):
            self.outcomes.append(CellOutcome(grade_id_of(cell), points_of(cell), not error, error, stderr))
        elif error:
            self.broken.append((cell.get("id", "?"), error))

    def result(self) -> NotebookRun:
        """Return the outcome of the notebook."""
        return NotebookRun(tuple(self.outcomes), tuple(self.broken), self.seconds)


class _BaseRun:
    """Run a family's first notebook, and fork the others where they start to differ."""

    def __init__(self, number: int, family: Family, folder: Path, tokens: Slots, results: Any) -> None:
        self.number, self.folder, self.tokens, self.results = number, folder, tokens, results
        self.cells, *self.branches = map(code_cells, family)
        self.running: list[tuple[int, Any]] = []

    def run(self) -> None:
        """Run the base run, then wait for its branches; report a branch that dies."""
        signal.signal(signal.SIGTERM, lambda *_: self._kill())
        with _own_folder(self.folder):
            with self.tokens.one():
                shell = _Shell(_new_shell())
                for position, cell in enumerate(self.cells):
                    self._fork(position, shell)
                    shell.run(cell)
                self._fork(len(self.cells), shell)
            self.results.put(((self.number, 0), shell.result()))
            for index, process in self.running:
                process.join()
                if process.exitcode:
                    fault = f"the process died with exit code {process.exitcode}"
                    self.results.put(((self.number, index), NotebookRun(fault=fault)))

    def _kill(self) -> None:
        for _, process in self.running:
            process.kill()
        os._exit(1)

    def _fork(self, position: int, shell: _Shell) -> None:
        """Start every branch whose first different cell is at `position`."""
        gc.freeze()  # garbage collection in a branch would copy all the memory that it inherits
        for index, cells in enumerate(self.branches, start=1):
            if _first_difference(self.cells, cells) == position:
                process = _CONTEXT.Process(target=self._branch, args=(index, cells[position:], shell))
                process.start()
                self.running.append((index, process))

    def _branch(self, index: int, cells: list[NotebookNode], shell: _Shell) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self.running, shell.seconds = [], 0.0
        with _own_folder(self.folder), self.tokens.one():
            for cell in _up_to_last_test(cells):
                if not cell.metadata.get(SKIP):
                    shell.run(cell)
        self.results.put(((self.number, index), shell.result()))


def _up_to_last_test(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells that can decide a branch's outcome: those up to the last test cell."""
    tests = [number for number, cell in enumerate(cells) if is_graded(cell)]
    return cells[: tests[-1] + 1] if tests else []


def _first_difference(base_run: Sequence[NotebookNode], branch: Sequence[NotebookNode]) -> int:
    """Return the position of the first code cell that differs; the number of cells if none does."""
    if len(base_run) != len(branch):
        return 0
    differs = (
        number for number, pair in enumerate(zip(base_run, branch, strict=True)) if pair[0].source != pair[1].source
    )
    return next(differs, len(base_run))


def _new_shell() -> Any:
    """Return a new IPython shell, whose namespace is this process's `__main__`."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}})
    return InteractiveShell.instance(config=config)


def _run_cell(shell: Any, source: str) -> tuple[str, str]:
    """Run one cell; return its error (empty if none) and what it wrote to standard error."""
    from IPython.utils.capture import capture_output

    with capture_output() as captured, _time_limits():
        result = shell.run_cell(source, store_history=False, silent=False)
    _close_figures()
    error = result.error_before_exec or result.error_in_exec
    return (f"{type(error).__name__}: {error}" if error else ""), captured.stderr


def _close_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")


@contextlib.contextmanager
def _time_limits() -> Iterator[None]:
    """Raise a TimeoutError in what runs too long inside the block."""
    for number, (timer, seconds) in CELL_TIMERS.items():
        signal.signal(number, _out_of_time)
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for timer, _ in CELL_TIMERS.values():
            signal.setitimer(timer, 0)


def _out_of_time(number: int, _: Any) -> None:
    clock = "CPU time" if number == signal.SIGPROF else "time"
    _, seconds = CELL_TIMERS[signal.Signals(number)]
    raise TimeoutError(f"the cell took more than {seconds:g} s of {clock}")
