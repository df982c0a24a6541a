"""Write results into nbgrader's gradebook, in one transaction per submission, and into `autograded/`.

The order makes any interruption harmless. The graded notebook is written to a temporary place, the gradebook's
transaction is committed, the notebook is moved to its place, and only then the note "graded" is written. The next
run repeats whatever is missing, with the same result.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import DBAPIError

from coursepack.errors import CoursepackError
from coursepack.grading.batch.task import Graded, read_json, records_of
from coursepack.grading.notebook.verdict_records import GradedNotebook
from coursepack.grading.submission.folder_files import VERDICTS_FILE
from coursepack.grading.submission.timestamps import timestamp_of
from coursepack.grading.workspace import GradingNote, Workspace
from coursepack.notebooks.cells import grade_id_of, is_task, marks_of

ATTEMPTS = 3
NO_RESPONSE = "No response."


@dataclass(frozen=True)
class GradebookWriter:
    """Write the results of one assignment; only one process may have a writer.

    Attributes:
        workspace: the assignment's workspace.
        gradebook: nbgrader's gradebook, open.
    """

    workspace: Workspace
    gradebook: Gradebook

    def enter(self, graded: Graded, files: Mapping[str, bytes], record: GradingNote) -> None:
        """Write a worker's result for a submission.

        Args:
            graded: the worker's answer.
            files: the files submitted beside the notebook, and the assignment's own files.
            record: our note on the grading.

        Raises:
            CoursepackError: the gradebook cannot be written, or the disk is full. Nothing has changed then.
        """
        student = graded.student
        self.workspace.workshop.mkdir(parents=True, exist_ok=True)
        with _told(self.workspace), tempfile.TemporaryDirectory(dir=self.workspace.workshop) as scratch:
            fresh = Path(scratch) / self.workspace.assignment
            write_files(fresh, {**files, VERDICTS_FILE: graded.records.encode("utf-8")})
            (fresh / f"{self.workspace.assignment}.ipynb").write_text(graded.notebook + "\n", encoding="utf-8")
            self._write(student, read_json(graded.notebook), records_of(graded))
            replace(fresh, self.workspace.folder("autograded", student))
            self.workspace.log(student).unlink(missing_ok=True)
            self.workspace.write_record(student, record)

    def give_no_points(self, student: str, record: GradingNote) -> None:
        """Enter 0 for every cell of a submission that could not be graded; keep marks given by hand.

        Otherwise nbgrader would list it as "needs manual grade" without a score.

        Raises:
            CoursepackError: the gradebook cannot be written.
        """
        with _told(self.workspace):
            self._write(student, None, None)
            self._take_back(student)
            self.workspace.write_record(student, record)

    def leave_ungraded(self, student: str, record: GradingNote, details: str) -> None:
        """Record a grader error: the gradebook does not change, and feedback shows nothing of the attempt.

        Args:
            student: whose submission it is.
            record: our note, which says what went wrong.
            details: tracebacks, for the instructor.

        Raises:
            CoursepackError: the disk is full.
        """
        with _told(self.workspace):
            self._take_back(student)
            self.workspace.write_record(student, record)
            self.workspace.log(student).write_text(details or record.problem, encoding="utf-8")

    def _take_back(self, student: str) -> None:
        """Remove an earlier run's files for a submission that is not graded now."""
        shutil.rmtree(self.workspace.folder("autograded", student), ignore_errors=True)
        self.workspace.log(student).unlink(missing_ok=True)

    def _write(self, student: str, notebook: NotebookNode | None, records: GradedNotebook | None) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with one_transaction(self.gradebook):
                    self._enter_scores(student, notebook, records)
                return
            except DBAPIError as error:
                if "locked" not in str(error) or attempt == ATTEMPTS:
                    raise
                time.sleep(attempt)

    def _enter_scores(self, student: str, notebook: NotebookNode | None, records: GradedNotebook | None) -> None:
        """Write scores and comments as nbgrader's SaveAutoGrades and AssignLatePenalties do, but from our records."""
        book, assignment = self.gradebook, self.workspace.assignment
        book.update_or_create_student(student)
        timestamp = timestamp_of(self.workspace.folder("submitted", student))
        # nbgrader builds the submission before it adds it to the session: a flush in between would warn.
        with book.db.no_autoflush:
            options = {"timestamp": timestamp} if timestamp else {}
            submission = book.update_or_create_submission(assignment, student, **options)
        for entry in submission.notebooks:
            cells = {grade_id_of(cell): cell for cell in notebook.cells if grade_id_of(cell)} if notebook else {}
            points = {record.grade_id: record.points for record in records.records} if records else {}
            if entry.name != assignment:
                cells, points = {}, {}
            for grade in entry.grades:
                score_cell(grade, cells.get(grade.name), points)
            for comment in entry.comments:
                comment.auto_comment = NO_RESPONSE if _untouched(cells.get(comment.name)) else None
            book.db.flush()
            self._take_off_for_lateness(student, submission, entry)

    def _take_off_for_lateness(self, student: str, submission: Any, entry: Any) -> None:
        entry.late_submission_penalty = None
        if submission.total_seconds_late > 0:
            book = self.gradebook
            book.db.expire(entry)
            step = AssignLatePenalties(config=self.workspace.coursedir.config)
            step.init_plugin()
            penalty = step.plugin_inst.late_submission_penalty(student, entry.score, submission.total_seconds_late)
            if penalty is not None:
                entry.late_submission_penalty = max(0.0, min(float(penalty), entry.score))


def score_cell(grade: Any, cell: NotebookNode | None, points: Mapping[str, float]) -> None:
    """Set a grade's automatic score: the record's points, 0 for what is missing, None for what a person must mark."""
    if grade.name in points:
        grade.auto_score = points[grade.name]
    elif cell is None:
        grade.auto_score = 0.0
    elif is_task(cell):
        grade.auto_score = None
    else:
        grade.auto_score = 0.0 if _untouched(cell) else None
    failed = cell is None
    grade.needs_manual_grade = not failed and (grade.manual_score is not None or grade.auto_score is None)


def _untouched(cell: NotebookNode | None) -> bool:
    """Tell whether an answer is still as released."""
    if cell is None or is_task(cell):
        return False
    return bool(marks_of(cell).get("checksum") == utils.compute_checksum(cell))


@contextlib.contextmanager
def one_transaction(gradebook: Gradebook) -> Iterator[None]:
    """Make everything that nbgrader commits inside the block one transaction: all or nothing."""
    session = gradebook.db
    commit = session.commit
    session.commit = session.flush
    try:
        yield
        commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.commit


@contextlib.contextmanager
def _told(workspace: Workspace) -> Iterator[None]:
    """Turn errors of the disk or the database into one message."""
    again = "then repeat the command: it continues where it stopped"
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).strip().split("\n")[0]
        remedy = (
            "another program holds it: close that (a formgrader?)" if "locked" in reason else "see docs/instructor.md"
        )
        raise CoursepackError(f"the gradebook cannot be written: {reason}", remedy=f"{remedy}, {again}") from error
    except OSError as error:
        where = str(error.filename or workspace.workshop)
        remedy = f"free some space, {again}"
        raise CoursepackError(f"results cannot be written: {error.strerror}", where=where, remedy=remedy) from error


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by relative path, below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def replace(fresh: Path, old: Path) -> None:
    """Replace the old folder by a finished one."""
    old.parent.mkdir(parents=True, exist_ok=True)
    if old.exists():
        shutil.rmtree(old)
    fresh.rename(old)
