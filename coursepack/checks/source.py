"""Rules about how something is written: an exercise may forbid the library call that would do its work."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from coursepack.checks.messages import failed, student_error
from coursepack.subject import StudentError, Subject

# Names that reach any library without naming it.
BACKDOORS = ("__import__", "eval", "exec", "importlib", "globals", "getattr", "sys.modules", "builtins")


def assert_avoids(student: Subject, name: str, *forbidden: str) -> None:
    """Check that a function, and every function of the notebook that it calls, uses none of the `forbidden` names.

    Args:
        student: the subject.
        name: the function.
        forbidden: dotted names: "torch" forbids the library, "numpy.convolve" one function. Aliases are resolved.
    """
    try:
        for function, used in _all_uses(student, name):
            for rule in (*forbidden, *BACKDOORS):
                if used == rule or used.startswith(rule + "."):
                    raise failed(
                        f"{name}: this exercise does without {rule}",
                        got=f"{used}, used in {function}",
                        hint="write the arithmetic yourself; NumPy's array operations are enough",
                    )
    except StudentError as error:
        raise student_error(name, error) from None


def _all_uses(student: Subject, name: str) -> Iterator[tuple[str, str]]:
    """Yield (function, dotted name used in it) for `name` and the notebook's functions it leads to."""
    waiting, seen = [name], set()
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        source = student.source(function)
        if source.kind == "missing" and function == name:
            raise StudentError("NameError", f"name '{name}' is not defined")
        if source.kind in ("module", "library"):
            yield function, source.text
        if source.kind != "function":
            continue
        for used in _names_in(source.text):
            head, _, rest = used.partition(".")
            yield function, used
            meaning = student.source(head)
            if meaning.kind in ("module", "library"):
                yield function, f"{meaning.text}.{rest}".rstrip(".")
            elif meaning.kind == "function":
                waiting.append(head)


def _names_in(text: str) -> Iterator[str]:
    """Yield every dotted name and every imported name in a piece of source code, local aliases resolved."""
    tree = ast.parse(text)
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases |= {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            aliases |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    yield from aliases.values()
    for node in ast.walk(tree):
        dotted = _dotted(node)
        if dotted:
            head, _, rest = dotted.partition(".")
            yield dotted
            if head in aliases:
                yield f"{aliases[head]}.{rest}".rstrip(".")


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = _dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""
