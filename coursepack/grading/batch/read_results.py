"""Read the results of an assignment: from nbgrader's gradebook, the autograded notebooks and our own notes.

This also works after a plain `nbgrader autograde`.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry

from coursepack.grading.batch.gradebook_reader import GradeRow, SubmissionRow, read_submissions, student_names
from coursepack.grading.batch.marked_answers import changed_answers
from coursepack.grading.notebook.verdict_records import VerdictRecord
from coursepack.grading.results import CellResult, CellStatus, SubmissionResult
from coursepack.grading.submission.unknown_times import is_unknown, read_unknown_times
from coursepack.grading.workspace import Workspace
from coursepack.notebooks.cells import grade_id_of, is_graded, marks_of

WAITING = "not graded yet; run `coursepack grade`"
LONGEST_MESSAGE = 1500
BLANK = "nothing was written: the cell is as it was handed out"
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# These messages stand alone; other errors are prefixed with their type.
_SPEAKING_ERRORS = ("CheckFailed", "AssertionError")


def read_results(workspace: Workspace) -> list[SubmissionResult]:
    """Return one result per student, sorted by id: those who handed in, and those in the gradebook."""
    order = {name: place for place, name in enumerate(cell_names(workspace.source))}
    with workspace.gradebook() as gradebook:
        names = student_names(gradebook)
        unknown = read_unknown_times(workspace.course, workspace.assignment)
        submissions = read_submissions(gradebook, workspace.assignment)
        blank = _blank_cells(gradebook, workspace, order)
    handed_in = set(workspace.students())
    results = [
        _result(
            workspace, student, names.get(student, ""), submissions.get(student), order, student in handed_in, unknown
        )
        for student in sorted(handed_in | set(names))
    ]
    return [result if result.cells else dataclasses.replace(result, cells=blank) for result in results]


def cell_names(notebook: Path) -> list[str]:
    """Return the ids of a notebook's nbgrader cells in order; none if it cannot be read."""
    return [grade_id_of(cell) for cell in _nbgrader_cells(notebook)]


def _result(
    workspace: Workspace,
    student: str,
    name: str,
    submission: SubmissionRow | None,
    order: dict[str, int],
    handed_in: bool,
    unknown: Mapping[str, str],
) -> SubmissionResult:
    record, notebook = workspace.record(student), workspace.notebook("autograded", student)
    graded = notebook.is_file()
    problem = "" if graded or not handed_in else (record.problem if record else "") or WAITING
    grades = sorted(
        submission.grades if submission else (), key=lambda grade: (order.get(grade.name, len(order)), grade.name)
    )
    judged = workspace.graded_notebook(student) if graded else None
    records = {verdict.grade_id: verdict for verdict in judged.records} if judged else {}
    messages = _messages(notebook) if graded and not records else {}
    cells = tuple(
        _recorded(grade, records[grade.name])
        if grade.name in records
        else _cell(grade, graded, messages.get(grade.name, ""))
        for grade in grades
    )
    changed = changed_answers(workspace, student, grades) if graded else frozenset()
    return SubmissionResult(
        student,
        workspace.assignment,
        tuple(dataclasses.replace(cell, changed=True) if cell.grade_id in changed else cell for cell in cells),
        name=name,
        late_by=submission.late_by if submission else 0.0,
        time_unknown=is_unknown(unknown, student, submission.handed_in if submission else None),
        penalty=submission.penalty if submission and graded else 0.0,
        problem=problem,
        notes=tuple(
            dict.fromkeys(
                # The engine says itself what ran into the time-out.
                (record.notes if record else ()) + (judged.notes if judged else _timed_out(notebook))
            )
        ),
        submitted=handed_in or graded,
        cpu_seconds=judged.cpu_seconds if judged else 0.0,
    )


def _recorded(grade: GradeRow, record: VerdictRecord) -> CellResult:
    """Return a cell's result from our record; a score entered by hand takes precedence."""
    result = record.as_result()
    points = grade.score
    if points == result.points:
        if len(result.message) <= LONGEST_MESSAGE:
            return result
        return dataclasses.replace(result, message=result.message[:LONGEST_MESSAGE])
    status = CellStatus.PASSED if points >= result.max_points else CellStatus.PARTIAL if points else CellStatus.FAILED
    return dataclasses.replace(result, points=points, status=status, message="", by_hand=True)


def _cell(grade: GradeRow, graded: bool, message: str) -> CellResult:
    points, most = grade.score, grade.max_score
    by_hand = grade.manual_score is not None
    if not graded:
        status, message = CellStatus.NOT_GRADED, ""
    elif most and grade.manual_score is None and (grade.needs_manual_grade or grade.auto_score is None):
        status = CellStatus.TO_MARK
    elif message.startswith("CellTimeoutError") and points < most:
        status = CellStatus.TIMED_OUT
        message = "ran into the time-out and was interrupted"
    elif points >= most and not (most == 0 and message):
        status, message = CellStatus.PASSED, ""
    else:
        status = CellStatus.PARTIAL if points > 0 else CellStatus.FAILED
        # Of the answers that people mark, the machine gives 0 points to those alone that nobody wrote.
        message = message or (BLANK if not by_hand and grade.cell_type == "markdown" else "")
    return CellResult(grade.name, points if graded else 0.0, most, status, message, by_hand and graded)


def _blank_cells(gradebook: Any, workspace: Workspace, order: dict[str, int]) -> tuple[CellResult, ...]:
    """Return the assignment's graded cells for a student without any in the gradebook."""
    try:
        notebook = gradebook.find_notebook(workspace.assignment, workspace.assignment)
    except MissingEntry:
        return ()
    cells = [*notebook.grade_cells, *notebook.task_cells]
    cells.sort(key=lambda cell: (order.get(cell.name, len(order)), cell.name))
    return tuple(CellResult(cell.name, 0.0, float(cell.max_score), CellStatus.NOT_GRADED) for cell in cells)


def _nbgrader_cells(notebook: Path) -> list[dict[str, Any]]:
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        return [cell for cell in cells if marks_of(cell)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _messages(notebook: Path) -> dict[str, str]:
    """Return the error messages of an autograded notebook's graded cells, by grade_id."""
    return {
        grade_id_of(cell): complaint(cell.get("outputs", [])) for cell in _nbgrader_cells(notebook) if is_graded(cell)
    }


def complaint(outputs: Iterable[dict[str, Any]]) -> str:
    """Return a cell's error as one message; what it wrote to stderr if there was no error."""
    errors = [output for output in outputs if output.get("output_type") == "error"]
    for output in sorted(errors, key=lambda error: error["ename"] != "CellTimeoutError"):
        name, text = output["ename"], output["evalue"].strip()
        message = text if name in _SPEAKING_ERRORS and text else f"{name}: {text}".removesuffix(": ")
        return _ANSI.sub("", message)[:LONGEST_MESSAGE]
    streams = [output for output in outputs if output.get("name") == "stderr"]
    written = "".join("".join(output["text"]) for output in streams).strip()
    return f"wrote to stderr: {_ANSI.sub('', written)}"[:LONGEST_MESSAGE] if written else ""


def _timed_out(notebook: Path) -> tuple[str, ...]:
    """Return a note on each cell of an autograded notebook that ran into nbgrader's time-out."""
    return tuple(
        f"cell {grade_id_of(cell)} ran into the time-out and was interrupted"
        for cell in (_nbgrader_cells(notebook) if _mentions(notebook, b"CellTimeoutError") else ())
        if complaint(cell.get("outputs", [])).startswith("CellTimeoutError")
    )


def _mentions(notebook: Path, word: bytes) -> bool:
    """Tell whether a file holds a word: much faster than to read a notebook with its pictures as JSON."""
    try:
        return word in notebook.read_bytes()
    except OSError:
        return False
