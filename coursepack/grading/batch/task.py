"""Define a worker's tasks and results as texts and bytes, so that machines need not share a disk.

`grade` runs on a worker, which may be another machine: it needs coursepack with its `grade` extra, bubblewrap, and the
course's data set. Workers of one run on one machine share a fork server and a judge, which they keep from one
submission to the next.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import logging
import pickle
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.course_secret import secret_digest
from coursepack.errors import CoursepackError
from coursepack.grading.batch.answer_digests import answer_digests
from coursepack.grading.batch.code_digest import code_digest
from coursepack.grading.batch.worker_log import LogLine, collected
from coursepack.grading.notebook.grade_notebook import grade_notebook
from coursepack.grading.notebook.merge import with_marks
from coursepack.grading.notebook.verdict_records import GradedNotebook
from coursepack.grading.notebook.warm_imports import warm_imports
from coursepack.grading.notebook.worker import shared_worker
from coursepack.grading.submission.repair import UnreadableError
from coursepack.grading.submission.sanitize import sanitize_content
from coursepack.kernel_environment import SECRET
from coursepack.notebooks.cells import grade_id_of, marks_of
from coursepack.sandbox.limits import Limits
from coursepack.sandbox.outputs import clean_text

_log = logging.getLogger(__name__)

# The protocol of pickle from which on bytes may stay where they are.
PEP_574 = 5
# Of the code that this process has loaded, whatever happens to the files later.
CODE = code_digest()


@dataclass(frozen=True)
class RunInput:
    """What all submissions of a run have in common: it goes to each worker once.

    Attributes:
        source: the assignment's source notebook as JSON, hidden tests included.
        released: its student version as JSON.
        course: the coordinator's course folder; a worker that has no such folder uses the one it was started in.
        files: the assignment's own files beside a notebook, by relative path; they replace a student's.
        limits: limits on time, memory and output.
        redraw: whether the assignment's own cells that only draw are run, rather than their submitted pictures kept.
        unsafe_no_jail: whether student code runs without any isolation.
        code: digest of the coordinator's code of coursepack.
        log_level: from which level on the worker's records are sent back.
        secret: digest of the coordinator's secret for the course; empty if it has none.
        name: the run's name, by which its workers on one machine find one another; empty for a worker by itself.
    """

    source: str
    released: str
    course: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    redraw: bool = False
    unsafe_no_jail: bool = False
    code: str = CODE
    log_level: int = logging.INFO
    secret: str = ""
    name: str = ""


class _SentAsIs:
    """Pickle the bytes in a dataclass's fields by reference, where whoever pickles takes that (PEP 574).

    Dask pickles a submission three times on its way to a worker, and a notebook with its pictures is large.
    """

    def __reduce_ex__(self, protocol: Any) -> Any:
        fields = tuple(vars(self)[field.name] for field in dataclasses.fields(self))  # type: ignore[arg-type]
        if int(protocol) < PEP_574:
            return type(self), fields
        sent = (pickle.PickleBuffer(value) if isinstance(value, bytes) else value for value in fields)
        return _received, (type(self), *sent)


_BUFFERS = (bytes, bytearray, memoryview, pickle.PickleBuffer)


def _received(kind: Callable[..., _SentAsIs], *fields: Any) -> _SentAsIs:
    return kind(*(bytes(value) if isinstance(value, _BUFFERS) else value for value in fields))


@dataclass(frozen=True)
class Task(_SentAsIs):
    """One submission to grade.

    Attributes:
        student: whose it is.
        submission: the content of the submitted notebook's file. Whatever it is, no more than a worker breaks on it,
            and the coordinator, of which there is one, need not read it.
        files: the student's files beside it, by relative path.
        name: the name of the notebook's file, for messages.
    """

    student: str
    submission: bytes
    files: Mapping[str, bytes] = field(default_factory=dict)
    name: str = "the notebook"

    @property
    def size(self) -> int:
        """How many bytes its files have."""
        return len(self.submission) + sum(map(len, self.files.values()))


@dataclass(frozen=True)
class Graded(_SentAsIs):
    """A worker's result.

    Attributes:
        student: whose work it is.
        notebook: the notebook as it was run, its outputs safe to show: the content of its file.
        records: the verdicts, as `GradedNotebook.to_json` writes them.
        answers: digests of the answers, by graded cell. Of checks, too: whose points a person will override, and what
            grades the submission after that, nobody knows yet. The coordinator, of which there is one, only keeps them.
        cells: the named cells by name, with what the gradebook asks about: their type, source and nbgrader's metadata.
        notes: what was repaired in the submission, one sentence each.
        log: what the worker logged meanwhile.
    """

    student: str
    notebook: bytes
    records: str
    answers: Mapping[str, str]
    cells: Mapping[str, Mapping[str, Any]]
    notes: tuple[str, ...] = ()
    log: tuple[LogLine, ...] = ()

    @functools.cached_property
    def verdicts(self) -> GradedNotebook:
        """The verdicts, read."""
        return GradedNotebook.from_json(self.records)

    @classmethod
    def of(cls, student: str, notebook: str, records: str, notes: tuple[str, ...] = ()) -> Graded:
        """Return the result for a graded notebook, as JSON, and its records."""
        content = json.loads(notebook)
        cells = {
            name: {
                "cell_type": cell["cell_type"],
                "metadata": {"nbgrader": marks_of(cell)},
                "source": "".join(cell["source"]),
            }
            for cell in content["cells"]
            if (name := grade_id_of(cell))
        }
        return cls(student, f"{notebook}\n".encode(), records, answer_digests(content), cells, notes)


@dataclass(frozen=True)
class Unreadable:
    """A submission that cannot be graded, whoever tries.

    Attributes:
        problem: why, one line.
    """

    problem: str


@dataclass(frozen=True)
class NotGraded:
    """Why there is no result: a grader error, which costs no student a point.

    Attributes:
        problem: what happened, one line.
        details: tracebacks, for the instructor.
    """

    problem: str
    details: str = ""


def grade(task: Task, run: RunInput) -> Graded | Unreadable:
    """Grade one submission.

    Raises:
        CoursepackError: this worker cannot grade at all (no jail, no data, another version).
    """
    if run.code != CODE:
        remedy = "install the same version on all machines, and start their workers again"
        raise CoursepackError("a worker's coursepack is not the coordinator's: their code differs", remedy=remedy)
    with collected(run.log_level) as log:
        graded = _grade(task, run)
    return replace(graded, log=tuple(log)) if isinstance(graded, Graded) else graded


def _grade(task: Task, run: RunInput) -> Graded | Unreadable:
    begun = time.monotonic()
    _log.info("%s: begins", task.student)
    course = _course(Path(run.course))
    if secret_digest(course) != run.secret:
        remedy = f"give all machines the same {SECRET}, or the same file, and start their workers again"
        raise CoursepackError("a worker's secret for the course is not the coordinator's", remedy=remedy)
    source = _shared(run.source)
    try:
        submission, notes = sanitize_content(task.name, task.submission, _shared(run.released))
    except UnreadableError as error:
        return Unreadable(str(error))
    imports = warm_imports(course, source)
    graded = grade_notebook(
        course,
        source,
        submission,
        limits=run.limits,
        worker=shared_worker(course, unsafe_no_jail=run.unsafe_no_jail, run=run.name, imports=imports),
        files={**task.files, **run.files},
        redraw=run.redraw,
    )
    _log.info("%s: ends after %.1f s, %.1f s of them CPU", task.student, time.monotonic() - begun, graded.cpu_seconds)
    return Graded.of(task.student, as_json(with_marks(graded, submission)), graded.to_json(), notes)


@functools.lru_cache(maxsize=2)
def _shared(text: str) -> NotebookNode:
    """Return a notebook that all submissions of a run share, the source or its student version; nobody changes it."""
    return read_json(text)


def read_json(text: str) -> NotebookNode:
    """Return the notebook in a JSON text."""
    return nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call, no-any-return]


def as_compact_json(notebook: NotebookNode) -> str:
    """Return a valid notebook as JSON text on one line, which `read_json` reads: for machines, not for files.

    nbformat copies and validates a notebook before it writes it, and with indentation Python's fast encoder cannot be
    used.
    """
    return json.dumps(notebook)


def as_json(notebook: NotebookNode) -> str:
    """Return a notebook as JSON text in the form that is written to files."""
    return str(nbformat.writes(notebook, version=nbformat.NO_CONVERT))  # type: ignore[no-untyped-call]


def grader_errors_in(records: GradedNotebook) -> NotGraded | None:
    """Return the grader errors of a notebook; None if there are none."""
    found = records.grader_errors
    if not found:
        return None
    problem = "; ".join(dict.fromkeys(f"grader error in {one.grade_id}: {one.message}" for one in found))
    details = "\n\n".join(f"{one.grade_id}: {one.message}\n{one.details}" for one in found)
    return NotGraded(clean_text(problem, 1_000).replace("\n", " "), clean_text(details, 100_000))


def _course(named: Path) -> Course:
    with contextlib.suppress(CoursepackError):
        return Course.find(named)
    try:
        return Course.find()
    except CoursepackError as error:
        raise CoursepackError(
            "a worker was not started in the course's folder",
            where=str(Path.cwd()),
            remedy="start it there: cd <course> && dask worker tcp://…",
        ) from error
