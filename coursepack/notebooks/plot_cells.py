"""Find the cells of a notebook that only draw: they can be left out if only the points matter."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from coursepack.notebooks.cells import code_cells, is_test_or_answer
from coursepack.notebooks.dependencies import Names
from coursepack.subject.magics import MAX_SOURCE

_DRAWS = re.compile(r"\bplt\.|\bshow_\w+\(|\bdraw_\w+\(|\btorchinfo\.summary\(")
_TRAINS = re.compile(r"\btrain\w*\(|\brun_\w+\(|seed\(|\brcParams\b")


def plot_cells(notebook: NotebookNode) -> set[str]:
    """Return the ids of ungraded code cells that draw and leave nothing behind that another cell uses."""
    found: set[str] = set()
    needed: set[str] = set()
    for cell in reversed(code_cells(notebook)):
        names = _names(cell.source)
        draws = _DRAWS.search(cell.source) and not _TRAINS.search(cell.source)
        if draws and not is_test_or_answer(cell) and not (names.made - names.imported) & needed:
            found.add(cell.id)
        else:
            needed = (needed - names.surely) | names.used
    return found


def _names(source: str) -> Names:
    """Return the names of a cell; a cell that cannot be read counts as using every word in it."""
    try:
        if len(source) > MAX_SOURCE:
            raise ValueError("too long to be read in time")
        return Names.of(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: it is nested too deeply
        nothing = frozenset[str]()
        return Names(frozenset(re.findall(r"\w+", source)), *[nothing] * 6)
