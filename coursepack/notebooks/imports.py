"""Find from its text which modules a piece of Python imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def imported_modules(text: str) -> list[str]:
    """Return the dotted names of all that a text imports, in order; none if it is not Python.

    For `from a.b import c`, both "a.b" and "a.b.c" are returned: the text does not tell whether c is a module.
    """
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return []
    return list(dict.fromkeys(_names(nodes)))


def _names(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
