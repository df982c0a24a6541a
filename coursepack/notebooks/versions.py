"""Read a notebook, and derive the student version and a correct submission from it."""

from __future__ import annotations

import copy
import logging
from pathlib import Path

import nbformat
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


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of nbformat 4.

    Raises:
        CoursepackError: the file is missing, is not JSON, or is not a notebook.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CoursepackError(f"the notebook cannot be read: {error}", where=str(path)) from error
    try:
        notebook: NotebookNode = nbformat.reads(text, as_version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, ValueError, AttributeError) as error:
        raise CoursepackError("the file is not a notebook", where=str(path), remedy=str(error)[:200]) from error
    if notebook.get("nbformat") != 4:
        raise CoursepackError(
            f"the notebook has format {notebook.get('nbformat')}, not 4",
            where=str(path),
            remedy="open it in JupyterLab and save it",
        )
    return notebook


def released_notebook(source: NotebookNode) -> NotebookNode:
    """Return the student version: stubs for solutions, no hidden tests, locked cells, checksums.

    The same as `nbgrader generate_assignment` writes while the course has no Colab badge. `source` stays as it is.

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
