"""Put the assignment's cells back that a submission lacks: the only place that does."""

from __future__ import annotations

from collections.abc import Callable

from nbformat import NotebookNode

from coursepack.notebooks.cell_texts import defined_names
from coursepack.notebooks.cells import grade_id_of, is_graded, is_written_in, marks_of


def put_back_missing(
    cells: list[NotebookNode],
    released: NotebookNode,
    make: Callable[[NotebookNode], NotebookNode],
    *,
    answers: bool,
) -> list[str]:
    """Insert what is missing, each cell behind its nearest predecessor; return what was done, one sentence each.

    Args:
        cells: the submission's, changed in place; those of the assignment have its metadata.
        released: the assignment's student version.
        make: returns the cell to insert for one of `released`.
        answers: whether answers without points of their own are put back too, as they were handed out. That is for the
            last step before the notebook is run: one whose names another cell defines is left out.
    """
    notes, place = [], 0
    names = [grade_id_of(cell) for cell in cells]
    for cell in released.cells:
        name = grade_id_of(cell)
        if not name:
            continue
        if name in names:
            place = names.index(name) + 1
        elif not answers and not (is_graded(cell) or marks_of(cell).get("locked")):
            continue
        elif answers and (elsewhere := _defined_elsewhere(cell, cells)):
            notes.append(f"cell {name} was missing; what it defines is in cell {elsewhere}")
        else:
            cells.insert(place, make(cell))
            names.insert(place, name)
            place += 1
            notes.append(f"cell {name} was missing; put back")
    return notes


def _defined_elsewhere(stub: NotebookNode, cells: list[NotebookNode]) -> str:
    """Return which cell defines all that a missing stub defines: the stub behind it would replace the answer."""
    wanted = defined_names(stub.source) if stub.cell_type == "code" and is_written_in(stub) else frozenset()
    if not wanted or is_graded(stub):
        return ""
    written = [cell for cell in cells if cell.cell_type == "code" and (not grade_id_of(cell) or is_written_in(cell))]
    return next((grade_id_of(cell) or str(cell.id) for cell in written if wanted <= defined_names(cell.source)), "")
