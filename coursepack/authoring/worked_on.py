"""Say in a worked notebook which data it ran on, and keep its outputs while its code stays the same.

Most worked notebooks run on the grading data, which are small. `coursepack build --data NAME` runs one on other data of
the course (setting `worked_data`). That may take an hour, and these data may be on one machine only.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from coursepack.course import Course
from coursepack.notebooks.cells import code_cells
from coursepack.settings import GRADING_DATA, grading_data, read_settings, worked_data

# The cell that says it, behind the title; no source has a cell of that id.
NOTE = "worked-on"
# In a worked notebook's metadata: {"worked_on": name}. In a source that a script made, `scripts.MARK` has this name.
KEY = "coursepack"
# Tag of cells whose outputs come from a run on the grading data in any case: for data that must not be published.
SMALL_OUTPUT = "grading-data-output"


@dataclass(frozen=True)
class WorkedData:
    """The data that a worked version runs on.

    Attributes:
        name: what `--data` calls them.
        folder: where they are; None if the course has none.
        holds: what they are, as a phrase for readers; empty if there is nothing to say.
    """

    name: str
    folder: Path | None
    holds: str = ""


def find_data(course: Course, assignment: str, name: str) -> WorkedData:
    """Return the data of that name.

    Raises:
        CoursepackError: there are none, or they cannot be provided.
    """
    if name != GRADING_DATA:
        return WorkedData(name, *worked_data(course, name, assignment))
    # Where no other data can be chosen, readers need not be told.
    holds = "the small data that notebooks are graded on" if read_settings(course.root).worked_data else ""
    return WorkedData(name, grading_data(course), holds)


def with_note(worked: NotebookNode, data: WorkedData) -> NotebookNode:
    """Return a worked notebook that says what it ran on: in a line behind its first cell, and in its metadata."""
    if not data.holds:
        return worked
    noted = copy.deepcopy(worked)
    line = new_markdown_cell(f"*This worked version ran on {data.holds}.*", id=NOTE)  # type: ignore[no-untyped-call]
    noted.cells.insert(1, line)
    noted.metadata[KEY] = {"worked_on": data.name}
    return noted


def without_note(worked: NotebookNode) -> NotebookNode:
    """Return a worked notebook as it would be without a note on its data."""
    plain = copy.deepcopy(worked)
    plain.cells = [cell for cell in plain.cells if cell.get("id") != NOTE]
    plain.metadata.pop(KEY, None)
    return plain


def name_in(worked: NotebookNode) -> str:
    """Return the name of the data that a worked notebook says it ran on; the grading data if it says nothing."""
    noted = worked.metadata.get(KEY)
    name = noted.get("worked_on") if isinstance(noted, dict) else None
    return name if isinstance(name, str) else GRADING_DATA


def with_outputs_of(old: NotebookNode, inputs: NotebookNode) -> NotebookNode | None:
    """Return a worked notebook of these inputs that keeps the old one's outputs and note; None if its code differs.

    Args:
        old: a worked notebook.
        inputs: what its source gives now, before it is run. Texts may be new, and metadata but for the tag.
    """
    if _code(old.cells) != _code(inputs.cells):
        return None
    kept = copy.deepcopy(inputs)
    for new, before in zip(code_cells(kept), code_cells(old), strict=True):
        new.outputs = copy.deepcopy(before.outputs)
    if KEY in old.metadata:
        kept.metadata[KEY] = old.metadata[KEY]
    kept.cells[1:1] = [cell for cell in old.cells if cell.get("id") == NOTE]
    return kept


def _code(cells: Sequence[NotebookNode]) -> list[tuple[str, str, bool]]:
    return [(str(c.get("id")), str(c.source), is_small_output(c)) for c in cells if c.cell_type == "code"]


def is_small_output(cell: NotebookNode) -> bool:
    """Tell whether a cell's outputs are to come from a run on the grading data in any case."""
    return SMALL_OUTPUT in cell.metadata.get("tags", [])
