"""The texts of source notebooks, what worked versions printed, and which numbers of a text must be accounted for."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

from nbformat import NotebookNode
from visible_cells import COURSE

from coursepack.authoring.points_table import TITLE_CELL
from coursepack.notebooks.cells import code_cells, is_written_answer
from coursepack.notebooks.reading import read_notebook
from quoted_numbers.quote import SMALL, Quote, Unheld

NUMBER = r"(?<![\w.,·^√])\d+(?:,\d{3})*(?:\.\d+)?"
COUNT = rf"(?:{NUMBER}|\b(?:{'|'.join(SMALL)}|thirty|forty|fifty|hundred|thousand|half|quarter)\b)"
PERCENT = rf"{NUMBER}(?=(?:(?:,| and| to| or) [\d.]+)* ?(?:%|per cent|percentage points?))"
UNIT = r"(?: (?:seconds?|minutes?|hours?|milliseconds?)| (?:of )?an? (?:minute|hour))\b"
DURATION = rf"{COUNT}(?=(?: and a half)?(?: to {COUNT})?{UNIT})"
RATIO = rf"{COUNT}(?= times\b)|\b(?:ten|hundred|thousand)fold\b|(?<=factor of ){COUNT}"
DECIMAL = r"(?<![\w.^])\d+\.\d+(?![\d.]*\d)"
EVERYWHERE = re.compile(f"{PERCENT}|{DURATION}")
ABOUT_A_RUN = re.compile(f"{PERCENT}|{DURATION}|{RATIO}|{DECIMAL}")
# Formulas, code, targets of links, tags of HTML, and a licence.
NO_PROSE = re.compile(r"\$\$.*?\$\$|\$[^$]+\$|`[^`]*`|\]\([^)]*\)|</?\w[^>]*>|CC BY \d\.\d")


def prose(cell: NotebookNode) -> str:
    """Return a text on one line, without headings, blocks of code and the table of points and minutes."""
    text = re.sub(r"^```.*?^```$", "", cell.source, flags=re.MULTILINE | re.DOTALL)
    left_out = ("#", "|") if cell.id == TITLE_CELL else ("#",)
    return " ".join(" ".join(line for line in text.split("\n") if not line.startswith(left_out)).split())


def tells_of_a_run(cell: NotebookNode) -> bool:
    """Tell whether a text is a caption, says what a cell showed, is a model answer, or ends the notebook."""
    ends = cell.id in ("closing", "conclusion", "summary")
    return ends or cell.id.endswith(("-caption", "-meaning")) or is_written_answer(cell)


def figures(cell: NotebookNode) -> Iterator[tuple[int, int]]:
    """Yield where in a text (`prose`) the numbers stand that must be accounted for.

    In every text these are percentages and the time that something takes; in texts that tell of a run they are also
    ratios ("ten times") and all numbers with a decimal point.
    """
    text = prose(cell)
    left_out = [found.span() for found in NO_PROSE.finditer(text)]
    for found in (ABOUT_A_RUN if tells_of_a_run(cell) else EVERYWHERE).finditer(text):
        if not any(start <= found.start() < end for start, end in left_out):
            yield found.span()


def unaccounted(cell: NotebookNode, listed: Iterable[Quote | Unheld]) -> list[str]:
    """Return the numbers of a text that no quote and no exception accounts for, each with the words around it."""
    text = prose(cell)
    covered = [span for one in listed for span in one.spans(text)]
    return [
        f"{text[start:end]} in “{text[max(0, start - 40) : end + 25]}”"
        for start, end in figures(cell)
        if not any(low <= start and end <= high for low, high in covered)
    ]


@functools.cache
def texts_of(assignment: str) -> dict[str, NotebookNode]:
    """Return the texts of a source notebook by the ids of their cells."""
    cells = read_notebook(COURSE.notebook("source", assignment)).cells
    return {cell.id: cell for cell in cells if cell.cell_type == "markdown"}


@functools.cache
def printed_by(assignment: str) -> dict[str, str]:
    """Return what the code cells of a worked notebook printed, by id: streams, and tables as plain text."""
    return {
        cell.id: "\n".join(one.get("text") or one.get("data", {}).get("text/plain", "") for one in cell.outputs)
        for cell in code_cells(read_notebook(COURSE.notebook("solutions", assignment)))
    }
