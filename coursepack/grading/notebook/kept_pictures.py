"""Show the pictures that were handed in: the assignment's own cells that only draw are not run to draw them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from coursepack.notebooks.cells import code_cells, grade_id_of
from coursepack.notebooks.plot_cells import only_defines, plot_cells
from coursepack.sandbox.outputs import stream
from coursepack.sandbox.safe_output import IMAGES

KEPT = "picture as handed in, not drawn again\n"
NOT_DRAWN = "not run again: no point depends on this cell, and no picture of it was handed in\n"


def own_pictures(notebook: NotebookNode) -> set[str]:
    """Return the ids of the assignment's own cells that only draw and set nothing that other cells use."""
    own = {cell.id for cell in notebook.cells if grade_id_of(cell)}
    return plot_cells(notebook) & own


@dataclass(frozen=True)
class KeptPictures:
    """What is shown below the cells that are not run.

    Attributes:
        cells: their ids.
        handed_in: the outputs that were handed in with them, by id; nothing in them is trusted.
    """

    cells: frozenset[str] = frozenset()
    handed_in: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def put_into(self, notebook: NotebookNode) -> None:
        """Put what was handed in below its cells; it must then be cleaned with all other outputs."""
        for cell in self._shown(notebook):
            cell.outputs = nbformat.from_dict(list(self.handed_in.get(cell.id, ())))  # type: ignore[no-untyped-call]

    def caption(self, notebook: NotebookNode) -> None:
        """Say below each cell where its picture comes from, or why there is none; only clean pictures stay."""
        for cell in self._shown(notebook):
            pictures = [output for output in cell.outputs if not set(IMAGES).isdisjoint(output.get("data", ()))]
            if pictures:
                cell.outputs = [*pictures, stream(KEPT)]
            else:
                cell.outputs = [] if only_defines(cell.source) else [stream(NOT_DRAWN)]

    def _shown(self, notebook: NotebookNode) -> list[NotebookNode]:
        return [cell for cell in code_cells(notebook) if cell.id in self.cells]
