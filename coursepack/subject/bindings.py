"""Work out from the text of a notebook what its names stand for, given the cells that have run so far.

The text is read outside the student's kernel, which could claim anything.
"""

from __future__ import annotations

import ast
import copy
import re
import symtable
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .magics import MAX_SOURCE, CellReader
from .protocol import Source

# Limits for a whole notebook; beyond them we believe the kernel.
MAX_STATEMENTS = 20_000
BLOCKS = ("body", "orelse", "finalbody")
# What sets a name in the middle of an expression, or another scope's.
ASIDE = (ast.NamedExpr, ast.Global)
_IMPORT = re.compile(r"\bimport\b")
_DEFINED = re.compile(r"\b(?:def|class)[\s\\]+(\w+)")


class RanCell(NamedTuple):
    """A cell that has run.

    Attributes:
        text: its source.
        whole: whether it ran to its end; a cell that raised may have set only some of its names.
        given: whether it is the assignment's, as the instructor wrote it.
    """

    text: str
    whole: bool = True
    given: bool = False


@dataclass(frozen=True)
class Binding:
    """A way in which a cell sets a name.

    Attributes:
        kind: "function" (or a class), "import" or "other".
        dotted: the full dotted name of an import.
        sure: whether it is set whenever the cell runs to its end.
        statement: of a function or class.
    """

    kind: str
    dotted: str = ""
    sure: bool = True
    statement: ast.stmt | None = None

    @property
    def text(self) -> str:
        """The source of a function or class as `ast.unparse` writes it; written when asked for, as few ever are."""
        return _unparsed(self.statement) if self.statement else ""


# What the cells that assignments give set when they run to their end, by text and name.
_given: dict[str, dict[str, list[Binding]]] = {}


def read_given(cells: Iterable[RanCell]) -> bool:
    """Read those cells that an assignment gives once for all notebooks; return whether any were new.

    A student's text is never read here: a text that brings Python's parser down would do so for all notebooks.
    """
    new = [cell.text for cell in cells if cell.given and cell.text not in _given]
    for text in new:
        found = _given[text] = {}
        tree = CellReader().read(text)
        for name, binding in _set_by_cell(tree.body, ast.walk(tree), sure=True):
            found.setdefault(name, []).append(binding)
    return bool(new)


class NotebookText:
    """Compare what a kernel says about names with the text of the cells that have run in it.

    Args:
        cells: those cells, in order.
    """

    def __init__(self, cells: Iterable[RanCell]) -> None:
        self._cells = list(cells)
        self._reader, self._room = CellReader(), MAX_STATEMENTS
        # Python, too, brings a name into this form, in which several characters may be one.
        self._texts = [unicodedata.normalize("NFKC", cell.text) for cell in self._cells]
        # What a cell sets, by its index: read when a name is asked for that it may set.
        self._set: dict[int, list[tuple[str, Binding]]] = {}
        self._known: dict[str, list[Binding]] = {}

    def source(self, name: str, said: Source) -> Source:
        """Return what a name stands for.

        Args:
            name: the name.
            said: what the kernel says. It is believed if the text leaves open what the name stands for.
        """
        ways = self._ways(name)
        sure = ways[0] if len(ways) == 1 and ways[0].sure else None
        if sure and sure.kind == "import":
            return Source("library" if said.kind == "function" else said.kind, sure.dotted)
        own = [way.text for way in ways if way.kind == "function"]
        if said.kind == "function":
            text = parsable(said.text)
            return Source("function", text if text in own or not own else "\n".join(filter(None, (*own, text))))
        if own and len(own) == len(ways) and ways[0].sure and said.kind in ("value", "missing"):
            return Source("function", "\n".join(own))
        return said

    def _ways(self, name: str) -> list[Binding]:
        """Return how a name may have been set: the last sure way and, after it, the unsure ones."""
        if name not in self._known:
            ways: list[Binding] = []
            for index in range(len(self._cells)):
                for binding in self._ways_in(index, name):
                    ways = [binding] if binding.sure else [*ways, binding]
            self._known[name] = ways
        return self._known[name]

    def _ways_in(self, index: int, name: str) -> list[Binding]:
        """Return how a cell sets a name, in order."""
        cell = self._cells[index]
        if cell.given and cell.whole and cell.text in _given:
            return _given[cell.text].get(name, [])
        if not may_set(self._texts[index], name):
            return []
        return [binding for other, binding in self._set_in(index) if other == name]

    def _set_in(self, index: int) -> list[tuple[str, Binding]]:
        if index not in self._set:
            cell = self._cells[index]
            tree = self._reader.read(cell.text)
            nodes = list(ast.walk(tree))
            self._room -= sum(isinstance(node, ast.stmt) for node in nodes)
            self._set[index] = [*_set_by_cell(tree.body, nodes, sure=cell.whole)] if self._room >= 0 else []
        return self._set[index]


def may_set(text: str, name: str) -> bool:
    """Tell without parsing it whether a text may set a name; True too often rather than too seldom.

    A name right before a dot and an attribute, or before a bracket, is used, not set, unless it is imported or defined.
    """
    found = text.find(name)
    if found >= 0 and (len(text) > MAX_SOURCE or _IMPORT.search(text) or name in _DEFINED.findall(text)):
        return True
    while found >= 0:
        end = found + len(name)
        before, after = text[found - 1 : found], text[end : end + 2]
        if not _in_a_name(before) and not _in_a_name(after[:1]):
            attribute = after[:1] == "." and _in_a_name(after[1:])
            if not attribute and after[:1] != "(":
                return True
        found = text.find(name, end)
    return False


def _in_a_name(character: str) -> bool:
    return character.isalnum() or character == "_"


def parsable(text: str) -> str:
    """Return the source of a function or class as `ast.unparse` writes it; empty if it is not valid Python alone."""
    try:
        return ast.unparse(ast.parse(textwrap.dedent(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


def _set_by_cell(
    statements: Sequence[ast.stmt], nodes: Iterable[ast.AST], *, sure: bool
) -> Iterator[tuple[str, Binding]]:
    """Yield the names that a cell sets, in order; `nodes` are all that it is made of."""
    return _set_by(statements, sure=sure, plain=not any(isinstance(node, ASIDE) for node in nodes))


def _set_by(statements: Iterable[ast.stmt], *, sure: bool, plain: bool) -> Iterator[tuple[str, Binding]]:
    """Yield the names that statements of a cell set, in order; `plain` tells that no node in the cell is in `ASIDE`."""
    for statement in statements:
        known: list[tuple[str, Binding]] = []
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            known = [(statement.name, Binding("function", sure=sure, statement=statement))]
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            known = [(name, Binding("import", dotted, sure)) for name, dotted in imports(statement)]
        elif blocks := _blocks(statement):
            always = sure and isinstance(statement, ast.With | ast.AsyncWith)
            known = [pair for block in blocks for pair in _set_by(block, sure=always, plain=plain)]
        names = {name for name, _ in known}
        sure_of_others = sure and not _blocks(statement)
        seen = _stored(statement) if plain else None
        if seen is None:
            yield from _others(_head(statement), names, sure=sure_of_others)
        else:
            yield from (
                (name, Binding("other", sure=sure_of_others)) for name in dict.fromkeys(seen) if name not in names
            )
        yield from known


def _stored(statement: ast.stmt) -> list[str] | None:
    """Return the names that a common statement sets itself, not its blocks; None if only the compiler can tell.

    It holds for cells without the nodes in `ASIDE`. To ask the compiler takes ten times as long.
    """
    targets: list[ast.expr | None]
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom(level=0):
            return []
        case ast.Expr() | ast.Assert() | ast.Raise() | ast.Pass() | ast.If() | ast.While():
            return []
        case ast.Assign():
            targets = [*statement.targets]
        case ast.AugAssign() | ast.For() | ast.AsyncFor():
            targets = [statement.target]
        case ast.With() | ast.AsyncWith():
            targets = [item.optional_vars for item in statement.items]
        case _:
            return None
    return [name for target in targets for name in _names_in(target)]


def _names_in(target: ast.expr | None) -> Iterator[str]:
    """Yield the names in the target of an assignment; an index in it may set names, too, but of its own scope."""
    match target:
        case ast.Name():
            yield target.id
        case ast.Starred():
            yield from _names_in(target.value)
        case ast.Tuple() | ast.List():
            for part in target.elts:
                yield from _names_in(part)


def _unparsed(statement: ast.stmt) -> str:
    try:
        return ast.unparse(statement)
    except RecursionError:
        return ""


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """Return the blocks of a statement that do not open a new scope."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return []
    parts = [statement, *getattr(statement, "handlers", []), *getattr(statement, "cases", [])]
    return [block for part in parts for field in BLOCKS if (block := getattr(part, field, []))]


def _head(statement: ast.stmt) -> ast.stmt:
    """Return a statement without its blocks."""
    if not _blocks(statement):
        return statement
    head = copy.copy(statement)
    for field, value in ast.iter_fields(statement):
        if field in ("handlers", "cases"):
            setattr(head, field, [_with_nothing_in(part) for part in value])
        elif field in BLOCKS:
            setattr(head, field, [ast.Pass()] if value else [])
    return head


def _with_nothing_in(part: Any) -> Any:
    head = copy.copy(part)
    head.body = [ast.Pass()]
    return head


def _others(statement: ast.stmt, known: set[str], *, sure: bool) -> Iterator[tuple[str, Binding]]:
    """Yield the names that a statement sets in any other way, including those that its functions declare global."""
    if isinstance(statement, ast.Delete):
        names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        yield from ((name, Binding("other", sure=sure)) for name in names)
    try:
        top = symtable.symtable(ast.unparse(statement), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for one in top.get_symbols():
        if one.is_assigned() and one.get_name() not in known:
            yield one.get_name(), Binding("other", sure=sure)
    for table in _below(top):
        yield from (
            (one.get_name(), Binding("other", sure=False))
            for one in table.get_symbols()
            if one.is_declared_global() and one.is_assigned()
        )


def _below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _below(child)


def imports(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield (name, full dotted name of what it stands for) of an import; `*` yields nothing."""
    for alias in statement.names:
        if isinstance(statement, ast.ImportFrom):
            if alias.name != "*" and not statement.level:
                yield alias.asname or alias.name, f"{statement.module}.{alias.name}"
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            yield alias.name.split(".")[0], alias.name.split(".")[0]
