"""Which cells of a notebook make nothing that a test depends on: a rehearsal of wrong answers can leave them out.

A test names what it judges in its code, or as a text (`student.module("SimpleCNN")`). What makes such a name is needed,
and what makes the names that this mentions, and so on. A cell that only alters a needed object would be left out too;
then the tests of that object fail in every rehearsal, and the proof says so.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode


@dataclass(frozen=True)
class Names:
    """What one cell has to do with names.

    Attributes:
        used: what it mentions, texts that could be names among them.
        made: what it sets.
    """

    used: frozenset[str]
    made: frozenset[str]

    @classmethod
    def of(cls, source: str) -> Names:
        """Return the names of a cell.

        Raises:
            SyntaxError: it is no Python, magics aside.
        """
        lines = [re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in source.split("\n")]
        text = "\n".join(lines)
        top = symtable.symtable(text, "cell", "exec")
        made = {one.get_name() for one in top.get_symbols() if _is_set(one)}
        used = {one.get_name() for one in top.get_symbols() if one.is_referenced()}
        for inner in _below(top):
            for one in inner.get_symbols():
                if one.is_global():
                    (made if one.is_assigned() else used).add(one.get_name())
        return cls(frozenset(used | _texts(text)), frozenset(made))


def idle_cells(notebook: NotebookNode) -> set[str]:
    """Return the ids of ungraded code cells on which no graded cell depends; none if a cell is no Python."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    try:
        names = {cell.id: Names.of(cell.source) for cell in cells}
    except SyntaxError:
        return set()
    busy = {cell.id for cell in cells if _is_graded(cell)}
    # Order does not count: a function may call what is defined after it.
    while True:
        needed = frozenset[str]().union(*(names[each].used for each in busy))
        fresh = {each for each, own in names.items() if each not in busy and own.made & needed}
        if not fresh:
            return names.keys() - busy
        busy |= fresh


def _is_graded(cell: NotebookNode) -> bool:
    marks = cell.metadata.get("nbgrader", {})
    return bool(marks.get("grade") or marks.get("solution"))


def _is_set(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def _below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _below(child)


def _texts(source: str) -> set[str]:
    """Return the texts in a source that could be names."""
    found = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return {text for text in found if isinstance(text, str) and text.isidentifier()}
