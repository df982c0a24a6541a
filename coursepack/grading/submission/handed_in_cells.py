"""A submitted cell in brief, and questions about the assignment's own cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nbformat import NotebookNode

from coursepack.notebooks.cell_texts import defined_names


@dataclass(frozen=True)
class HandedInCell:
    """The readable part of a submitted cell.

    Attributes:
        kind: its cell type.
        text: its source.
        mark: the `grade_id` in its metadata; empty if there is none.
        id: its cell id; empty if there is none.
    """

    kind: str
    text: str
    mark: str
    id: str

    @cached_property
    def defines(self) -> frozenset[str]:
        """The names that its text defines."""
        return defined_names(self.text)


def grade_id_of(cell: NotebookNode) -> str:
    """Return the name of one of the assignment's own cells; empty for any other."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def is_written_in(cell: NotebookNode) -> bool:
    """Return whether students write in one of the assignment's own cells."""
    marks = cell.metadata.nbgrader
    return bool(marks.get("solution") or (marks.get("task") and not marks.get("locked")))
