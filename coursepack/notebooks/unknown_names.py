"""Find names in graded test cells that the judge does not have: it has only the test's own and those of answers.

The notebook's imports are missing there, and what its given cells define could only be read from the student's process,
where a student can change it. Using either is an author's mistake, reported when the assignment is built.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence

from nbformat import NotebookNode

from coursepack.notebooks.cells import code_cells, is_graded, is_solution
from coursepack.notebooks.dependencies import Names
from coursepack.subject.magics import parse_cell

Cells = Sequence[NotebookNode]


def answer_names(source: NotebookNode) -> frozenset[str] | None:
    """Return the functions and variables that a source notebook's solution cells define: tests may use these names.

    Classes are left out: a test reaches them by `student.module` or `student.instance`. None if a solution cell cannot
    be read as Python.
    """
    found = set[str]()
    for cell in code_cells(source):
        if is_solution(cell):
            try:
                names = Names.of(cell.source)
            except SyntaxError:
                return None
            found |= names.made - names.imported - _classes(cell.source)
    return frozenset(found)


def foreign_names(source: NotebookNode, cell: NotebookNode) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the names of a graded test cell, and the remedy.

    Args:
        source: the source notebook.
        cell: its test cell.

    Raises:
        SyntaxError: the cell is not Python.
    """
    answers = answer_names(source)
    used = Names.of(cell.source)
    if _imports_star(cell.source):
        yield "the test imports “*”, so it is not clear which names it has", "import them by name"
    elif answers is not None:
        for name in sorted(used.used - used.made - answers - vars(builtins).keys()):
            yield _fault(source, name)


def _fault(source: NotebookNode, name: str) -> tuple[str, str]:
    """Return what is wrong with a name that the judge does not have, and the remedy."""
    for cell in code_cells(source):
        tree = _tree(cell.source)
        line = _import_of(tree, name)
        if line:
            return f"the test uses the notebook's “{name}”, which the judge does not have", f"add `{line}` to the cell"
        if is_solution(cell) and name in _classes(cell.source):
            reach = f"reach it by `student.module({name!r})` or `student.instance({name!r})`"
            return f"the test uses the student's class “{name}”, which stays beyond the wall", reach
        if name in _made(cell.source) and not is_graded(cell):
            what = f"the test uses “{name}”, which cell “{cell.id}” makes: a student could change it there"
            return what, f"write it into the cell, or read what the student has by `student.value({name!r})`"
    return f"the test uses “{name}”, which nothing defines", "import it or define it in the cell"


def _import_of(tree: ast.AST, name: str) -> str:
    """Return the line that imports a name; empty if none does."""
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            if (alias.asname or alias.name.split(".")[0]) == name:
                one = ast.ImportFrom(node.module, [alias], node.level) if isinstance(node, ast.ImportFrom) else None
                return ast.unparse(one or ast.Import([alias]))
    return ""


def _classes(text: str) -> set[str]:
    return {node.name for node in ast.walk(_tree(text)) if isinstance(node, ast.ClassDef)}


def _imports_star(text: str) -> bool:
    froms = (node for node in ast.walk(_tree(text)) if isinstance(node, ast.ImportFrom))
    return any(alias.name == "*" for node in froms for alias in node.names)


def _made(text: str) -> frozenset[str]:
    try:
        return Names.of(text).made
    except SyntaxError:
        return frozenset()


def _tree(text: str) -> ast.AST:
    try:
        return parse_cell(text)
    except SyntaxError:
        return ast.Module([], [])
