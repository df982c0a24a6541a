"""Write results into nbgrader's gradebook, in transactions, and into `autograded/`.

The order makes any interruption harmless. The graded notebook is written to a temporary place, the gradebook's
transaction is committed, the notebook is moved to its place, and only then the note "graded" is written. The next
run repeats whatever is missing, with the same result. Results that came in together share a transaction, for the disk
takes as long for one as for many; if it fails, each has one of its own.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as with_fields
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import DBAPIError

from coursepack.errors import CoursepackError
from coursepack.grading.batch.marked_answers import marked_answers
from coursepack.grading.batch.score_entry import ScoreEntry, comment_columns, grade_columns
from coursepack.grading.batch.submission_rows import (
    AssignmentLayout,
    NotebookRows,
    add,
    find,
    lateness,
    notebooks_of,
    read_layout,
    score_of,
    set_times,
    write_comments,
    write_grades,
    write_penalties,
)
from coursepack.grading.batch.task import Graded
from coursepack.grading.submission.extra_time import extra_time, has_extra_times
from coursepack.grading.submission.folder_files import VERDICTS_FILE
from coursepack.grading.submission.timestamps import moment_of
from coursepack.grading.workspace import GradingNote, Workspace

ATTEMPTS = 3


@dataclass(frozen=True)
class Result:
    """What is known of a submission that a worker graded.

    Attributes:
        graded: the worker's answer.
        files: the files submitted beside the notebook, and the assignment's own files.
        record: our note on the grading.
    """

    graded: Graded
    files: Mapping[str, bytes]
    record: GradingNote


@dataclass(frozen=True)
class GradebookWriter:
    """Write the results of one assignment; only one process may have a writer.

    Attributes:
        workspace: the assignment's workspace.
        gradebook: nbgrader's gradebook, open.
    """

    workspace: Workspace
    gradebook: Gradebook

    def enter(self, results: Sequence[Result]) -> None:
        """Write workers' results, each of another student.

        Raises:
            CoursepackError: the gradebook cannot be written, or the disk is full. Results that can be written are;
                of the others nothing has changed.
        """
        with _told(self.workspace):
            try:
                self._enter(results)
            except Exception as error:
                if len(results) == 1 or _is_locked(error):
                    raise
                self._enter_each(results)

    def _enter_each(self, results: Iterable[Result]) -> None:
        """Write results one by one, so that one that cannot be written takes no other with it."""
        errors = []
        for result in results:
            try:
                self._enter([result])
            except Exception as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def _enter(self, results: Sequence[Result]) -> None:
        self.workspace.workshop.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.workspace.workshop) as scratch:
            fresh = [Path(scratch) / str(place) for place in range(len(results))]
            for folder, result in zip(fresh, results, strict=True):
                write_files(folder, self._files(result))
            entered = self._write({result.graded.student: ScoreEntry.of(result.graded) for result in results})
            for folder, result in zip(fresh, results, strict=True):
                student = result.graded.student
                replace(folder, self.workspace.folder("autograded", student))
                self.workspace.log(student).unlink(missing_ok=True)
                self.workspace.write_record(student, with_fields(result.record, answers=entered[student]))

    def _files(self, result: Result) -> dict[str, bytes]:
        """Return the files of a graded submission, by relative path."""
        notebook = f"{self.workspace.assignment}.ipynb"
        return {**result.files, VERDICTS_FILE: result.graded.records.encode(), notebook: result.graded.notebook}

    def give_no_points(self, student: str, record: GradingNote) -> None:
        """Enter 0 for every cell of a submission that could not be graded; keep marks given by hand.

        Otherwise nbgrader would list it as "needs manual grade" without a score.

        Raises:
            CoursepackError: the gradebook cannot be written.
        """
        with _told(self.workspace):
            answers = self._write({student: ScoreEntry()})
            self._take_back(student)
            self.workspace.write_record(student, with_fields(record, answers=answers[student]))

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
            answers = self._answers_before(student)
            self._take_back(student)
            self.workspace.write_record(student, with_fields(record, answers=answers))
            self.workspace.log(student).write_text(details or record.problem, encoding="utf-8")

    def _take_back(self, student: str) -> None:
        """Remove an earlier run's files for a submission that is not graded now."""
        shutil.rmtree(self.workspace.folder("autograded", student), ignore_errors=True)
        self.workspace.log(student).unlink(missing_ok=True)

    @cached_property
    def _layout(self) -> AssignmentLayout:
        return read_layout(self.gradebook, self.workspace.assignment)

    def _answers_before(self, student: str) -> dict[str, str]:
        """Return the digests of the answers that the marks in the gradebook are for."""
        submission = find(self.gradebook.db, self._layout, [student])[student].key
        rows = notebooks_of(self.gradebook.db, self._layout, [submission])[submission] if submission else []
        own = [one for one in rows if one.layout.name == self.workspace.assignment]
        return self._marked(student, *own) if own else {}

    def _marked(self, student: str, rows: NotebookRows) -> dict[str, str]:
        note = self.workspace.record(student)
        graded = self.workspace.notebook("autograded", student)
        return marked_answers(rows.grades.values(), note.answers if note else {}, graded)

    def _write(self, entries: Mapping[str, ScoreEntry]) -> dict[str, dict[str, str]]:
        """Write students' scores, all or none; return the digests of the answers that their marks are for."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with one_transaction(self.gradebook):
                    return self._enter_scores(entries)
            except DBAPIError as error:
                if not _is_locked(error) or attempt == ATTEMPTS:
                    raise
                time.sleep(attempt)
        raise AssertionError("the last attempt returns or raises")

    def _enter_scores(self, entries: Mapping[str, ScoreEntry]) -> dict[str, dict[str, str]]:
        """Write scores and comments as nbgrader's SaveAutoGrades and AssignLatePenalties do, but from our records."""
        late, notebooks = self._submissions(list(entries))
        answers: dict[str, dict[str, str]] = {student: {} for student in entries}
        grades, comments = [], []
        for student, rows in notebooks:
            own = rows.layout.name == self.workspace.assignment
            entry, marked = entries[student] if own else ScoreEntry(), self._marked(student, rows) if own else {}
            grades.append((rows, grade_columns(rows, entry, marked)))
            comments.append((rows, comment_columns(rows, entry)))
            if own:
                # Marks that are yet to be given will be for the answers that are entered now.
                given = {grade.name for grade in rows.grades.values() if grade.manual_score is not None}
                answers[student] = marked | {
                    name: digest for name, digest in entry.digests.items() if name not in given
                }
        db = self.gradebook.db
        write_grades(db, grades)
        write_comments(db, comments)
        write_penalties(db, [(rows, self._penalty(student, late[student], rows)) for student, rows in notebooks])
        return answers

    def _submissions(self, students: Sequence[str]) -> tuple[dict[str, float], list[tuple[str, NotebookRows]]]:
        """Find, or add, students' submissions; return by how many seconds each is late, and all their notebooks."""
        db = self.gradebook.db
        held = find(db, self._layout, students)
        times = {student: {**held[student].times, **self._times(student)} for student in students}
        keys = {student: key for student in students if (key := held[student].key)}
        set_times(db, {key: times[student] for student, key in keys.items()})
        found = notebooks_of(db, self._layout, list(keys.values())) if keys else {}
        new = [student for student in students if student not in keys]
        unknown = [student for student in new if not held[student].knows_student]
        added = add(db, self._layout, {student: times[student] for student in new}, unknown=unknown)
        late = {
            student: lateness(held[student].due, times[student]["timestamp"], times[student]["extension"])
            for student in students
        }
        of_each = {student: added[student] if student in added else found[keys[student]] for student in students}
        return late, [(student, rows) for student, several in of_each.items() for rows in several]

    def _times(self, student: str) -> dict[str, Any]:
        """Return the `timestamp` and the `extension` of a submission, as far as the course's files say them."""
        times: dict[str, Any] = {}
        if moment := moment_of(self.workspace.folder("submitted", student)):
            times["timestamp"] = moment
        if has_extra_times(self.workspace.course):
            times["extension"] = extra_time(self.workspace.course, student, self.workspace.assignment)
        return times

    def _penalty(self, student: str, late: float, rows: NotebookRows) -> float | None:
        """Return the points that are taken off a notebook, whose scores are written; None if it is not late."""
        if late <= 0:
            return None
        points = score_of(self.gradebook.db, rows.key)
        step = AssignLatePenalties(config=self.workspace.coursedir.config)
        step.init_plugin()
        asked = step.plugin_inst.late_submission_penalty(student, points, late)
        return None if asked is None else max(0.0, min(float(asked), points))


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


def _is_locked(error: Exception) -> bool:
    """Tell whether another program holds the gradebook."""
    return isinstance(error, DBAPIError) and "locked" in str(error)


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
