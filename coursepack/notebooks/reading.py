"""Read a notebook from its file."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursepack.errors import UNREADABLE, CoursepackError


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of nbformat 4.

    Raises:
        CoursepackError: the file is missing, is not JSON, or is not a notebook.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CoursepackError(f"the notebook cannot be read: {error}", where=str(path), remedy=UNREADABLE) from error
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
