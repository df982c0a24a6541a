"""What a cell's nbgrader metadata say: the only place that picks them apart.

Single cells are nodes of nbformat or plain JSON, a submission's too: metadata of a wrong form say nothing. nbgrader's
own functions of this kind need nbgrader, which takes seconds to import and which no grading worker needs otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return a notebook's code cells, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def marks_of(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cell's nbgrader metadata themselves, to be read or changed; empty if there are none."""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return marks if isinstance(marks, dict) else {}


def grade_id_of(cell: Mapping[str, Any]) -> str:
    """Return the name that nbgrader knows a cell by; empty if it has none."""
    name = marks_of(cell).get("grade_id")
    return name if isinstance(name, str) else ""


def cell_name(cell: Mapping[str, Any], index: int) -> str:
    """Return how messages name a cell: its id, else its place in the notebook (the first is 1)."""
    return str(cell.get("id") or grade_id_of(cell) or f"cell {index + 1}")


def is_graded(cell: Mapping[str, Any]) -> bool:
    """Tell whether a cell is graded: a test, or an answer that a person marks."""
    return bool(marks_of(cell).get("grade"))


def is_solution(cell: Mapping[str, Any]) -> bool:
    """Tell whether a cell holds a solution, in whose place students write."""
    return bool(marks_of(cell).get("solution"))


def is_task(cell: Mapping[str, Any]) -> bool:
    """Tell whether a cell sets a task that a person marks."""
    return bool(marks_of(cell).get("task"))


def is_test(cell: Mapping[str, Any]) -> bool:
    """Tell whether a cell is graded automatically."""
    return is_graded(cell) and not is_solution(cell)


def is_graded_code(cell: Mapping[str, Any]) -> bool:
    """Tell whether a cell is graded and is code."""
    return cell.get("cell_type") == "code" and is_graded(cell)


def is_test_or_answer(cell: Mapping[str, Any]) -> bool:
    """Tell whether points may depend on a cell by itself."""
    return is_graded(cell) or is_solution(cell)


def is_written_in(cell: Mapping[str, Any]) -> bool:
    """Tell whether students write in one of the assignment's own cells."""
    return is_solution(cell) or (is_task(cell) and not marks_of(cell).get("locked"))


def is_written_answer(cell: Mapping[str, Any]) -> bool:
    """Tell whether students answer in a cell in words, and a person marks it."""
    return cell.get("cell_type") == "markdown" and is_written_in(cell) and (is_graded(cell) or is_task(cell))


def points_of(cell: Mapping[str, Any]) -> float:
    """Return the points that a cell carries; 0 if what it has there is no number."""
    try:
        return float(marks_of(cell).get("points") or 0) if is_graded(cell) or is_task(cell) else 0.0
    except (TypeError, ValueError):
        return 0.0
