"""Find the compiled functions that a running function can reach: no hook sees calls of them."""

from __future__ import annotations

import dis
import functools
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import BuiltinFunctionType, CodeType, FrameType, MethodType
from typing import Any

import numpy as np

from .dotted_names import covered, covers, name_of

# A torch mode sees calls of torch's functions, see `library_calls`.
SEEN_ANYWAY = "torch"
MAX_OBJECTS, MAX_DEPTH, MAX_ITEMS = 2_000, 5, 100
KNOWN = 256
_read: dict[int, tuple[CodeType, frozenset[str]]] = {}


def compiled_within_reach(frame: FrameType, rules: Sequence[str]) -> list[str]:
    """Return the dotted names of forbidden compiled functions that a function holds or reads from its globals.

    We look at its arguments (including defaults), the variables it closes over, the globals that its code reads, and at
    what lists, dictionaries, partial functions, bound methods and objects of the notebook's classes among them hold.
    """
    names = _globals_read(frame.f_code)
    waiting = [(value, 0) for value in frame.f_locals.values()]
    waiting += [(frame.f_globals[name], 0) for name in names if name in frame.f_globals]
    found, seen = list[str](), set[int]()
    while waiting and len(seen) < MAX_OBJECTS:
        value, depth = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        name = _compiled_name(value, rules)
        if name and not covers(SEEN_ANYWAY, name) and covered(tuple(rules), name):
            found.append(name)
        if depth < MAX_DEPTH:
            waiting += [(part, depth + 1) for part in _parts(value)]
    return found


def _globals_read(code: CodeType) -> frozenset[str]:
    """Return the names that a function's code reads from its globals; each question runs the function again.

    They are known by the code object itself: its constants may be of a kind that no dictionary takes.
    """
    if id(code) not in _read:
        if len(_read) >= KNOWN:
            _read.clear()
        names = (one.argval for one in dis.get_instructions(code) if one.opname in ("LOAD_GLOBAL", "LOAD_NAME"))
        _read[id(code)] = code, frozenset(names)
    return _read[id(code)][1]


def _compiled_name(value: Any, rules: Sequence[str]) -> str:
    """Return the dotted name of a compiled function; empty for anything else."""
    if isinstance(value, np.ufunc):
        return "" if getattr(np, value.__name__, None) is value else _home_of(value, rules)
    if isinstance(value, BuiltinFunctionType) or type(value).__name__ == "cython_function_or_method":
        return name_of(value)
    return ""


def _home_of(ufunc: np.ufunc, rules: Sequence[str]) -> str:
    """Return the dotted name of a ufunc. It does not know its module, so we search the modules that the rules name."""
    for name, module in list(sys.modules.items()):
        if any(covers(rule, name) for rule in rules) and vars(module).get(ufunc.__name__) is ufunc:
            return f"{name}.{ufunc.__name__}"
    return ""


def _parts(value: Any) -> Iterator[Any]:
    """Yield what an object holds, if it is of a kind that may hold functions."""
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        yield from list(value)[:MAX_ITEMS]
    elif kind is dict:
        yield from list(value.values())[:MAX_ITEMS]
    elif kind is functools.partial:
        yield from (value.func, *value.args, *value.keywords.values())
    elif kind is MethodType:
        yield value.__self__
    elif isinstance(value, type) and value.__module__ == "__main__":
        yield from _attributes(value)
    elif kind.__module__ == "__main__":
        yield from (*_attributes(value), kind)


def _attributes(holder: Any) -> list[Any]:
    found = getattr(holder, "__dict__", None)
    return list(found.values())[:MAX_ITEMS] if isinstance(found, Mapping) else []
