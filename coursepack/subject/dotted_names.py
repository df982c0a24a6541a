"""Dotted names of libraries and their members, and which of them a rule covers."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import ModuleType
from typing import Any

KNOWN = 1_024


@dataclass(frozen=True)
class Use:
    """A call of a library.

    Attributes:
        function: the student's function that made it.
        library: full dotted name of what was called, for example "scipy.signal._signaltools.correlate2d".
    """

    function: str
    library: str


def covers(rule: str, name: str) -> bool:
    """Tell whether a rule covers a dotted name.

    Args:
        rule: "torch" covers the whole library, "numpy.fft" a subpackage, "numpy.convolve" one function, wherever NumPy
            defines it (`numpy._core.numeric.convolve`).
        name: full dotted name of a module, function or class.
    """
    if name == rule or name.startswith(rule + "."):
        return True
    home, _, last = rule.rpartition(".")
    return bool(home) and name.startswith(home + ".") and name.rpartition(".")[2] == last


@functools.lru_cache(maxsize=KNOWN)
def covered(rules: tuple[str, ...], name: str) -> bool:
    """Tell whether any of the rules covers a dotted name; asked for every call that watched code makes."""
    return any(covers(rule, name) for rule in rules)


def public(name: str) -> str:
    """Return a dotted name without its private parts: "scipy.signal.correlate2d"."""
    return ".".join(part for part in name.split(".") if not part.startswith("_") or part.endswith("__"))


def name_of(function: Any) -> str:
    """Return the full dotted name of a function, class or method; empty if it has none."""
    try:
        owner = getattr(function, "__objclass__", None) or getattr(function, "__self__", None)
        home = getattr(function, "__module__", None)
        if not isinstance(home, str):
            kind = owner if isinstance(owner, type) else type(owner)
            home = owner.__name__ if isinstance(owner, ModuleType) else kind.__module__
        name = f"{home}.{getattr(function, '__qualname__', function.__name__)}"
    except Exception:  # a student's object may raise anything when it is inspected
        return ""
    return name if isinstance(name, str) else ""
