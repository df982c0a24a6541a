"""Find from its text which modules a piece of Python imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


def imported_modules(text: str) -> list[str]:
    """Return the dotted names of all that a text imports, in order; none if it is not Python.

    For `from a.b import c`, both "a.b" and "a.b.c" are returned: the text does not tell whether c is a module.
    """
    try:
        return modules_of(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError):
        return []


def modules_of(tree: ast.Module) -> list[str]:
    """Return the same of a text that has been parsed, for example by `subject.magics`."""
    return list(dict.fromkeys(_names(ast.walk(tree))))


def imported_at_once(tree: ast.Module) -> list[str]:
    """Return the same of what the text imports whenever it runs: not in functions or under conditions, but in `try`."""
    return list(dict.fromkeys(_names(_statements(tree.body))))


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, ast.Try | ast.With):
            yield from _statements(statement.body)


def _names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
