"""Graded submissions without kernels: notebooks, verdicts and gradebook as the engine writes them."""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import SaveCells

from coursepack.course import Course
from coursepack.grading.batch.gradebook_writer import GradebookWriter, Result
from coursepack.grading.batch.task import Graded, as_json
from coursepack.grading.notebook.merge import assemble, with_marks
from coursepack.grading.notebook.verdict_records import GradedNotebook, VerdictRecord
from coursepack.grading.workspace import GradingNote, Workspace
from coursepack.judge.verdict import Verdict
from coursepack.notebooks.cells import grade_id_of, is_test, points_of
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook, solved_notebook
from coursepack.sandbox.outputs import error

quiet = logging.getLogger(__name__)
PASSED = (Verdict.PASSED, "")


def enter_assignment(workspace: Workspace) -> None:
    """Put an assignment into the gradebook, as `nbgrader generate_assignment` does in a process of its own."""
    names = {"notebook": workspace.assignment, "assignment": workspace.assignment, "db_url": workspace.db_url}
    with workspace.gradebook() as gradebook:
        gradebook.update_or_create_assignment(workspace.assignment)
    notebook = released_notebook(read_notebook(workspace.source))
    SaveCells(log=quiet).preprocess(notebook, {"nbgrader": names})


def enter_graded(
    course: Course,
    assignment: str,
    student: str,
    submission: NotebookNode | None = None,
    verdicts: Mapping[str, tuple[Verdict, str]] | None = None,
    *,
    timestamp: str = "",
    outputs: Mapping[str, list[Any]] | None = None,
) -> Workspace:
    """Enter a submission as graded.

    Args:
        course: the course.
        assignment: its assignment, in the gradebook already.
        student: the student.
        submission: the notebook; a solved one by default.
        verdicts: verdict and message of the tests that do not pass, by cell.
        timestamp: the text of `timestamp.txt`.
        outputs: further outputs, by cell.
    """
    workspace = Workspace(course, assignment)
    source = read_notebook(workspace.source)
    handed = submission or solved_notebook(source)
    path = workspace.notebook("submitted", student)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(handed, path)
    files = {"timestamp.txt": timestamp.encode()} if timestamp else {}
    for name, content in files.items():
        (path.parent / name).write_bytes(content)
    graded = _graded(source, copy.deepcopy(handed), dict(verdicts or {}), outputs or {})
    notebook = as_json(with_marks(graded, handed))
    result = Graded.of(student, notebook, graded.to_json())
    with workspace.gradebook() as gradebook:
        GradebookWriter(workspace, gradebook).enter([Result(result, files, GradingNote("submission", "source"))])
    return workspace


def _graded(
    source: NotebookNode,
    handed: NotebookNode,
    verdicts: dict[str, tuple[Verdict, str]],
    outputs: Mapping[str, list[Any]],
) -> GradedNotebook:
    run = assemble(source, handed)
    records = []
    for cell in run.notebook.cells:
        name = grade_id_of(cell)
        if cell.cell_type == "code":
            cell.outputs = list(outputs.get(name, []))
        if cell.cell_type == "code" and is_test(cell):
            verdict, message = verdicts.get(name, PASSED)
            records.append(VerdictRecord(name, points_of(cell), verdict, message))
            if verdict is not Verdict.PASSED:
                cell.outputs.append(error("CheckFailed", message))
    return GradedNotebook(tuple(records), run.notes, notebook=run.notebook)


def enter_mark(workspace: Workspace, student: str, cell: str, points: float, comment: str = "") -> None:
    """Enter a mark and a comment as formgrader does."""
    names = (cell, workspace.assignment, workspace.assignment, student)
    with workspace.gradebook() as gradebook:
        grade = gradebook.find_grade(*names)
        grade.manual_score, grade.needs_manual_grade = points, False
        if comment:
            gradebook.find_comment(*names).manual_comment = comment
        gradebook.db.commit()
