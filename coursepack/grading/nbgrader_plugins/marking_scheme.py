"""Show marking schemes in formgrader as what they are: text for the marker, with nothing to fill in.

In `nbgrader_config.py`: `c.HTMLExporter.preprocessors = [ShowMarkingScheme]`. nbgrader exports a notebook to HTML for
two readers, for the marker (formgrader) and for the student (`generate_feedback`); only the first one is meant here.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List, Unicode

from coursepack.notebooks.cells import is_task, points_of
from coursepack.notebooks.markers import marker

TITLE = "**For the marker only**"


class ShowMarkingScheme(NbGraderPreprocessor):  # type: ignore[misc]
    """Show a 0-point task that holds a marking scheme without its score and comment boxes, and mark the scheme off.

    Points and comments belong to the answer above it. Feedback stays as it is: there `HideTests` must still
    recognise the cell, and take the scheme out.
    """

    # nbconvert sets it for all preprocessors of an exporter; nbgrader's base class makes it no setting, and traitlets
    # warns.
    display_data_priority = List(Unicode()).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Change the cells of a notebook that formgrader is about to show; the file stays as it is."""
        if "submission_id" in resources and "nbgrader" not in resources:
            for cell in nb.cells:
                if cell.cell_type == "markdown" and is_task(cell) and not points_of(cell):
                    _show(cell)
        return nb, resources


def _show(cell: NotebookNode) -> None:
    """Quote the lines between the markers of a scheme, below a title; leave other tasks alone."""
    lines, quoted, found = [], False, False
    for line in cell.source.split("\n"):
        mark = marker(line)
        if mark is None or mark[1] != "MARK SCHEME":
            lines.append(f"> {line}" if quoted else line)
            continue
        quoted, found = mark[0] == "BEGIN", True
        lines += ["", f"> {TITLE}", ">"] if quoted else [""]
    if found:
        cell.source = "\n".join(lines)
        del cell.metadata["nbgrader"]
