"""`coursepack demo`: run the whole workflow once, in a new course folder `./demo`.

It generates the student version of one assignment, writes a sample class's submissions, grades them and writes a
report. The folder is deleted and made again each time; nothing else is touched.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from coursepack.authoring.sample_class import DEMO_MARKER, write_sample_class
from coursepack.course import CONFIG_NAME, Course
from coursepack.errors import CoursepackError
from coursepack.gradebook import generate_assignment
from coursepack.grading.batch.class_run import INTERRUPTED, grade_class
from coursepack.grading.batch.options import Options
from coursepack.report.page import write_report
from coursepack.settings import FILE, grading_data, package_files, read_settings

FOLDER = "demo"
PARTS = ("source", "answers", CONFIG_NAME, FILE)

_console = Console(highlight=False, soft_wrap=True)


def run_demo(course: Course, assignment: str, *, jobs: int, timeout: int) -> int:
    """Run the demonstration.

    Args:
        course: the course whose sources and snippets are used; it is only read.
        assignment: the assignment that is graded.
        jobs: how many submissions are graded at once.
        timeout: seconds a cell may take.

    Returns:
        0, or 130 after Ctrl-C.

    Raises:
        CoursepackError: the folder is in use for something else, or a step cannot be done.
    """
    course.select([assignment])
    begun = time.monotonic()
    with _step(f"1. A fresh course in {FOLDER}/"):
        demo = fresh_course(course)
        data = grading_data(demo)
        _console.print(f"data that notebooks are graded on: {_short(data)}" if data else "no data are needed")
    with _step("2. The student version: nbgrader generate_assignment"):
        generate(demo, assignment)
    with _step(f"3. A sample class hands in {assignment}"):
        write_sample_class(demo, assignment)
    with _step(f"4. Grading, {jobs} at a time: coursepack grade {assignment} -j {jobs}"):
        code = grade_class(demo, assignment, Options(jobs=jobs, timeout=timeout))
    if code == INTERRUPTED:
        return code
    with _step("5. The class report"):
        page = write_report(demo, assignment)
    _console.print(f"\n[bold green]Done in {_minutes(time.monotonic() - begun)}.[/] Now open")
    release = demo.notebook("release", assignment)
    for what, where in (("the report", page), ("what students get", release)):
        _console.print(f"  {what + ':':<20}{_short(where)}")
    _console.print(f"  {'JupyterLab:':<20}coursepack lab")
    return 0


def fresh_course(course: Course) -> Course:
    """Make `demo/` in the course folder, replacing an earlier one.

    Raises:
        CoursepackError: there is a folder of that name that this function did not make.
    """
    root = course.root / FOLDER
    if root.exists():
        if not (root / DEMO_MARKER).is_file():
            raise CoursepackError(
                f"{FOLDER}/ was not made by the demo", where=str(root), remedy="rename it, then run the demo again"
            )
        shutil.rmtree(root)
    root.mkdir()
    (root / DEMO_MARKER).write_text("`make demo` deletes this folder and makes it anew.\n", encoding="utf-8")
    own = [str(path.relative_to(course.root)) for path in package_files(course) if path.is_relative_to(course.root)]
    for part in (*PARTS, *own, *read_settings(course.root).bundled_data):
        origin, copy = course.root / part, root / part
        copy.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, copy, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        elif origin.is_file():
            shutil.copyfile(origin, copy)
    return Course(root)


def generate(course: Course, assignment: str) -> None:
    """Run `nbgrader generate_assignment`, as an instructor would.

    Raises:
        CoursepackError: nbgrader refuses.
    """
    _console.print(f"$ nbgrader generate_assignment {assignment} --force", style="dim")
    run = generate_assignment(course, assignment)
    if run.returncode != 0:
        raise CoursepackError(
            "nbgrader cannot make the student version",
            where=str(course.notebook("source", assignment)),
            remedy=run.stderr.strip()[-500:],
        )


@contextmanager
def _step(title: str) -> Iterator[None]:
    """Print a step's title, and how long it took."""
    _console.print(f"\n[bold]{title}[/]")
    begun = time.monotonic()
    yield
    _console.print(f"({_minutes(time.monotonic() - begun)})", style="dim")


def _minutes(seconds: float) -> str:
    """Return a time span as "45 s" or "3 min 5 s"."""
    whole, rest = divmod(round(seconds), 60)
    return f"{whole} min {rest} s" if whole else f"{rest} s"


def _short(path: Path) -> str:
    """Return a path as seen from the working directory, if it lies below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
