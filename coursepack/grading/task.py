"""What a grading worker is sent and what it sends back: texts and bytes, so that no disk need be shared.

`grade` runs on a worker, which may be another machine: it needs coursepack with its `grade` extra, bubblewrap, and the
course's data set, and keeps a fork server and a judge alive from one submission to the next.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursepack import __version__
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.engine.assemble import with_marks
from coursepack.grading.engine.limits import Limits
from coursepack.grading.engine.records import GradedNotebook
from coursepack.grading.engine.run import grade_notebook
from coursepack.grading.engine.worker import shared_worker


@dataclass(frozen=True)
class Task:
    """One submission to grade.

    Attributes:
        student: whose it is.
        source: the assignment's source notebook as JSON, hidden tests included.
        submission: the notebook that was handed in, as JSON, put right by `intake`.
        files: what lies beside it, by relative path.
        course: the coordinator's course folder; a worker that has no such folder uses the one it was started in.
        limits: what the notebook may take.
        pictures: whether the assignment's own cells that only draw are run.
        unsafe_no_jail: whether student code runs without any wall.
        version: the coordinator's version of coursepack.
    """

    student: str
    source: str
    submission: str
    course: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    pictures: bool = True
    unsafe_no_jail: bool = False
    version: str = __version__


@dataclass(frozen=True)
class Graded:
    """What a worker sends back.

    Attributes:
        student: whose work it is.
        notebook: the notebook as it was run, as JSON, its outputs safe to show.
        records: the verdicts, as `GradedNotebook.to_json` writes them.
    """

    student: str
    notebook: str
    records: str


def grade(task: Task) -> Graded:
    """Grade one submission.

    Raises:
        CoursepackError: this worker cannot grade at all (no jail, no data, another version).
    """
    if task.version != __version__:
        remedy = "install the same version on all machines"
        raise CoursepackError(f"a worker has coursepack {__version__}, the coordinator {task.version}", remedy=remedy)
    course = _course(Path(task.course))
    submission = read_json(task.submission)
    graded = grade_notebook(
        course,
        read_json(task.source),
        submission,
        limits=task.limits,
        worker=shared_worker(course, unsafe_no_jail=task.unsafe_no_jail),
        files=task.files,
        pictures=task.pictures,
    )
    return Graded(task.student, as_json(with_marks(graded, submission)), graded.to_json())


def read_json(text: str) -> NotebookNode:
    """Return the notebook in a JSON text."""
    return nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call, no-any-return]


def as_json(notebook: NotebookNode) -> str:
    """Return a notebook as JSON text."""
    return str(nbformat.writes(notebook, version=nbformat.NO_CONVERT))  # type: ignore[no-untyped-call]


def records_of(graded: Graded) -> GradedNotebook:
    """Return the verdicts in a worker's answer."""
    return GradedNotebook.from_json(graded.records)


def _course(named: Path) -> Course:
    with contextlib.suppress(CoursepackError):
        return Course.find(named)
    try:
        return Course.find()
    except CoursepackError as error:
        raise CoursepackError("a worker was not started in the course's folder", where=str(Path.cwd())) from error
