"""Rules about how something is written: an exercise may forbid the library call that would do its work.

Two witnesses say whether it was used. The kernel watches which libraries the student's code calls while a check runs
it. The notebook's text, read outside the kernel, says what the function and those that it calls name.
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

# What a name that stands for itself begins with: `__import__("torch")` is torch, whatever names mean.
ABSOLUTE = "."
# NumPy's words where a watched function calls `array.resize`: the hook itself holds on to its variables (until
# Python 3.12). Asked again, unwatched.
RESIZING = "cannot resize an array that references or is referenced"


def without(student: Subject, name: str, *forbidden: str) -> Subject:
    """Return the subject, under the rule that `name` is solved without the `forbidden` libraries.

    Its text is checked at once; what it calls, whenever a check asks the subject that is returned.

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
    """Check by their text that a function, and every function of the notebook that it names, use nothing `forbidden`.

    Args:
        student: the subject.
        name: the function or class.
        forbidden: see `without`, which looks at what the function does as well.

    Raises:
        CheckFailed: the text uses one of them.
    """
    with student_errors(name):
        for function, used in _all_uses(student, name):
            for rule in forbidden:
                if covers(rule, used):
                    raise _forbidden(name, rule, used, f"used in {function}")


class _Watched:
    """Passes every question on to a subject, or a handle of one, and looks at what was called meanwhile.

    Args:
        asked: whom the questions go to.
        student: the subject, which watches.
        name: the function that the rules are for.
        rules: what it is solved without.
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
            self._check_uses()  # before all else: an error in a library that may not be used is beside the point
            if RESIZING not in error.message:
                raise
            return question(*args, **options)
        finally:
            self._check_uses()

    def _check_uses(self) -> None:
        """Fail if anything forbidden was called; watch no longer."""
        for use in self._student.watch(())[:1]:
            rule = next((rule for rule in self._rules if covers(rule, use.library)), SWITCHED_OFF)
            where = f"which {self._name} calls" if use.function == ASKED else f"called in {use.function}"
            raise _forbidden(self._name, rule, use.library, where)


def _forbidden(name: str, rule: str, used: str, where: str) -> CheckFailed:
    hint = "write the arithmetic yourself; NumPy's array operations are enough"
    if rule == SWITCHED_OFF:
        hint = "the test needs it to see which libraries your code calls"
    shown = public(used) if used.startswith(rule) else rule  # a function may be kept elsewhere than it is found
    return failed(f"{name}: solve this exercise without {rule}", got=f"{shown}, {where}", hint=hint)


def _all_uses(student: Subject, name: str) -> Iterator[tuple[str, str]]:
    """Yield (function, full dotted name used in it) for `name` and the notebook's functions it leads to."""
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
    """Return the dotted names in the source of functions that begin with a global; imports within them resolved."""
    try:
        return sorted(_names(_Acting().visit(ast.parse(text))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: it is nested too deeply
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
    """Yield the names that a scope, and those within it, take from the notebook."""
    outermost = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and not symbol.is_assigned() if outermost else symbol.is_global():
            yield symbol.get_name()
    for child in table.get_children():
        yield from _global_names(child)


class _Acting(ast.NodeTransformer):
    """Leaves out what names a library and does nothing with it: annotations, and classes that `isinstance` asks for."""

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
    """Return the dotted name that an expression stands for; empty if it is none that can be read."""
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
