"""Handles to objects of the student's classes that are not torch modules: call methods, read and set attributes.

A path leads from the object to a value: attributes, dictionary keys and list indices, joined by dots, for
example `params.weight` or `layers.0.params.weight`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .guard import student_code
from .library_calls import call_directly
from .plain_data import to_plain
from .protocol import StudentError


def follow(start: Any, path: str) -> Any:
    """Return the value at `path`, starting from the object `start`.

    Raises:
        StudentError: a part of the path does not exist; the message names it.
    """
    found = start
    for part in path.split("."):
        try:
            with student_code():
                found = _item(found, part)
        except StudentError as error:
            if error.kind in ("AttributeError", "KeyError", "IndexError", "ValueError") and not error.place:
                raise StudentError("AttributeError", f"there is no '{part}' in '{path}'") from None
            raise
    return found


def _item(holder: Any, part: str) -> Any:
    if isinstance(holder, Mapping):
        return holder[part]
    return holder[int(part)] if isinstance(holder, list | tuple) else getattr(holder, part)


class LocalInstance:
    """Handle to an object in this process; see `InstanceHandle`.

    Args:
        instance: the student's object.
        name: its name in messages.
        resolve: turns an argument of a check into an argument for the student's code.
    """

    def __init__(self, instance: Any, name: str, resolve: Callable[[Any], Any]) -> None:
        self._instance, self.name, self._resolve = instance, name, resolve

    def call(self, method: str, *args: Any, **options: Any) -> Any:
        """Call a method and return what it returned, as plain data."""
        found = follow(self._instance, method)
        if not callable(found):
            raise StudentError("TypeError", f"{self.name}.{method} is not a method")
        resolved = [self._resolve(argument) for argument in args]
        with student_code():
            named = {key: self._resolve(option) for key, option in options.items()}
            returned = call_directly(found, resolved, named)
        return to_plain(returned)

    def get(self, path: str) -> Any:
        """Return what `path` leads to, as plain data."""
        return to_plain(follow(self._instance, path))

    def set(self, path: str, value: Any) -> None:
        """Set the value at `path`; an array of the same shape is changed in place, so that aliases see it."""
        parent, _, last = path.rpartition(".")
        holder = follow(self._instance, parent) if parent else self._instance
        try:
            before = _item(holder, last)
        except (AttributeError, LookupError, ValueError):
            before = None
        with student_code():
            if isinstance(before, np.ndarray) and before.shape == np.shape(value) and before.flags.writeable:
                before[...] = value
            elif isinstance(holder, dict):
                holder[last] = _own(value)
            elif isinstance(holder, list):
                holder[int(last)] = _own(value)
            else:
                setattr(holder, last, _own(value))


def _own(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


class RemoteInstance:
    """Handle to an object in another process; see `InstanceHandle`.

    Args:
        ask: sends a question (what to do, arguments, options, number of the object) and returns the answer.
        number: the object's number at the other end.
        name: its name in messages.
    """

    def __init__(
        self, ask: Callable[[str, Sequence[Any], Mapping[str, Any], int], Any], number: int, name: str
    ) -> None:
        self._ask, self._number, self.name = ask, number, name

    def call(self, method: str, *args: Any, **options: Any) -> Any:
        """Call a method and return what it returned, as plain data."""
        return self._ask("call", [method, *args], options, self._number)

    def get(self, path: str) -> Any:
        """Return what `path` leads to, as plain data."""
        return self._ask("get", [path], {}, self._number)

    def set(self, path: str, value: Any) -> None:
        """Set the value at `path`."""
        self._ask("set", [path, value], {}, self._number)
