"""Find the cells that affect a notebook's tests: validation can leave out the others.

A test names what it judges in its code, or as a text (`student.module("Network")`). What makes such a name is needed,
and what makes the names that this mentions, and so on: all else is idle. Of an answer that differs from the solution in
a few cells, moreover, only those tests can end otherwise that depend on these: all others are unmoved.

A cell that only alters a needed object counts as idle; then the tests of that object fail in every such run, and
validation reports it. What a differing cell alters counts as defined by it, and if the cell may change what all cells
share (seeds, defaults, modules), nothing is unaffected.
"""

from __future__ import annotations

import ast
import builtins
import functools
import re
import symtable
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from coursepack.notebooks.cells import code_cells, is_test_or_answer
from coursepack.subject.magics import parse_cell

# What could change more than the names that a cell makes.
_FAR_REACHING = re.compile(
    r"\b(setattr|delattr|\w*seed|set_\w+|seterr|use_\w+|globals|vars|exec|eval|__dict__|__class__"
    r"|get_ipython|environ|chdir|fork|sys|builtins|gc)\b|\.__\w+__\s*="
)
# Methods that change their object; so do those whose name ends in an underscore.
_CHANGES = {*("append", "extend", "insert", "update", "pop", "clear", "remove", "sort", "train", "eval"), "step"}


@dataclass(frozen=True)
class Names:
    """The names that one cell uses and sets.

    Attributes:
        used: names that it takes from elsewhere.
        texts: strings in it that could be names.
        late: used names that functions look up when they are called.
        made: names that it sets.
        surely: names that it sets in every case.
        imported: names set by imports, which mean the same in every cell.
        altered: names whose attributes or elements it sets, or whose mutating methods it calls.
    """

    used: frozenset[str]
    texts: frozenset[str]
    late: frozenset[str]
    made: frozenset[str]
    surely: frozenset[str]
    imported: frozenset[str]
    altered: frozenset[str]

    @classmethod
    # The assignment's own cells recur; students' texts, which all differ, must not fill the cache.
    @functools.lru_cache(maxsize=256)
    def of(cls, source: str) -> Names:
        """Return the names of a cell.

        Raises:
            SyntaxError: it is neither Python nor IPython.
        """
        tree = parse_cell(source)
        used = set[str]()
        surely = _flow(tree.body, set(), used)
        top = symtable.symtable(ast.unparse(tree), "cell", "exec")
        late = {one.get_name() for one in _globals_below(top)}
        made = {one.get_name() for one in top.get_symbols() if _is_set(one)}
        made |= {one.get_name() for one in _globals_below(top) if one.is_assigned()}
        imported = {one.get_name() for one in top.get_symbols() if one.is_imported()}
        used |= late - made
        altered = _altered(tree) & (used | made)
        known = set(vars(builtins)) - made
        every = used - known, _texts(tree), late - known, made, surely, imported, altered - known
        return cls(*map(frozenset, every))

    @property
    def mentioned(self) -> frozenset[str]:
        """Names that it uses, directly or as strings passed to a function."""
        return self.used | self.texts

    @property
    def made_otherwise(self) -> frozenset[str]:
        """Names that may change if the cell, or something it depends on, changes."""
        return (self.made - self.imported) | self.altered


def irrelevant_cells(notebook: NotebookNode) -> set[str]:
    """Return the ids of ungraded code cells on which no graded cell depends; none if a cell is not Python."""
    cells = code_cells(notebook)
    try:
        names = {cell.id: Names.of(cell.source) for cell in cells}
    except SyntaxError:
        return set()
    return names.keys() - _needed(names, {cell.id for cell in cells if is_test_or_answer(cell)})


def unaffected_cells(notebook: NotebookNode, answer: NotebookNode) -> set[str]:
    """Return the ids of an answer's code cells that cannot distinguish it from the notebook.

    Args:
        notebook: with all tests.
        answer: the same cells, some of them with another text.

    Returns:
        Tests that depend on no changed cell, and cells that no other test needs. None if a cell is not Python or could
        change what all cells share.
    """
    before, after = code_cells(notebook), code_cells(answer)
    differ = {new.id: Names.of("") for old, new in zip(before, after, strict=True) if old.source != new.source}
    try:
        names = {cell.id: Names.of(cell.source) for cell in after}
        differ |= {old.id: Names.of(old.source) for old in before if old.id in differ}
    except SyntaxError:
        return set()
    if any(_FAR_REACHING.search(cell.source) for cell in after if cell.id in differ):
        return set()
    moved = _moved(names, differ)
    return names.keys() - _needed(names, {cell.id for cell in after if cell.id in moved and is_test_or_answer(cell)})


def _moved(names: Mapping[str, Names], differ: Mapping[str, Names]) -> set[str]:
    """Return the ids of the cells that differ or depend on one that does.

    Args:
        names: those of all cells, in their order.
        differ: the names that the cells which differ had before.
    """
    moved = set(differ)
    while True:
        count, other = len(moved), set[str]()
        anywhere = frozenset[str]().union(*(names[each].made_otherwise for each in moved))
        for each, own in names.items():
            if each in moved or own.mentioned & other or own.late & anywhere:
                moved.add(each)
                other |= own.made_otherwise
                other |= differ[each].made_otherwise if each in differ else set()
            else:
                other -= own.surely
        if len(moved) == count:
            return moved


def _needed(names: Mapping[str, Names], wanted: set[str]) -> set[str]:
    """Return `wanted` and the ids of all cells that make what they, or one another, use."""
    busy = set(wanted)
    while True:
        count, needed = len(busy), set[str]()
        # A function may call what is defined after it.
        anywhere = frozenset[str]().union(*(names[each].late for each in busy))
        for each, own in reversed(list(names.items())):
            if each in busy or own.made & (needed | anywhere):
                busy.add(each)
                needed = (needed - own.surely) | own.mentioned
        if len(busy) == count:
            return busy


def _is_set(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def _globals_below(table: symtable.SymbolTable) -> Iterator[symtable.Symbol]:
    """Yield how functions and classes use names outside of them."""
    for child in table.get_children():
        yield from (one for one in child.get_symbols() if one.is_global())
        yield from _globals_below(child)


def _flow(statements: Sequence[ast.stmt], known: set[str], used: set[str]) -> set[str]:
    """Add to `used` what statements take from elsewhere, given the known names; return those known afterwards."""
    for statement in statements:
        if isinstance(statement, ast.For):
            inside = known | {node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name)}
            used |= _mentioned(statement.iter) - known
            # We assume that a loop runs at least once: notebooks have no others.
            known = _flow(statement.orelse, _flow(statement.body, inside, used), used)
        elif isinstance(statement, ast.If):
            used |= _mentioned(statement.test) - known
            known = _flow(statement.body, known, used) & _flow(statement.orelse, known, used)
        elif isinstance(statement, ast.With):
            for item in statement.items:
                used |= _mentioned(item.context_expr) - known
                known = known | {node.id for node in ast.walk(item) if isinstance(node, ast.Name) and _is_stored(node)}
            known = _flow(statement.body, known, used)
        else:
            top = symtable.symtable(ast.unparse(statement), "cell", "exec")
            # The symbol table does not count `x += 1` as a use of x.
            changes = [node.target for node in ast.walk(statement) if isinstance(node, ast.AugAssign)]
            mentions = {one.get_name() for one in top.get_symbols() if one.is_referenced()}
            used |= (mentions | {target.id for target in changes if isinstance(target, ast.Name)}) - known
            if not isinstance(statement, ast.Try | ast.While):
                known = known | {one.get_name() for one in top.get_symbols() if _is_set(one)}
    return known


def _mentioned(expression: ast.expr) -> set[str]:
    top = symtable.symtable(ast.unparse(expression), "cell", "exec")
    return {one.get_name() for one in top.get_symbols() if one.is_referenced()}


def _is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _altered(tree: ast.AST) -> set[str]:
    """Return the names whose objects a cell visibly changes."""
    places = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Subscript)]
    changed: list[ast.expr] = [node for node in places if not isinstance(node.ctx, ast.Load)]
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    methods = [call for call in calls if isinstance(call, ast.Attribute)]
    changed += [call.value for call in methods if call.attr in _CHANGES or call.attr.endswith("_")]
    roots = {_root(place) for place in changed}
    return roots - {""}


def _root(place: ast.expr) -> str:
    """Return the name that a place begins with: `a` of `a.b[0].c`; what a call returns has none."""
    while isinstance(place, ast.Attribute | ast.Subscript):
        place = place.value
    return place.id if isinstance(place, ast.Name) else ""


def _texts(tree: ast.AST) -> set[str]:
    """Return the texts in a source that could be names."""
    found = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {text for text in found if isinstance(text, str) and text.isidentifier()}
