"""Let *Run All* go past unfinished exercises: JupyterLab stops at a cell that raises, unless a tag allows it to."""

from __future__ import annotations

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from coursepack.notebooks.cells import code_cells, is_solution
from coursepack.subject.magics import parse_cell

MAY_RAISE = "raises-exception"


class TagMayRaise(NbGraderPreprocessor):  # type: ignore[misc]
    """Tag the cells of a student version that may raise while exercises are unsolved; runs last.

    These are all code cells from the first answer on: what an answer leaves behind, a later cell may need in ways that
    no look at its text shows. Cells before it need no answer: if the imports fail, *Run All* should stop. Nor is a cell
    tagged that holds only comments, such as one that waits for its hidden tests.

    The tag changes no verdict: nbgrader and the grading engine run every cell in any case, and the cells that they
    grade have the source's metadata.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Tag the cells."""
        cells = code_cells(nb)
        first = next((place for place, cell in enumerate(cells) if is_solution(cell)), len(cells))
        for cell in cells[first:]:
            if _has_statement(cell.source):
                cell.metadata["tags"] = list(dict.fromkeys([*cell.metadata.get("tags", []), MAY_RAISE]))
        return nb, resources


def _has_statement(source: str) -> bool:
    try:
        return bool(parse_cell(source).body)
    except SyntaxError:
        return True
