"""Find the cells of a notebook that only draw: no point depends on them, and grading does not run them again."""

from __future__ import annotations

import ast
import re

from nbformat import NotebookNode

from coursepack.notebooks.cells import code_cells, is_test_or_answer
from coursepack.notebooks.dependencies import Names
from coursepack.subject.magics import MAX_SOURCE, parse_cell

_DRAWS = re.compile(r"\bplt\.|\bshow_\w+\(|\bdraw_\w+\(|\btorchinfo\.summary\(")
# `network.train()` sets a mode, and trains nothing.
_TRAINS = re.compile(r"(?<!\.)\btrain\w*\(|\.train\w+\(|\.train\((?!\)|True\)|False\))|\brun_\w+\(|seed\(|\brcParams\b")
_DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


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


def only_defines(source: str) -> bool:
    """Tell whether an author's cell shows nothing by itself: it only imports, or defines functions and classes."""
    try:
        body = parse_cell(source).body
    except (SyntaxError, ValueError):
        return False
    return all(isinstance(one, _DEFINITIONS) for one in body)


def _names(source: str) -> Names:
    """Return the names of a cell; a cell that cannot be read counts as using every word in it."""
    try:
        if len(source) > MAX_SOURCE:
            raise ValueError("too long to be read in time")
        return Names.of(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: it is nested too deeply
        nothing = frozenset[str]()
        return Names(frozenset(re.findall(r"\w+", source)), *[nothing] * 6)
