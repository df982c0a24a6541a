"""nbgrader's fields of a cell, as far as the cell's own text says what they must be.

A marked region says what a cell is: only an answer holds a solution, only a test holds hidden tests. So an author has
to set by hand no more than points and what the text leaves open.
"""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode

from coursepack.notebooks.cells import marks_of
from coursepack.notebooks.markers import Kind, marker

OPENING = "# Check that "
SCHEMA = 3
PLAIN = {"grade": False, "locked": False, "solution": False, "task": False}


def kinds_of_regions(cell: NotebookNode) -> set[Kind]:
    """Return the kinds of the regions that begin in a cell."""
    found = map(marker, cell.source.split("\n"))
    return {one[1] for one in found if one is not None and one[0] == "BEGIN"}


def fields_of_text(cell: NotebookNode) -> dict[str, bool] | None:
    """Return what a cell's text says of `grade`, `locked`, `solution` and `task`; None if it leaves that open."""
    kinds, code = kinds_of_regions(cell), cell.cell_type == "code"
    if "SOLUTION" in kinds:
        return PLAIN | {"solution": True, "grade": not code}  # what is written in prose is marked by a person
    if code and ("HIDDEN TESTS" in kinds or cell.source.startswith(OPENING)):
        return PLAIN | {"grade": True, "locked": True}
    if not code and "MARK SCHEME" in kinds:
        return PLAIN | {"task": True, "locked": True}
    return None


def complete(cell: NotebookNode, **given: Any) -> bool:
    """Set the fields that a cell lacks, in place, where its text or nbgrader's own rules say what they are.

    Nothing that is set already is changed, and a cell that is no part of nbgrader's stays so. Points are set only where
    they are 0 by the form: on visible tests and on marking schemes.

    Returns:
        Whether anything was set.
    """
    said, marks = fields_of_text(cell), marks_of(cell)
    if said is None and not marks and not given:
        return False
    wanted: dict[str, Any] = {**(said or PLAIN), "schema_version": SCHEMA, "grade_id": cell.get("id", "")}
    fields = wanted | given | marks
    if "points" not in fields and _is_worth_nothing(cell, fields):
        fields["points"] = 0
    if fields == marks:
        return False
    cell.metadata["nbgrader"] = nbformat.from_dict(fields)  # type: ignore[no-untyped-call]
    return True


def _is_worth_nothing(cell: NotebookNode, fields: dict[str, Any]) -> bool:
    kinds = kinds_of_regions(cell)
    visible = fields["grade"] and not fields["solution"] and cell.cell_type == "code" and "HIDDEN TESTS" not in kinds
    return bool(visible or (fields["task"] and "MARK SCHEME" in kinds))
