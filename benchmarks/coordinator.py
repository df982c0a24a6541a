"""How many submissions a second can the one coordinator hand out and enter, if workers answer at once?

    python benchmarks/coordinator.py 300 [--folder FOLDER] [--database URL] [--workers 4] [--profile]

It makes a class of ps1_conv_filters: everybody hands in the worked notebook, pictures included. One submission is
really graded; after that, workers return its result at once, under each student's name. All else is as in
`coursepack grade`: submissions are read and repaired, sent to Dask workers on this machine, and their results are
written into the gradebook and into `autograded/`. Then the same command runs again (all are already graded), and the
report is written. Each run is a process of its own, so that its CPU seconds and its memory are its own.
"""

from __future__ import annotations

import argparse
import cProfile
import functools
import importlib
import os
import pickle
import pstats
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from distributed import get_worker

from coursepack.course import Course
from coursepack.grading.batch import class_run, cluster
from coursepack.grading.batch.class_run import ClassRun, Options, grade_class
from coursepack.grading.batch.task import Graded, RunInput, Task, grade
from coursepack.grading.notebook.worker import shared_worker
from coursepack.report.page import write_report

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "ps1_conv_filters"
PARTS = ("pyproject.toml", "convnet_course", "data/mnist_mini", f"source/{ASSIGNMENT}")
RESULT = "result.pickle"
# How often memory is measured in a run.
TENTHS = 10


@functools.cache
def graded_once(path: Path) -> Graded:
    """Return the result that all workers give."""
    result: Graded = pickle.loads(path.read_bytes())  # noqa: S301 (ours)
    return result


def answer_at_once(task: Task, run: str) -> Graded:
    """Return the one real result as this student's: what a worker does that is infinitely fast."""
    course = get_worker().plugins[run].run.course
    return replace(graded_once(Path(course) / RESULT), student=task.student)


def make_class(root: Path, count: int, database: str) -> None:
    """Make a course folder in which `count` students hand in the worked notebook."""
    for part in PARTS:
        (root / part).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / part).is_dir() else shutil.copy)(ROOT / part, root / part)
    settings = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    settings += f"\nc.CourseDirectory.db_url = {database!r}\n" if database else ""
    (root / "nbgrader_config.py").write_text(settings, encoding="utf-8")
    worked = (ROOT / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_bytes()
    for number in range(count):
        folder = root / "submitted" / f"s{number:05}" / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / f"{ASSIGNMENT}.ipynb").write_bytes(worked)


def grade_really(root: Path) -> None:
    """Grade the first submission, and keep its result for `answer_at_once`."""

    def kept(_: Any, tasks: Any, run: RunInput) -> Iterator[tuple[Task, Any]]:
        task = next(iter(tasks))
        (root / RESULT).write_bytes(pickle.dumps(grade(task, run)))
        shared_worker(Course(root)).__exit__(None, None, None)
        raise KeyboardInterrupt
        yield

    cluster.Cluster.grade = kept  # type: ignore[method-assign, assignment]
    grade_class(Course(root), ASSIGNMENT, Options(jobs=1))


def run_class(root: Path, workers: int) -> int:
    """Grade the class with workers that answer at once; at each tenth, print what it took so far."""
    # Under a module's name, for else its code would be sent with each task.
    cluster._grade_given = importlib.import_module(Path(__file__).stem).answer_at_once
    keep, done, count = ClassRun._keep, 0, len(list((root / "submitted").iterdir()))
    begun = time.monotonic()

    def counted(run: ClassRun, finished: Any) -> Any:
        nonlocal done
        tenth, kept = max(1, count // TENTHS), keep(run, finished)
        done += len(kept)
        if done // tenth > (done - len(kept)) // tenth:
            spent = f"{time.process_time():.1f} CPU s, {time.monotonic() - begun:.1f} s"
            print(f"  after {done:6}: {spent}, {resident():.0f} MiB", file=sys.stderr)
        return kept

    ClassRun._keep = counted  # type: ignore[method-assign]
    class_run.print_verdicts = lambda *_: None  # type: ignore[assignment, attr-defined]
    ClassRun._say = staticmethod(lambda *_: None)  # type: ignore[method-assign, assignment]
    return grade_class(Course(root), ASSIGNMENT, Options(jobs=workers))


def resident() -> float:
    """Return the memory that this process uses now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def timed(root: Path, step: str, *options: str) -> tuple[float, float, float]:
    """Run a step in a process of its own; return its seconds, its CPU seconds and its peak memory in MiB."""
    command = [sys.executable, __file__, "--step", step, "--folder", str(root), *options]
    done = subprocess.run(command, check=True, cwd=root, stdout=subprocess.PIPE, text=True)  # noqa: S603
    seconds, cpu, peak = map(float, done.stdout.strip().splitlines()[-1].split())
    return seconds, cpu, peak


def measure(options: argparse.Namespace) -> None:
    """Run one step and print what it took; with --profile, say where the time went."""
    root, begun, profile = options.folder, time.monotonic(), cProfile.Profile()
    steps = {
        "really": lambda: grade_really(root),
        "class": lambda: run_class(root, options.workers),
        "report": lambda: write_report(Course(root), ASSIGNMENT),
    }
    (profile.runcall if options.profile else lambda step: step())(steps[options.step])
    if options.profile:
        pstats.Stats(profile, stream=sys.stderr).sort_stats("cumulative").print_stats(45)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def main() -> None:
    """Make the class, grade it twice, and write its report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int, nargs="?", default=0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--database", default="")
    # With one worker, never more than two results wait: a coordinator of many enters several at a time.
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--step", default="")
    options = parser.parse_args()
    if options.step:
        measure(options)
        return
    with tempfile.TemporaryDirectory() as scratch:
        root = (options.folder or Path(scratch)) / "course"
        make_class(root, options.count, options.database)
        timed(root, "really")
        extra = ["--workers", str(options.workers), *(["--profile"] if options.profile else [])]
        for step, name in (("class", "graded"), ("class", "again"), ("report", "report")):
            seconds, cpu, peak = timed(root, step, *extra)
            rate = f"{options.count / seconds:.1f} a second, {1000 * cpu / options.count:.1f} ms of CPU each"
            print(f"{name}: {options.count} in {seconds:.1f} s ({rate}), {peak:.0f} MiB at most", flush=True)
        size = (root / "gradebook.db").stat().st_size / 2**20 if not options.database else 0
        print(f"gradebook: {size:.1f} MiB")


if __name__ == "__main__":
    main()
