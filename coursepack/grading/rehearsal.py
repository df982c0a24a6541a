"""Running a notebook's cells in a forked copy of a process that has imported torch already.

A rehearsal is for the author's own answers (solutions, mutants, variants): hundreds of notebooks, each in a process of
its own, without a fresh kernel and another import of torch. It is no jail: never rehearse a student's work.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any

from nbformat import NotebookNode

from coursepack.course import Course

CELL_SECONDS = 300
WARM_IMPORTS = (
    "torch",
    "torchvision",
    "sklearn.metrics",
    "pandas",
    "matplotlib.pyplot",
    "torchinfo",
    "IPython",
    "tqdm",
)


@dataclass(frozen=True)
class Outcome:
    """What became of one test cell.

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
class Rehearsal:
    """What became of one notebook.

    Attributes:
        outcomes: one for each test cell, in order.
        broken: name → error of the other code cells that raised.
        seconds: wall-clock time.
        fault: why the process gave no result, if it did not.
    """

    outcomes: tuple[Outcome, ...] = ()
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


def grading_environment(course: Course) -> dict[str, str]:
    """Return the variables a notebook is graded under: the mini set, the CPU, one thread."""
    data = str(course.root / "data" / "mnist_mini")
    return {"COURSE_DATA": data, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def rehearse_all(course: Course, notebooks: Sequence[NotebookNode], jobs: int) -> Iterator[tuple[int, Rehearsal]]:
    """Run notebooks, `jobs` at a time, and yield (index, result) as each ends.

    The calling process imports torch (once) and is forked for each notebook.
    """
    os.environ |= grading_environment(course) | {"MPLBACKEND": "agg"}
    for name in WARM_IMPORTS:
        importlib.import_module(name)
    context = multiprocessing.get_context("fork")
    waiting = list(enumerate(notebooks))
    running: list[tuple[int, Any, Any]] = []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                index, notebook = waiting.pop(0)
                receiver, sender = context.Pipe(duplex=False)
                process = context.Process(target=_child, args=(notebook, sender), daemon=True)
                process.start()
                sender.close()
                running.append((index, process, receiver))
            ended = wait([receiver for _, _, receiver in running])
            for job in [job for job in running if job[2] in ended]:
                running.remove(job)
                yield job[0], _receive(job[2], job[1])
    finally:
        for _, process, _ in running:
            process.kill()


def _receive(receiver: Any, process: Any) -> Rehearsal:
    try:
        result: Rehearsal = receiver.recv()
    except EOFError:
        process.join()
        return Rehearsal(fault=f"the process died with exit code {process.exitcode}")
    process.join()
    return result


def _child(notebook: NotebookNode, sender: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        sender.send(_run(notebook))
        sender.close()


def _run(notebook: NotebookNode) -> Rehearsal:
    """Run all cells in a new IPython shell, going on after errors as nbgrader does."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "NoColor"}})
    shell = InteractiveShell.instance(config=config)
    started, outcomes, broken = time.perf_counter(), [], []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        error, stderr = _run_cell(shell, cell.source)
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade") and not meta.get("solution"):
            outcomes.append(Outcome(meta["grade_id"], float(meta["points"]), not error, error, stderr))
        elif error:
            broken.append((cell.get("id", "?"), error))
    return Rehearsal(tuple(outcomes), tuple(broken), time.perf_counter() - started)


def _run_cell(shell: Any, source: str) -> tuple[str, str]:
    """Run one cell; return its error (empty if none) and what it wrote to standard error."""
    from IPython.utils.capture import capture_output

    signal.signal(signal.SIGALRM, _out_of_time)
    signal.alarm(CELL_SECONDS)
    try:
        with capture_output() as captured:
            result = shell.run_cell(source, store_history=False, silent=False)
    finally:
        signal.alarm(0)
    _close_figures()
    error = result.error_before_exec or result.error_in_exec
    return (f"{type(error).__name__}: {error}" if error else ""), captured.stderr


def _close_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")


def _out_of_time(*_: Any) -> None:
    raise TimeoutError(f"the cell ran for more than {CELL_SECONDS} s")
