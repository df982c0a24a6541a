"""Grade a class: every submission by itself, some at once, none able to stop the others."""

from __future__ import annotations

import datetime
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from coursepack.build.notebooks import read_notebook, released_notebook
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.autograder import Autograder, StoppedError, reason_in
from coursepack.grading.desk import Desk, Record, digest
from coursepack.grading.gather import gather_results
from coursepack.grading.results import Status
from coursepack.grading.verdicts import print_verdicts

INTERRUPTED = 130


def grade_class(course: Course, assignment: str, *, jobs: int, timeout: int | None, force: bool) -> int:
    """Grade what was handed in for an assignment and print the verdicts.

    Args:
        course: the course folder.
        assignment: the assignment's name.
        jobs: how many submissions are graded at once.
        timeout: seconds a cell may take; None for the course's setting.
        force: grade again what is already graded.

    Returns:
        0 if every submission is graded, 1 if one could not be, 130 after Ctrl-C.

    Raises:
        CoursepackError: nothing was handed in, or the assignment cannot be put into the gradebook.
    """
    desk, console = Desk(course, assignment), Console()
    students = desk.students()
    if not students:
        raise CoursepackError(
            f"nobody has handed in {assignment}",
            where=str(course.root / "submitted"),
            remedy=f"put notebooks into submitted/<student>/{assignment}/, or try `coursepack sample {assignment}`",
        )
    enter_assignment(desk)
    waiting = [student for student in students if force or not is_graded(desk, student)]
    if len(waiting) < len(students):
        console.print(f"{len(students) - len(waiting)} already graded (--force grades them again)")
    autograder = Autograder(desk, released_notebook(read_notebook(desk.source)), timeout)
    if waiting and not _grade_all(autograder, waiting, jobs, console):
        advice = "--force would start over" if force else "the same command goes on where this one stopped"
        console.print(f"Nothing is half graded; {advice}.")
        return INTERRUPTED
    results = gather_results(desk)
    print_verdicts(results, console)
    return int(any(result.status is Status.NOT_GRADED for result in results))


def is_graded(desk: Desk, student: str) -> bool:
    """Return whether a submission needs no grading: neither it nor the assignment's tests have changed since.

    After a plain `nbgrader autograde` there is no note of ours; then the files' times decide.
    """
    submitted, graded = desk.notebook("submitted", student), desk.notebook("autograded", student)
    record = desk.record(student)
    if record is not None and (record.problem == "") == graded.is_file():
        return (record.submission, record.source) == (digest(submitted), digest(desk.source))
    if not graded.is_file() or not submitted.is_file():
        return False
    return graded.stat().st_mtime >= max(submitted.stat().st_mtime, desk.source.stat().st_mtime)


def enter_assignment(desk: Desk) -> None:
    """Put the assignment into the gradebook where it is missing or has changed since.

    nbgrader does that while it makes the student version; ours goes to a scratch folder, `release/` stays as it is.

    Raises:
        CoursepackError: nbgrader refuses.
    """
    stamp = desk.records / ".source"
    current = digest(desk.source)
    known = stamp.read_text(encoding="utf-8") if stamp.is_file() else ""
    if known == current and desk.in_gradebook():
        return
    scratch = desk.workshop / "release"
    inside = scratch.relative_to(desk.course.root).as_posix()
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", desk.assignment, "--force"]
    command += [f"--db={desk.db_url}", f"--CourseDirectory.release_directory={inside}"]
    run = subprocess.run(  # noqa: S603 (our own interpreter, arguments as a list)
        command, cwd=desk.course.root, env=desk.environment(), capture_output=True, text=True, check=False
    )
    shutil.rmtree(scratch, ignore_errors=True)
    if run.returncode != 0:
        raise _refused(desk, run.stdout + run.stderr)
    desk.records.mkdir(parents=True, exist_ok=True)
    stamp.write_text(current, encoding="utf-8")


def _refused(desk: Desk, log: str) -> CoursepackError:
    remedy = f"run `nbgrader generate_assignment {desk.assignment}` and see what it says"
    if "Cannot add or remove cells" in log:
        remedy = (
            f"its cells changed after work was graded: save the grades with `nbgrader export`, then "
            f"`nbgrader db assignment remove {desk.assignment} --force`, and grade again"
        )
    what = f"the assignment cannot be put into the gradebook ({reason_in(log)})"
    return CoursepackError(what, where=str(desk.source), remedy=remedy)


def _grade_all(autograder: Autograder, students: list[str], jobs: int, console: Console) -> bool:
    """Grade the students' submissions with a progress bar; return False after Ctrl-C."""
    finished = 0
    try:
        with _progress(console) as progress:
            task = progress.add_task(autograder.desk.assignment, total=len(students))
            for student, record in _graded(autograder, students, jobs):
                finished += 1
                progress.advance(task)
                if record.problem:
                    progress.console.print(
                        f"[yellow]{escape(student)}: {escape(record.problem)}[/]", highlight=False, soft_wrap=True
                    )
                elif not console.is_terminal:
                    progress.console.print(f"{escape(student)}: graded ({finished}/{len(students)})", highlight=False)
    except KeyboardInterrupt:
        left = len(students) - finished
        console.print(f"\nStopped: {finished} graded, {left} left.")
        return False
    finally:
        shutil.rmtree(autograder.desk.workshop, ignore_errors=True)
    return True


def _graded(autograder: Autograder, students: list[str], jobs: int) -> Iterator[tuple[str, Record]]:
    """Yield each student with the note on the grading as they finish; leaving early ends what is running."""
    with ThreadPoolExecutor(jobs) as pool:
        running: dict[Future[Record], str] = {pool.submit(autograder.grade, name): name for name in students}
        try:
            while running:
                # A short wait, so that Ctrl-C is heard on every platform.
                done, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    yield running.pop(future), future.result()
        finally:
            autograder.stop.set()
            for future in running:
                future.cancel()
            for future in running:
                _settle(future)


def _settle(future: Future[Record]) -> None:
    """Wait for a stopped grading to end."""
    try:
        future.result()
    except (StoppedError, CancelledError):
        return


class _PaceColumn(ProgressColumn):
    """Shows submissions per minute and the time left, both from the whole run so far."""

    def render(self, task: Task) -> Text:
        """Return the pace, or nothing before there is one."""
        if not task.completed or not task.elapsed:
            return Text("")
        left = round(task.elapsed / task.completed * ((task.total or 0) - task.completed))
        return Text(f"{60 * task.completed / task.elapsed:.1f}/min, {datetime.timedelta(seconds=left)} left")


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        _PaceColumn(),
        console=console,
    )
