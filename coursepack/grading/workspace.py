"""The folders for grading one assignment: nbgrader's folders, its gradebook, and our own notes."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, MissingEntry, SubmittedAssignment

from coursepack.course import Course
from coursepack.gradebook import course_directory, find_tools, gradebook_url, open_gradebook
from coursepack.grading.notebook.verdict_records import GradedNotebook, VerdictRecord
from coursepack.grading.submission.extra_time import extra_time
from coursepack.grading.submission.folder_files import VERDICTS_FILE, is_clutter
from coursepack.grading.submission.timestamps import timestamp_of
from coursepack.sandbox.limits import Limits
from coursepack.settings import grading_environment
from coursepack.whole_file import write_whole


@dataclass(frozen=True)
class GradingNote:
    """Our note on the grading of one submission, stored beside nbgrader's own results.

    Attributes:
        submission: digest of the submission; empty if there was no notebook.
        source: digest of the assignment's source at that time.
        problem: why it could not be graded; empty if it was.
        notes: what was repaired or noticed.
        ours: whether the problem is a grader error, so that the next run tries again.
        provenance: digests of everything else that the result was made from; see `batch/provenance.py`.
        answers: digests of the answers that a person's marks are for, by cell; see `batch/marked_answers.py`.
        notebook: SHA-256 of the submitted notebook's file; empty if it was not read.
        notebook_state: the file's state when it was read; see `file_state`.
    """

    submission: str
    source: str
    problem: str = ""
    notes: tuple[str, ...] = ()
    ours: bool = False
    provenance: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    notebook: str = ""
    notebook_state: str = ""


@dataclass(frozen=True)
class Workspace:
    """The grading workspace of one assignment.

    Attributes:
        course: the course.
        assignment: the assignment's name.
    """

    course: Course
    assignment: str

    @cached_property
    def coursedir(self) -> Any:
        """The folders of nbgrader, with the course's configuration in `config`."""
        return course_directory(self.course)

    @property
    def db_url(self) -> str:
        """The gradebook's address."""
        return gradebook_url(self.coursedir)

    @property
    def timeout(self) -> int:
        """CPU seconds that a cell may take, from the course's configuration."""
        return int(self.coursedir.config.get("JudgedExecute", {}).get("timeout", Limits.cell_cpu_seconds))

    @property
    def source(self) -> Path:
        """The assignment's source notebook."""
        return self.course.notebook("source", self.assignment)

    @property
    def records(self) -> Path:
        """Our notes: a folder that nbgrader's `autograded/*/` does not match."""
        return self.course.root / str(self.coursedir.autograded_directory) / ".coursepack" / self.assignment

    @property
    def workshop(self) -> Path:
        """Scratch folder for working copies."""
        return self.course.root / ".coursepack" / "grading" / self.assignment

    def gradebook(self) -> Any:
        """Open the gradebook; use it in a `with` statement."""
        return open_gradebook(self.coursedir)

    def folder(self, step: str, student: str) -> Path:
        """Return a student's folder in a step ("submitted", "autograded")."""
        return self._folder(step, student)

    @cached_property
    def _folder(self) -> Callable[[str, str], Path]:
        """`folder`, which is asked for the same student several times in a row."""

        @functools.lru_cache(maxsize=16)
        def folder(step: str, student: str) -> Path:
            directory = getattr(self.coursedir, f"{step}_directory")
            return Path(self.coursedir.format_path(directory, student, self.assignment))

        return folder

    def notebook(self, step: str, student: str) -> Path:
        """Return a student's notebook in a step ("submitted", "autograded")."""
        return self.folder(step, student) / f"{self.assignment}.ipynb"

    def students(self) -> list[str]:
        """Return the ids of all students who submitted something, sorted."""
        submitted = self.course.root / str(self.coursedir.submitted_directory)
        folders = submitted.iterdir() if submitted.is_dir() else ()
        names = (folder.name for folder in folders if not (folder.name.startswith(".") or is_clutter(folder.name)))
        return sorted(name for name in names if self.folder("submitted", name).is_dir())

    def record(self, student: str) -> GradingNote | None:
        """Return our note on a student's grading; None if there is no readable note."""
        try:
            text = (self.records / f"{student}.json").read_text(encoding="utf-8")
            fields = json.loads(text)
            return GradingNote(**{**fields, "notes": tuple(fields.get("notes", ()))})
        except (OSError, ValueError, TypeError, AttributeError):
            return None

    def verdicts(self, student: str) -> dict[str, VerdictRecord]:
        """Return the engine's verdicts on a student's cells by name; none after grading without the engine."""
        graded = self.graded_notebook(student)
        return {record.grade_id: record for record in graded.records} if graded else {}

    def noticed(self, student: str) -> tuple[str, ...]:
        """Return what the engine noticed on a student's notebook."""
        graded = self.graded_notebook(student)
        return graded.notes if graded else ()

    def graded_notebook(self, student: str) -> GradedNotebook | None:
        """Return what the engine wrote down about a student's notebook; None after grading without the engine."""
        try:
            return GradedNotebook.from_json(
                (self.folder("autograded", student) / VERDICTS_FILE).read_text(encoding="utf-8")
            )
        except (OSError, ValueError):
            return None

    def log(self, student: str) -> Path:
        """Return the path for the traceback of a grader error: beside our notes, only for the instructor."""
        return self.records / f"{student}.log"

    def write_record(self, student: str, record: GradingNote) -> None:
        """Write a note on a student's grading, completely or not at all."""
        # On one line: Python's fast encoder cannot indent.
        write_whole(self.records / f"{student}.json", json.dumps(vars(record), ensure_ascii=False, default=dict))

    def graded_students(self, gradebook: Any) -> set[str]:
        """Return the ids of all students with a submission in the gradebook."""
        query = gradebook.db.query(SubmittedAssignment.student_id).join(SubmittedAssignment.assignment)
        return {student for (student,) in query.filter(Assignment.name == self.assignment)}

    def submission_digest(self, student: str, notebook: str | None = None) -> str:
        """Return a digest of a student's notebook and the time of its hand-in; empty if there is no notebook.

        Extra time belongs to it: lateness counts from there.

        Args:
            student: whose notebook it is.
            notebook: SHA-256 of the notebook's file; the file is read if it is not given.
        """
        if notebook is None:
            notebook = digest(self.notebook("submitted", student))
        time = timestamp_of(self.folder("submitted", student)) or ""
        extra = extra_time(self.course, student, self.assignment)
        time += f" and {extra.total_seconds():.0f} s" if extra else ""
        return hashlib.sha256(f"{notebook} {time}".encode()).hexdigest() if notebook else ""

    def environment(self) -> dict[str, str]:
        """Return the environment of a grading run: the mini data set, no GPU, one thread."""
        find_tools()
        return {**os.environ, **grading_environment(self.course)}

    def in_gradebook(self) -> bool:
        """Return whether the gradebook knows the assignment's notebook."""
        with self.gradebook() as gradebook:
            try:
                gradebook.find_notebook(self.assignment, self.assignment)
            except MissingEntry:
                return False
        return True


def is_worth_nothing(grade: Any) -> bool:
    """Tell whether a grade of the gradebook can only be 0, as that of a marking scheme: nobody needs to enter it."""
    return not grade.cell.max_score


def digest(path: Path) -> str:
    """Return the SHA-256 of a file; empty if it cannot be read or is not a regular file."""
    if not path.is_file():
        return ""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
