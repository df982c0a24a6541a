"""Find from its text which modules a piece of Python imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator


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
    return list(dict.fromkeys(_names(tree)))


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
