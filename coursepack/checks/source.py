"""Check how a function is written: an exercise may forbid the library call that would solve it.

Two things show whether it was used. The kernel records which libraries the student's code calls while a check runs
it. The notebook's text, read outside the kernel, shows which names the function and the functions it calls use.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from typing import Any, cast

from coursepack.checks.errors import CheckFailed
from coursepack.checks.messages import failed, student_errors
from coursepack.subject import StudentError, Subject
from coursepack.subject.bindings import imports
from coursepack.subject.dotted_names import covers, public
from coursepack.subject.library_calls import ASKED, SWITCHED_OFF

# Prefix of a name that stands for itself: `__import__("torch")` is torch, whatever the notebook's names mean.
ABSOLUTE = "."
# NumPy's message if a watched function calls `array.resize`: until Python 3.12 the hook itself holds references to
# the function's variables. We ask again without watching.
RESIZING = "cannot resize an array that references or is referenced"


def without(student: Subject, name: str, *forbidden: str) -> Subject:
    """Return a subject that fails a check if `name` uses one of the `forbidden` libraries.

    The text of `name` is checked at once; its calls are checked whenever a check questions the returned subject.

    Args:
        student: the subject.
        name: the function or class.
        forbidden: dotted names: "torch" forbids the library, "numpy.convolve" one function. The exercise's text lists
            them all.

    Raises:
        CheckFailed: the text uses one of them.
    """
    assert_avoids(student, name, *forbidden)
    return cast("Subject", _Watched(student, student, name, forbidden))


def assert_avoids(student: Subject, name: str, *forbidden: str) -> None:
    """Check the text of a function, and of every notebook function that it names, for `forbidden` names.

    Args:
        student: the subject.
        name: the function or class.
        forbidden: see `without`, which also checks what the function calls.

    Raises:
        CheckFailed: the text uses one of them.
    """
    with student_errors(name):
        for function, used in _all_uses(student, name):
            for rule in forbidden:
                if covers(rule, used):
                    raise _forbidden(name, rule, used, f"used in {function}")


class _Watched:
    """Forward every question to a subject, or one of its handles, and check what was called meanwhile.

    Args:
        asked: the subject or handle that answers.
        student: the subject, which records the calls.
        name: the function that the rules apply to.
        rules: what it must not use.
    """

    def __init__(self, asked: Any, student: Subject, name: str, rules: tuple[str, ...]) -> None:
        self._asked, self._student, self._name, self._rules = asked, student, name, rules

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._asked, attribute)
        if not callable(found):
            return found

        def ask(*args: Any, **options: Any) -> Any:
            answer = self._watch(found, args, options)
            handle = attribute in ("module", "instance")
            return _Watched(answer, self._student, self._name, self._rules) if handle else answer

        return ask

    def _watch(self, question: Any, args: Any, options: Any) -> Any:
        self._student.watch(self._rules)
        try:
            return question(*args, **options)
        except StudentError as error:
            self._check_uses()  # first: an error inside a forbidden library is beside the point
            if RESIZING not in error.message:
                raise
            return question(*args, **options)
        finally:
            self._check_uses()

    def _check_uses(self) -> None:
        """Stop watching, and fail if anything forbidden was called."""
        for use in self._student.watch(())[:1]:
            rule = next((rule for rule in self._rules if covers(rule, use.library)), SWITCHED_OFF)
            where = f"which {self._name} calls" if use.function == ASKED else f"called in {use.function}"
            raise _forbidden(self._name, rule, use.library, where)


def _forbidden(name: str, rule: str, used: str, where: str) -> CheckFailed:
    hint = "write the arithmetic yourself; NumPy's array operations are enough"
    if rule == SWITCHED_OFF:
        hint = "the test needs it to see which libraries your code calls"
    shown = public(used) if used.startswith(rule) else rule  # a function may be defined elsewhere than it is found
    return failed(f"{name}: solve this exercise without {rule}", got=f"{shown}, {where}", hint=hint)


def _all_uses(student: Subject, name: str) -> Iterator[tuple[str, str]]:
    """Yield (function, full dotted name used in it) for `name` and the notebook functions that it reaches."""
    waiting, seen = [name], set()
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        source = student.source(function)
        if source.kind == "missing" and function == name:
            raise StudentError("NameError", f"name '{name}' is not defined")
        if source.kind != "function":
            yield function, source.text
            continue
        for used in _names_in(source.text):
            if used.startswith(ABSOLUTE):
                yield function, used.removeprefix(ABSOLUTE)
                continue
            head, _, rest = used.partition(".")
            meaning = student.source(head)
            if meaning.kind == "function":
                waiting.append(head)
            elif meaning.text:
                yield function, f"{meaning.text}.{rest}".rstrip(".")


def _names_in(text: str) -> list[str]:
    """Return the dotted names in the source of functions that begin with a global; imports inside are resolved."""
    try:
        return sorted(_names(_Acting().visit(ast.parse(text))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: nested too deeply
        return []


def _names(tree: ast.AST) -> set[str]:
    top = symtable.symtable(ast.unparse(tree), "notebook", "exec")
    nodes = list(ast.walk(tree))
    aliases = dict(pair for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for pair in imports(node))
    known = set(_global_names(top))
    names = set[str]()
    for dotted in filter(None, map(_dotted, nodes)):
        head, _, rest = dotted.partition(".")
        if dotted.startswith(ABSOLUTE) or head in known:
            names.add(dotted)
        elif head in aliases:
            names.add(f"{ABSOLUTE}{aliases[head]}.{rest}".rstrip("."))
    return names


def _global_names(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names that a scope, and its inner scopes, take from the notebook."""
    outermost = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and not symbol.is_assigned() if outermost else symbol.is_global():
            yield symbol.get_name()
    for child in table.get_children():
        yield from _global_names(child)


class _Acting(ast.NodeTransformer):
    """Remove what names a library without using it: annotations, and the classes in `isinstance` calls."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            node.args = node.args[:1]
        return self.generic_visit(node)


def _dotted(node: ast.AST) -> str:
    """Return the dotted name that an expression spells; empty if it spells none."""
    match node:
        case ast.Name(id=name):
            return name
        case (
            ast.Attribute(value=value, attr=attribute)
            | ast.Call(func=ast.Name(id="getattr"), args=[value, ast.Constant(value=str(attribute)), *_])
        ):
            head = _dotted(value)
            return f"{head}.{attribute}" if head else ""
        case ast.Call(func=function, args=[ast.Constant(value=str(module)), *_]):
            importing = _dotted(function).rpartition(".")[2] in ("__import__", "import_module")
            return f"{ABSOLUTE}{module}" if importing else ""
        case ast.Subscript(value=modules, slice=ast.Constant(value=str(module))):
            return f"{ABSOLUTE}{module}" if _dotted(modules).endswith("sys.modules") else ""
    return ""
