"""Read what a class wrote in its answers, one notebook at a time, to see whose are alike."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from coursepack.errors import CoursepackError
from coursepack.grading.results import SubmissionResult
from coursepack.grading.workspace import Workspace
from coursepack.notebooks.cells import code_cells, grade_id_of, is_solution
from coursepack.notebooks.versions import released_notebook
from coursepack.report.similar_answers import SimilarAnswers, similar_answers


def compare_class(
    workspace: Workspace, graded: Iterable[SubmissionResult], source: NotebookNode
) -> SimilarAnswers | None:
    """Compare the answers in code of all graded submissions; None if the assignment has no such answers."""
    names = [grade_id_of(cell) for cell in code_cells(source) if is_solution(cell)]
    if not names:
        return None
    try:
        released = released_notebook(source)
    except CoursepackError:
        # A source that cannot be released any more; its report can still be read.
        return None
    given = [cell.source for cell in code_cells(released)]
    read = ((result.student, answers_of(workspace, result.student, names)) for result in graded)
    return similar_answers(((student, texts) for student, texts in read if texts), given)


def answers_of(workspace: Workspace, student: str, names: Iterable[str]) -> list[str]:
    """Return the text of these cells of a student's graded notebook.

    The engine's records have it: to read the notebook, with its pictures, takes most of the report's time.
    """
    graded = workspace.graded_notebook(student)
    if graded is None or graded.written is None:
        return answers_in(workspace.notebook("autograded", student), names)
    return [graded.written[name] for name in names if name in graded.written]


def answers_in(notebook: Path, names: Iterable[str]) -> list[str]:
    """Return the text of these cells of a graded notebook; none if it cannot be read."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        # The cells in code alone: to look at each of a notebook takes as long as to read it.
        code = {grade_id_of(cell): cell for cell in cells if cell["cell_type"] == "code"}
        return [_text(code[name]) for name in names if name in code]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)
