"""Read a notebook that is written as a Python script: Jupytext's percent form, where a cell's title is its id.

    # %% mean
    def mean(values):
        ### BEGIN SOLUTION
        return sum(values) / len(values)
        ### END SOLUTION

    # %% mean-hidden points=4
    # Check that …

nbgrader's fields follow from the text of a cell. What does not stands behind its title: `points=4`, `locked=true`, or
all of nbgrader's as `nbgrader={…}`.
"""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from coursepack.errors import UNREADABLE, CoursepackError
from coursepack.notebooks.cells import grade_id_of
from coursepack.notebooks.nbgrader_fields import complete

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
SHORT = ("points", "locked")


def read_script(path: Path) -> NotebookNode:
    """Return the notebook that a script holds.

    Raises:
        CoursepackError: the file cannot be read, or is not a script of cells.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CoursepackError(f"the script cannot be read: {error}", where=str(path), remedy=UNREADABLE) from error
    return notebook_of(text, where=str(path))


def notebook_of(text: str, *, where: str) -> NotebookNode:
    """Return the notebook that a script's text holds; the same text gives the same notebook.

    Raises:
        CoursepackError: there is no cell in it, or a cell's fields cannot be read.
    """
    remedy = "begin each cell with a line `# %% cell-id`, one of prose with `# %% cell-id [markdown]`"
    if not any(line.startswith("# %%") for line in text.split("\n")):
        raise CoursepackError("the script has no cells", where=where, remedy=remedy)
    try:
        read = jupytext.reads(text, fmt="py:percent")
    except Exception as error:  # Jupytext has no error of its own for what it cannot read
        raise CoursepackError(f"the script cannot be read: {error}", where=where, remedy=remedy) from error
    cells = [_cell(cell, number) for number, cell in enumerate(read.cells, 1)]
    metadata = {"kernelspec": read.metadata.get("kernelspec", KERNEL), "language_info": {"name": "python"}}
    notebook: NotebookNode = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    )
    return notebook


def _cell(read: NotebookNode, number: int) -> NotebookNode:
    """Return a cell with its id and nbgrader's fields; without a title, its id is a number, which no rule accepts."""
    metadata = {name: value for name, value in read.metadata.items() if not name.startswith("lines_to_")}
    title = metadata.pop("title", "")
    short = {name: metadata.pop(name) for name in SHORT if name in metadata}
    plain = {"cell_type": read.cell_type, "metadata": metadata, "source": read.source}
    if read.cell_type == "code":
        plain |= {"execution_count": None, "outputs": []}
    cell: NotebookNode = nbformat.from_dict(plain)  # type: ignore[no-untyped-call]
    cell.id = title or grade_id_of(cell) or f"cell-{number}"
    complete(cell, **short)
    return cell
