"""Translate a notebook cell into Python: IPython's own syntax is translated as IPython does it.

All code that reads the text of a cell uses this module. Magics whose body is Python in the notebook's namespace
(`%%time`, `%%capture`, …) yield their body; any other magic or `!` becomes the call that IPython makes of it.
Nothing is run. The text may be hostile: a text that would take long to translate counts as invalid.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

# Their body, or the rest of their line, runs as if it were in the cell.
IN_PLACE = ("time", "capture", "prun", "debug")
# What these set is gone afterwards, as if they were functions.
APART = ("timeit",)
MAX_DEPTH = 5
# Parsing an f-string takes Python time quadratic in its length, and so does following every name of a text.
MAX_SOURCE = 50_000
# IPython parses a cell again after each line that it changes: about 2 µs a character.
MAX_WORK = 100_000
MAX_WORK_OF_ALL = 1_000_000
MAX_LINE = 500
_SPECIAL = re.compile(r"^\s*[%!?,;/]|=\s*[%!]|\?\s*$")


def parse_cell(cell: str) -> ast.Module:
    """Return the syntax tree of a cell.

    Raises:
        SyntaxError: it is neither Python nor IPython, or would take too long to read.
    """
    return _parse(cell, 0)


def parse_cells(cells: Iterable[str]) -> Iterator[ast.Module]:
    """Yield the syntax tree of each cell; an empty tree for a cell that cannot be read."""
    yield from map(CellReader().read, cells)


class CellReader:
    """Reads cells of one notebook; those that would take long only while they are few."""

    def __init__(self) -> None:
        self._room = MAX_WORK_OF_ALL

    def read(self, cell: str) -> ast.Module:
        """Return the syntax tree of a cell; an empty tree if it cannot be read."""
        self._room -= _work(cell)
        try:
            return parse_cell(cell if self._room > 0 or _plain(cell) else "")
        except SyntaxError:
            return ast.Module([], [])


def _parse(cell: str, depth: int) -> ast.Module:
    tree = _plain(cell)
    if tree is not None:
        return tree
    if len(cell) > MAX_SOURCE:
        raise SyntaxError("the cell is too long to be read")
    if depth > MAX_DEPTH or _work(cell) > MAX_WORK or max(map(len, _special_lines(cell)), default=0) > MAX_LINE:
        raise SyntaxError("the cell's magics are too many or too long to be read")
    # Imported here because IPython is slow to import, and few notebooks need it.
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        tree = ast.parse(TransformerManager().transform_cell(cell))  # type: ignore[no-untyped-call]
        return ast.fix_missing_locations(_Unwrapped(depth).visit(tree))  # type: ignore[no-any-return]
    except SyntaxError:
        raise
    except (ValueError, IndexError, RuntimeError, MemoryError) as error:  # a RecursionError is a RuntimeError
        raise SyntaxError(f"the cell cannot be read ({type(error).__name__})") from None


def _plain(cell: str) -> ast.Module | None:
    """Return the tree of a cell that holds only Python; None for any other."""
    try:
        return ast.parse(cell) if len(cell) <= MAX_SOURCE else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _special_lines(cell: str) -> list[str]:
    if cell.lstrip().startswith("%%"):  # the body is taken as it stands
        return cell.split("\n", 1)[:1]
    return [line for line in cell.split("\n") if _SPECIAL.search(line)]


def _work(cell: str) -> int:
    return len(cell) * len(_special_lines(cell))


class _Unwrapped(ast.NodeTransformer):
    """Replace the call that IPython makes of a magic by the Python that the magic runs."""

    def __init__(self, depth: int) -> None:
        self._depth = depth

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.stmt]:
        return self._run_by(node.value) or node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        """Replace `x = %time f()` by what its line uses."""
        return [*self._run_by(node.value), node]

    def _run_by(self, value: ast.expr) -> list[ast.stmt]:
        """Return the statements that a magic's call runs; an empty list for any other expression."""
        match value:
            case ast.Call(
                func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython"))),
                args=[ast.Constant(value=str(magic)), ast.Constant(value=str(line)), *rest],
            ) if magic in IN_PLACE + APART:
                return self._body(magic, line, rest)
        return []

    def _body(self, magic: str, line: str, rest: list[ast.expr]) -> list[ast.stmt]:
        whole = bool(rest) and isinstance(rest[0], ast.Constant)
        text = str(rest[0].value) if whole and isinstance(rest[0], ast.Constant) else ""
        before = _statement_at_the_end(line)
        if not whole:
            body = before
        elif magic == "capture":
            body = [*_output_of_capture(line), *_parse(text, self._depth + 1).body]
        else:
            body = [*(before if magic in APART else []), *_parse(text, self._depth + 1).body]
        return [_function_of(body)] if magic in APART and body else body


def _statement_at_the_end(line: str) -> list[ast.stmt]:
    """Return the statements of a magic's line: the Python after its options."""
    if len(line) > MAX_LINE:
        raise SyntaxError("the line of a magic is too long to be read")
    words = line.split(" ")
    while words and (words[0].startswith("-") or _plain(" ".join(words)) is None):
        words = words[1:]
    return ast.parse(" ".join(words)).body


def _output_of_capture(line: str) -> list[ast.stmt]:
    names = [word for word in line.split() if word.isidentifier()]
    return ast.parse("".join(f"{name} = None\n" for name in names)).body


def _function_of(body: list[ast.stmt]) -> ast.stmt:
    """Return a function with these statements as its body: it uses what they use, and sets nothing."""
    [function] = ast.parse("def _timed():\n    pass").body
    assert isinstance(function, ast.FunctionDef)
    function.body = body
    return function
