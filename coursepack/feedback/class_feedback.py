"""Write the feedback pages of a class: several at once, each completely or not at all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.feedback.facts import facts_of
from coursepack.feedback.page import Inputs
from coursepack.feedback.render import MADE_FROM
from coursepack.feedback.unreadable import Unreadable, why_unreadable
from coursepack.grading.batch.gradebook_reader import student_names
from coursepack.grading.batch.progress import progress_bar
from coursepack.grading.batch.read_results import WAITING
from coursepack.grading.submission.timestamps import NAME as TIMESTAMP
from coursepack.grading.submission.unknown_times import read_unknown_times
from coursepack.grading.workspace import Workspace
from coursepack.name_list import name_list
from coursepack.settings import read_settings
from coursepack.whole_file import write_whole

# The head of a page, with the digest of what it was made from.
_HEAD = 2_000
_DIGEST = re.compile(rf'name="{re.escape(MADE_FROM)}" content="([0-9a-f]+)"')
_ENDED = "the process that made it ended; repeat the command"


@dataclass(frozen=True)
class Job:
    """A page to write."""

    student: str
    inputs: Inputs | Unreadable
    page: Path


def write_feedback(
    course: Course, assignment: str, students: Sequence[str] = (), *, jobs: int = 1, force: bool = False
) -> int:
    """Write the pages of an assignment into `feedback/`, and print which could not be made.

    Args:
        course: the course folder.
        assignment: the assignment's name.
        students: whose pages; everybody's by default.
        jobs: how many pages to make at once.
        force: whether to write also what has not changed.

    Returns:
        0 if every submission has its page, 1 if one has none.

    Raises:
        CoursepackError: nobody has handed in, or a student is not known.
    """
    workspace, console = Workspace(course, assignment), Console(soft_wrap=True)
    names = _select(workspace, students)
    waiting, refused, current = _jobs(workspace, names, force=force)
    with progress_bar(console) as progress:
        bar = progress.add_task(assignment, total=len(waiting))
        for student, problem in _written(waiting, jobs):
            progress.advance(bar)
            if problem:
                refused[student] = problem
    for student in sorted(refused):
        console.print(f"[yellow]{escape(student)}: no page: {escape(refused[student])}[/]", highlight=False)
    made = len(names) - current - len(refused)
    folder = course.root / str(workspace.coursedir.feedback_directory)
    told = [f"{made} written"] + ([f"{current} already there (--force writes them again)"] if current else [])
    told += [f"{len(refused)} without a page"] if refused else []
    console.print(f"feedback: {folder}: {', '.join(told)}", markup=False, highlight=False)
    return int(bool(refused))


def graded_assignments(course: Course) -> list[str]:
    """Return the assignments that somebody has handed in.

    Raises:
        CoursepackError: there are none.
    """
    found = [name for name in course.assignments if Workspace(course, name).students()]
    if not found:
        remedy = "put notebooks into submitted/<student>/<assignment>/, and grade them"
        raise CoursepackError("nobody has handed in anything", where=str(course.root), remedy=remedy)
    return found


def check_pages(course: Course, assignment: str) -> None:
    """Refuse pages that no longer show what the gradebook says; pages that are not ours are not looked at.

    Raises:
        CoursepackError: there are such pages; it names the students.
    """
    workspace = Workspace(course, assignment)
    with_page = [student for student in workspace.students() if _made_from(_page(workspace, student))]
    if not with_page:
        return
    waiting, _, _ = _jobs(workspace, with_page, force=False)
    names = [job.student for job in waiting]
    if names:
        why = "a mark, a notebook, the source or coursepack has changed"
        raise CoursepackError(
            f"feedback pages are out of date, for {why}: {name_list(names)}",
            where=str(course.root / str(workspace.coursedir.feedback_directory)),
            remedy=f"make them again: coursepack feedback {assignment}",
        )


def _select(workspace: Workspace, wanted: Sequence[str]) -> list[str]:
    """Return whose pages are wanted.

    Raises:
        CoursepackError: nobody has handed in, or a student is not known.
    """
    known = workspace.students()
    unknown = sorted(set(wanted) - set(known))
    where = str(workspace.course.root / str(workspace.coursedir.submitted_directory))
    if not known:
        raise CoursepackError(
            f"nobody has handed in {workspace.assignment}",
            where=where,
            remedy=f"put notebooks into submitted/<student>/{workspace.assignment}/, and grade them",
        )
    if unknown:
        raise CoursepackError(
            f"{', '.join(unknown)} handed in no {workspace.assignment}",
            where=where,
            remedy="use the name of a folder in submitted/",
        )
    return sorted(set(wanted)) or known


def _jobs(workspace: Workspace, students: Sequence[str], *, force: bool) -> tuple[list[Job], dict[str, str], int]:
    """Return the pages to write, why others cannot be made, and how many are up to date."""
    waiting: list[Job] = []
    refused: dict[str, str] = {}
    current = 0
    time_zone = read_settings(workspace.course.root).time_zone
    unknown = read_unknown_times(workspace.course, workspace.assignment)
    with workspace.gradebook() as gradebook:
        names = student_names(gradebook)
        for student in students:
            try:
                inputs = _inputs(workspace, gradebook, student, names.get(student, ""), time_zone, unknown)
            except CoursepackError as error:
                refused[student] = str(error)
                continue
            job = Job(student, inputs, _page(workspace, student))
            if not force and _is_current(job):
                current += 1
            else:
                waiting.append(job)
    return waiting, refused, current


def _inputs(
    workspace: Workspace, gradebook: Any, student: str, name: str, time_zone: str, unknown_times: Mapping[str, str]
) -> Inputs | Unreadable:
    """Return what a student's page is made from.

    Raises:
        CoursepackError: the submission is not graded, or the gradebook does not know it.
    """
    autograded = workspace.notebook("autograded", student)
    if autograded.is_file():
        facts = facts_of(gradebook, workspace, student, workspace.assignment, unknown_times)
        return Inputs(autograded, workspace.source, facts, time_zone)
    if problem := why_unreadable(workspace, student):
        return Unreadable(workspace.source, workspace.assignment, student, name, problem)
    note = workspace.record(student)
    raise CoursepackError((note.problem if note else "") or WAITING)


def _is_current(job: Job) -> bool:
    return _made_from(job.page) == job.inputs.digest()


def _page(workspace: Workspace, student: str) -> Path:
    return workspace.folder("feedback", student) / f"{workspace.assignment}.html"


def _made_from(page: Path) -> str:
    """Return the digest of what a page was made from; empty if there is no page, or if it is not ours."""
    try:
        with page.open(encoding="utf-8", errors="replace") as stream:
            found = _DIGEST.search(stream.read(_HEAD))
    except OSError:
        return ""
    return found[1] if found else ""


def _written(waiting: Sequence[Job], jobs: int) -> Iterator[tuple[str, str]]:
    """Yield each student, and why the page could not be written; an empty text if it was."""
    if min(jobs, len(waiting)) <= 1:
        yield from ((job.student, _write(job)) for job in waiting)
        return
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(min(jobs, len(waiting)), context) as pool:
        futures: dict[Future[str], Job] = {pool.submit(_write, job): job for job in waiting}
        for future in as_completed(futures):
            try:
                yield futures[future].student, future.result()
            except BrokenProcessPool:
                yield futures[future].student, _ENDED


def _write(job: Job) -> str:
    """Write one page; return why that was not possible, or an empty text."""
    try:
        write_whole(job.page, job.inputs.page())
        if isinstance(job.inputs, Inputs):
            handed_in = job.inputs.autograded.with_name(TIMESTAMP)
            if handed_in.is_file():
                # nbgrader compares it with the one of a later submission.
                shutil.copyfile(handed_in, job.page.with_name(TIMESTAMP))
    except (CoursepackError, OSError) as error:
        return str(error)
    except Exception as error:  # one student's page must not stop the others'
        return f"{type(error).__name__}: {error}"[:500]
    return ""
