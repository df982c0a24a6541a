"""`coursepack lint --fix`: set what follows from the notebook itself, so that no author has to edit JSON."""

from __future__ import annotations

from collections.abc import Iterator

from nbformat import NotebookNode

from coursepack.authoring.cell_names import Names
from coursepack.authoring.points_table import HEADING_POINTS, TITLE_CELL
from coursepack.notebooks.cell_ids import is_readable
from coursepack.notebooks.cells import cell_name, grade_id_of, is_graded, is_task, marks_of, points_of
from coursepack.notebooks.nbgrader_fields import complete


def fix(notebook: NotebookNode, *, points: bool = True) -> list[str]:
    """Mend a source notebook in place; nothing is guessed, and nothing but ids, nbgrader's fields and outputs changes.

    Args:
        notebook: the source notebook.
        points: whether to set points that headings promise.

    Returns:
        What was changed, one sentence each.
    """
    changes = [*_rename(notebook)]
    for index, cell in enumerate(notebook.cells):
        name = cell_name(cell, index)
        if complete(cell):
            changes.append(f"“{name}” has the nbgrader fields that its text asks for")
        if cell.cell_type == "code" and (cell.get("outputs") or cell.get("execution_count") is not None):
            cell.outputs, cell.execution_count = [], None
            changes.append(f"“{name}” has lost its outputs")
    return [*changes, *(_set_points(notebook) if points else ())]


def _rename(notebook: NotebookNode) -> Iterator[str]:
    """Give each cell one name, and yield the changes."""
    notebook.nbformat_minor = max(notebook.get("nbformat_minor", 0), 5)  # before that, cells have no ids
    kept = _kept(notebook)
    names = Names({name for name in kept if name})
    for index, (cell, name) in enumerate(zip(notebook.cells, kept, strict=True)):
        before, chosen = cell_name(cell, index), names.see(cell, name)
        marks = marks_of(cell)
        if cell.get("id") != chosen or ("grade_id" in marks and marks["grade_id"] != chosen):
            yield f"“{before}” is now “{chosen}”"
        cell.id = chosen
        if marks:
            marks["grade_id"] = chosen


def _kept(notebook: NotebookNode) -> list[str]:
    """Return the name that each cell keeps: its grade_id, else its id; empty if neither is readable and its own."""
    kept: list[str] = []
    for cell in notebook.cells:
        fitting = (name for name in (grade_id_of(cell), cell.get("id", "")) if is_readable(name) and name not in kept)
        kept.append(next(fitting, ""))
    return kept


def _set_points(notebook: NotebookNode) -> Iterator[str]:
    """Set points where a heading promises them, and exactly one cell below it lacks points; yield the changes."""
    promised, below = 0.0, list[NotebookNode]()
    for cell in [*notebook.cells, None]:
        heading = _promise(cell) if cell is not None else None
        if cell is None or heading is not None:
            yield from _fill(promised, below)
            promised, below = heading or 0.0, []
        if cell is not None:
            below.append(cell)


def _fill(promised: float, cells: list[NotebookNode]) -> Iterator[str]:
    lacking = [cell for cell in cells if (is_graded(cell) or is_task(cell)) and "points" not in marks_of(cell)]
    rest = promised - sum(points_of(cell) for cell in cells if cell not in lacking)
    if len(lacking) == 1 and rest > 0:
        marks_of(lacking[0])["points"] = int(rest) if rest == int(rest) else rest
        yield f"“{lacking[0].id}” is worth {rest:g} points, as the heading above it says"


def _promise(cell: NotebookNode) -> float | None:
    """Return the points that a heading in the cell promises; None if there is none."""
    if cell.cell_type != "markdown" or cell.get("id") == TITLE_CELL:
        return None
    found = HEADING_POINTS.findall(cell.source)
    return float(found[-1]) if found else None
