"""Derive the student version, and a correct submission, from a source notebook."""

from __future__ import annotations

import copy
import logging

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)

from coursepack.errors import CoursepackError
from coursepack.notebooks.cells import is_solution
from coursepack.notebooks.markers import without_marker_lines

# The steps of nbgrader's GenerateAssignment, in its order, without those that need files or a gradebook.
RELEASE_STEPS = (
    LockCells,
    ClearSolutions,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    ClearHiddenTests,
    ClearMarkScheme,
    ComputeChecksums,
    CheckCellMetadata,
)

_quiet = logging.getLogger(f"{__name__}.quiet")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


def released_notebook(source: NotebookNode) -> NotebookNode:
    """Return the student version: stubs for solutions, no hidden tests, locked cells, checksums.

    The same as `nbgrader generate_assignment` writes, but for what the course's own steps add in `authoring`: a Colab
    badge, and tags. `source` stays as it is.

    Raises:
        CoursepackError: nbgrader refuses the notebook (its markers or its metadata).
    """
    notebook = copy.deepcopy(source)
    resources = ResourcesDict()
    for step in RELEASE_STEPS:
        try:
            notebook, resources = step(log=_quiet).preprocess(notebook, resources)
        except Exception as error:
            raise CoursepackError(f"nbgrader cannot make a student version: {error}") from error
    return notebook


def solved_notebook(source: NotebookNode) -> NotebookNode:
    """Return the submission of a student who answers as the source does.

    The student version with the solution cells filled in; the marker lines around the solution are gone, and the
    cells' checksums are still those of the stubs, as in a real submission.

    Raises:
        CoursepackError: nbgrader refuses the notebook (its markers or its metadata).
    """
    notebook = released_notebook(source)
    for answered, cell in zip(source.cells, notebook.cells, strict=True):
        if is_solution(cell):
            cell.source = without_marker_lines(answered.source, "SOLUTION")
    return notebook
