"""Measure grading against stock nbgrader: the same submissions, on the same machine, in the same run.

    python benchmarks/grading.py [PART …] [--assignments ps1_conv_filters ps5_conv_blocks] [--submissions 12]
                                 [--sizes 10 100] [--otter COMMAND] [--into docs]

Parts: throughput, floor, workers, scale, start (all by default), and otter, which needs otter-grader's command: install
it into an environment of its own that has this pack's packages too. Every part replaces its own lines in
performance.csv and leaves the others alone; performance.md is written from them. Let the machine do nothing else
meanwhile: wall-clock times are compared, and only ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coursepack.kernel_environment import ONE_THREAD

os.environ |= ONE_THREAD
# Also when run as a file: the benchmark's other half lies beside it.
sys.path.insert(0, str(Path(__file__).parent))

import grading_otter
import grading_page
import nbformat
import psutil
from grading_floor import floor_seconds
from start_up import cpu_of_all, idle_memory

from coursepack.course import Course
from coursepack.grading.batch.register import register_assignment
from coursepack.grading.notebook.grade_notebook import grade_notebook
from coursepack.grading.notebook.warm_imports import warm_imports
from coursepack.grading.notebook.worker import Worker
from coursepack.grading.workspace import Workspace
from coursepack.notebooks.cells import code_cells
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import solved_notebook
from coursepack.sandbox.resource_usage import ResourceUsage

REPOSITORY = Path(__file__).resolve().parents[1]
ASSIGNMENTS = ["ps1_conv_filters", "ps5_conv_blocks"]
COPIED = ("convnet_course", "source", "data", "nbgrader_config.py", "pyproject.toml")
# What a stock course of this kind needs: longer time-outs, the mini set, one thread, and as little training as we do.
# Everything else is nbgrader's own.
STOCK_CONFIG = """
from pathlib import Path
from coursepack.course import Course
from coursepack.grading.workspace import Workspace
from coursepack.gradebook import find_tools
from coursepack.kernel_environment import GRADED
from coursepack.settings import grading_environment
find_tools()
c = get_config()
c.Execute.timeout = 300
c.Execute.startup_timeout = 180
settings = grading_environment(Course(Path(__file__).resolve().parent)) | GRADED
c.Execute.extra_arguments = [f"--IPKernelApp.exec_lines=__import__('os').environ.update({settings!r})"]
"""
SAMPLE_SECONDS = 0.5
IDLE_JOBS = 8
MOST_ROUNDS = 9


@dataclass(frozen=True)
class Line:
    """One measured figure.

    Attributes:
        part: which part of the benchmark measured it.
        assignment: what was graded.
        what: what was measured.
        value: the figure.
        unit: its unit.
        submissions: how many notebooks it rests on.
    """

    part: str
    assignment: str
    what: str
    value: float
    unit: str
    submissions: int


@contextmanager
def class_of(assignment: str, size: int, *, stock: bool = False) -> Iterator[Course]:
    """Make a course in which `size` students have handed in the solved notebook, run; in the gradebook already."""
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        root = Path(folder)
        for name in COPIED:
            origin = REPOSITORY / name
            if origin.is_dir():
                shutil.copytree(origin, root / name, ignore=shutil.ignore_patterns("shapes"))
            else:
                shutil.copyfile(origin, root / name)
        if stock:
            (root / "nbgrader_config.py").write_text(STOCK_CONFIG, encoding="utf-8")
        course = Course(root)
        if assignment == grading_otter.ASSIGNMENT:
            grading_otter.add_single_exercise(course)
        solved = nbformat.writes(handed_in(course, assignment))
        for number in range(size):
            path = course.notebook(f"submitted/student-{number:04d}", assignment)
            path.parent.mkdir(parents=True)
            path.write_text(solved, encoding="utf-8")
        if stock:
            timed(course, "nbgrader", "generate_assignment", assignment)
        else:
            register_assignment(Workspace(course, assignment))
        yield course


def handed_in(course: Course, assignment: str) -> nbformat.NotebookNode:
    """Return the solved notebook with the outputs of the worked one, as a student who ran it hands it in."""
    solved = solved_notebook(read_notebook(course.notebook("source", assignment)))
    worked = REPOSITORY / "solutions" / assignment / f"{assignment}.ipynb"
    shown = {cell.id: cell.get("outputs") for cell in read_notebook(worked).cells} if worked.is_file() else {}
    for cell in code_cells(solved):
        cell.outputs = shown.get(cell.id) or []
    return solved


def timed(course: Course, *words: str, watch: Callable[[int], None] | None = None) -> float:
    """Run a module's command in a course; return the seconds it took. `watch` is called with its process number."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([sys.executable, "-m", *words], cwd=course.root, stdout=log, stderr=log)  # noqa: S603
        while process.poll() is None:
            if watch is not None:
                watch(process.pid)
            time.sleep(SAMPLE_SECONDS if watch else 0.02)
        seconds = time.monotonic() - begun
        if process.returncode != 0:
            log.seek(0)
            raise SystemExit(f"{' '.join(words)} failed:\n{log.read()[-3000:].decode('utf-8', 'replace')}")
    return seconds


def grade(course: Course, assignment: str, *options: str, watch: Callable[[int], None] | None = None) -> float:
    """Run `coursepack grade`; return the seconds it took."""
    return timed(course, "coursepack", "grade", assignment, *options, watch=watch)


def throughput(assignments: Sequence[str], size: int) -> Iterator[Line]:
    """Stock `nbgrader autograde` against `coursepack grade -j 2`, start-up included."""
    for assignment in assignments:
        with class_of(assignment, size, stock=True) as course:
            stock = timed(course, "nbgrader", "autograde", assignment) / size
        yield Line("throughput", assignment, "stock nbgrader autograde", stock, "s", size)
        for name, options in (("coursepack grade -j 2", ()), ("… --redraw", ("--redraw",))):
            with class_of(assignment, size) as course:
                ours = grade(course, assignment, "-j", "2", *options) / size
            yield Line("throughput", assignment, name, ours, "s", size)
            yield Line("throughput", assignment, f"stock against {name}", stock / ours, "×", size)


def floor(assignments: Sequence[str], size: int) -> Iterator[Line]:
    """The CPU time of the student's cells alone in a warm process, against all that the engine's processes take.

    Measured in turns, and compared within each: a machine's speed can change within minutes.
    """
    for assignment in assignments:
        count = min(size, MOST_ROUNDS)
        with class_of(assignment, 1) as course, ready_worker(course, assignment) as worker:
            source = read_notebook(course.notebook("source", assignment))
            solved = handed_in(course, assignment)
            grade_notebook(course, source, solved, worker=worker, redraw=True)  # what is done once is done now
            rounds, parts = [], []
            for _ in range(count):
                before = floor_seconds(course, assignment)
                parts.append(engine_seconds(worker, source, solved, redraw=True))
                cells, drawn = (before + floor_seconds(course, assignment)) / 2, sum(parts[-1][:3])
                kept_now = sum(engine_seconds(worker, source, solved, redraw=False)[:3])
                more = drawn - cells, 100 * (drawn / cells - 1)
                more_kept = kept_now - floor_seconds(course, assignment, redraw=False)
                rounds.append((cells, drawn, kept_now, *more, more_kept))
            with most_memory(worker) as most:  # looking costs time: in a run of its own
                grade_notebook(course, source, solved, worker=worker, redraw=True)
        medians = (statistics.median(seconds) for seconds in zip(*rounds, strict=True))
        alone, taken, kept, more, share, undrawn = medians
        yield Line("floor", assignment, "the cells alone, warm", alone, "CPU s", count)
        yield Line("floor", assignment, "the engine", taken, "CPU s", count)
        yield Line("floor", assignment, "the engine, pictures as handed in", kept, "CPU s", count)
        yield Line("floor", assignment, "more than the cells alone", more, "CPU s", count)
        yield Line("floor", assignment, "more than the cells alone, in parts", share, "%", count)
        yield Line("floor", assignment, "more than the cells alone, pictures as handed in", undrawn, "CPU s", count)
        kinds = ("the worker", "the judge", "the kernel", "the tests with points, in the kernel")
        for kind, seconds in zip(kinds, zip(*parts, strict=True), strict=True):
            yield Line("floor", assignment, f"of the engine: {kind}", statistics.median(seconds), "CPU s", count)
        yield Line("floor", assignment, "private memory of a kernel, at most", most[0] / 2**20, "MiB", count)


def ready_worker(course: Course, assignment: str) -> Worker:
    """Return a worker as a run of the assignment has it."""
    return Worker(course, imports=warm_imports(course, read_notebook(course.notebook("source", assignment))))


def engine_seconds(
    worker: Worker, source: nbformat.NotebookNode, handed: nbformat.NotebookNode, *, redraw: bool
) -> tuple[float, float, float, float]:
    """Return the CPU time that grading a notebook once takes.

    Returns:
        That of this process with the worker's server; of the judge; of the kernel; and what of the kernel's the test
        cells with points take, of which the floor has none.
    """
    own, judge = own_and_judges_seconds(worker)
    graded = grade_notebook(worker.course, source, handed, worker=worker, redraw=redraw)
    own_now, judge_now = own_and_judges_seconds(worker)
    tests = sum(record.cpu_seconds for record in graded.records if record.max_points)
    return own_now - own, judge_now - judge, graded.cpu_seconds, tests


def own_and_judges_seconds(worker: Worker) -> tuple[float, float]:
    """Return the CPU time so far of this process with the worker's server, and of its judge with its checks."""
    mine, server, judge = (
        psutil.Process(pid).cpu_times() for pid in (os.getpid(), worker.server.pid, worker.judge.pid)
    )
    return mine.user + mine.system + server.user + server.system, sum(judge[:4])


@contextmanager
def most_memory(worker: Worker) -> Iterator[list[int]]:
    """Watch what is private to the processes below the fork server; the list's only entry is the most so far."""
    most, over = [0], threading.Event()
    server = worker.server.pid

    def look() -> None:
        while not over.wait(0.2):
            for guard in psutil.Process(server).children():
                most[0] = max(most[0], ResourceUsage(guard.pid).memory(0))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    yield most
    over.set()
    watcher.join()


def workers(assignments: Sequence[str], size: int) -> Iterator[Line]:
    """Two Dask workers against one, every picture drawn."""
    for assignment in assignments:
        seconds = []
        for jobs in (1, 2):
            with class_of(assignment, size) as course:
                seconds.append(grade(course, assignment, "-j", str(jobs), "--redraw"))
            yield Line("workers", assignment, f"-j {jobs}", seconds[-1] / size, "s", size)
        yield Line("workers", assignment, "two workers against one", seconds[0] / seconds[1], "×", size)


def scale(assignments: Sequence[str], sizes: Sequence[int]) -> Iterator[Line]:
    """Classes of growing size, with all options at their defaults; ps1 only.

    Each is measured twice, on the way up and down again, the largest once: a machine's speed can change within minutes.
    """
    assignment = assignments[0]
    spent: dict[int, list[float]] = {size: [] for size in sizes}
    for size in (*sizes, *sizes[-2::-1]):
        resident: list[tuple[float, float]] = []
        with class_of(assignment, size) as course:
            seconds = grade(course, assignment, "-j", "2", watch=functools.partial(note_memory, seen=resident))
        spent[size].append(seconds / size)
        print(f"{size} submissions: {seconds / size:.3f} s for one", flush=True)
        resident = [each for each in resident if each[1]]  # before the workers are there and after they are gone
        if len(spent[size]) > 1:
            continue
        for name, column in (("coordinator", 0), ("workers, together", 1)):
            for when, part in (("in the first half", resident[: len(resident) // 2]), ("at the end", resident[-5:])):
                most = max((each[column] for each in part), default=0.0)
                yield Line("scale", assignment, f"{size} submissions: {name}, {when}", most / 2**20, "MiB", size)
    for size, seconds in spent.items():
        yield Line("scale", assignment, f"{size} submissions", statistics.mean(seconds), "s", size)
    for small, large in itertools.pairwise(sizes):
        what = f"{large} submissions against {small}, time for one"
        yield Line("scale", assignment, what, statistics.mean(spent[large]) / statistics.mean(spent[small]), "×", large)


def start(assignments: Sequence[str]) -> Iterator[Line]:
    """A class of two with all options at their defaults (the median of three), and idle workers; ps1 only."""
    assignment = assignments[0]
    runs = []
    for _ in range(3):
        with class_of(assignment, 2) as course:
            runs.append(cpu_of_all(lambda: grade(course, assignment, "-j", "2")))
    cpu, seconds = map(statistics.median, zip(*runs, strict=True))
    yield Line("start", assignment, "two submissions, -j 2: CPU time of all processes", cpu, "CPU s", 2)
    yield Line("start", assignment, "two submissions, -j 2: wall-clock time", seconds, "s", 2)
    with class_of(assignment, 1) as course:
        size = idle_memory(course, IDLE_JOBS)
    yield Line("start", assignment, f"idle workers, -j {IDLE_JOBS}: memory of all processes (PSS)", size, "MiB", 0)


def otter(command: str, size: int) -> Iterator[Line]:
    """One exercise by itself: `otter run` for each notebook against `coursepack grade -j 2`."""
    single = grading_otter.ASSIGNMENT
    with class_of(single, size) as course:
        theirs = grading_otter.otter_seconds(command, course, min(size, 5))
        yield Line("otter", single, "otter run", theirs, "s", min(size, 5))
        ours = grade(course, single, "-j", "2") / size
    yield Line("otter", single, "coursepack grade -j 2", ours, "s", size)
    yield Line("otter", single, "otter against coursepack grade -j 2", theirs / ours, "×", size)


def note_memory(pid: int, seen: list[tuple[float, float]]) -> None:
    """Note the resident memory of the coordinator and of all Dask workers."""
    try:
        process = psutil.Process(pid)
        servers = [child for child in process.children() if "forkserver" in " ".join(child.cmdline())]
        forked = [child for server in servers for child in server.children()]
        seen.append((process.memory_info().rss, sum(child.memory_info().rss for child in forked)))
    except psutil.Error:
        return


def options_of(part: str, given: argparse.Namespace) -> str:
    """Return the command line that measures a part again as it was measured."""
    sizes = f"--sizes {' '.join(map(str, given.sizes))}" if part == "scale" else f"--submissions {given.submissions}"
    if part == "start":
        return part
    if part == "otter" or given.assignments == ASSIGNMENTS:
        return f"{part} {sizes}"
    return f"{part} --assignments {' '.join(given.assignments)} {sizes}"


def main() -> None:
    """Measure the parts that are named and write them down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--assignments", nargs="+", default=ASSIGNMENTS)
    parser.add_argument("--submissions", type=int, default=12)
    parser.add_argument("--sizes", nargs="+", type=int, default=[10, 100])
    parser.add_argument("--otter", default="otter")
    parser.add_argument("--into", type=Path, default=REPOSITORY / "docs")
    given = parser.parse_args()
    measures: dict[str, Callable[[], Iterator[Line]]] = {
        "throughput": lambda: throughput(given.assignments, given.submissions),
        "floor": lambda: floor(given.assignments, given.submissions),
        "workers": lambda: workers(given.assignments, given.submissions),
        "scale": lambda: scale(given.assignments, given.sizes),
        "start": lambda: start(given.assignments),
    }
    by_default = list(measures)
    measures["otter"] = lambda: otter(given.otter, given.submissions)
    unknown = set(given.parts) - set(measures)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(measures)}")
    for part in given.parts or by_default:
        options = options_of(part, given)
        for line in measures[part]():
            print(
                f"{line.assignment}: {line.what}: {line.value:.2f} {line.unit} ({line.submissions} submissions)",
                flush=True,
            )
            grading_page.keep(given.into / "performance.csv", vars(line), options)
        grading_page.write(given.into)


if __name__ == "__main__":
    main()
