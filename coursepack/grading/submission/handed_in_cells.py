"""A submitted cell in short."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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
