"""The subject in the same process as student code, as in stock `nbgrader autograde`."""

from __future__ import annotations

import atexit
import functools
import importlib
import inspect
import os
import shutil
import tempfile
import textwrap
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from . import guard
from .code_origin import STAND_INS
from .dotted_names import Use
from .guard import student_code
from .instances import LocalInstance, follow
from .library_calls import call_directly
from .pass_records import FunctionPass
from .plain_data import to_plain
from .protocol import Array, Frozen, InstanceHandle, ModuleHandle, Name, Source, StudentError
from .tables import Table, is_table, put_together

_ABSENT = object()  # stands for a name that the notebook does not have


@functools.lru_cache(maxsize=8)
def _parts(names: tuple[str, ...], text: str) -> dict[str, Any]:
    """Run the text of our stand-ins and return what it defines under these names."""
    module = ModuleType("stand_ins")
    exec(compile(text, STAND_INS, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 (a check's own text)
    missing = [name for name in names if name.startswith("__") or name not in module.__dict__]
    if missing:
        raise ValueError(f"there is no stand-in for “{missing[0]}”")
    return {name: module.__dict__[name] for name in names}


class LocalSubject:
    """Look names up in a namespace: the running kernel's by default.

    Args:
        namespace: name → object; if None, the namespace of the current IPython shell.
    """

    def __init__(self, namespace: MutableMapping[str, Any] | None = None) -> None:
        self._namespace = namespace
        self._scratch: Path | None = None
        self._scratch_of = 0
        self._replaced: dict[str, Any] = {}

    def _names(self) -> MutableMapping[str, Any]:
        if self._namespace is not None:
            return self._namespace
        names: MutableMapping[str, Any] = importlib.import_module("IPython").get_ipython().user_ns
        return names

    def _find(self, name: str) -> Any:
        namespace = self._names()
        if name not in namespace:
            raise StudentError("NameError", f"name '{name}' is not defined")
        return namespace[name]

    def stand_in(self, names: Sequence[str] = (), text: str = "") -> None:
        """Replace these names of the notebook by stand-ins until the next call; see `Subject.stand_in`.

        Raises:
            ValueError: the text does not define a name.
        """
        if not names and not self._replaced:
            return
        namespace = self._names()
        for name, found in self._replaced.items():
            if found is _ABSENT:
                namespace.pop(name, None)
            else:
                namespace[name] = found
        parts = _parts(tuple(names), text) if names else {}
        self._replaced = {name: namespace.get(name, _ABSENT) for name in names}
        namespace.update(parts)

    def _resolve(self, argument: Any) -> Any:
        if isinstance(argument, Name):
            head, _, rest = argument.name.partition(".")
            return follow(self._find(head), rest) if rest else self._find(head)
        if isinstance(argument, Frozen):
            copy = argument.array.copy()
            copy.flags.writeable = False  # a function that changes its input raises an error
            return copy
        if isinstance(argument, Table):
            return put_together(argument)
        return argument.copy() if isinstance(argument, np.ndarray) or is_table(argument) else argument

    def _invoke(self, name: str, args: Sequence[Any], options: Mapping[str, Any]) -> Any:
        found = self._find(name)
        if not callable(found):
            raise StudentError("TypeError", f"{name} is not a function")
        resolved = [self._resolve(argument) for argument in args]
        with student_code():
            return call_directly(found, resolved, {key: self._resolve(option) for key, option in options.items()})

    def call(self, name: str, *args: Any, **options: Any) -> Any:
        """Call the student's function and return what it returned, as plain data."""
        return to_plain(self._invoke(name, args, options))

    def value(self, name: str) -> Any:
        """Return the student's variable as plain data."""
        return to_plain(self._find(name))

    def module(self, name: str, *args: Any, **options: Any) -> ModuleHandle:
        """Return a handle to the module `name`, or to the module that calling `name` returns."""
        from torch import nn

        from .torch_modules import LocalModule

        found = self._find(name)
        if not isinstance(found, nn.Module):
            found = self._invoke(name, args, options)
        if not isinstance(found, nn.Module):
            raise StudentError("TypeError", f"{name} gave {type(found).__name__}, not a torch.nn.Module")
        return LocalModule(found, name)

    def instance(self, name: str, *args: Any, **options: Any) -> InstanceHandle:
        """Return a handle to the object `name`; if that is a class or function, to what calling it returns."""
        found = self._find(name)
        if inspect.isclass(found) or inspect.isroutine(found):
            found = self._invoke(name, args, options)
        return LocalInstance(found, name, self._resolve)

    def gradients(self, name: str, inputs: Sequence[Array], grad_outputs: Array) -> tuple[Array, list[Array]]:
        """Return the output of a differentiable function and the gradients of all inputs (zeros for unused ones)."""
        import torch

        tensors = [torch.from_numpy(np.array(array)).requires_grad_() for array in inputs]
        found = self._find(name)
        with student_code(), torch.enable_grad():
            output = found(*(tensor.clone() for tensor in tensors))  # the function may change copies in place
            grads = torch.autograd.grad(output, tensors, torch.from_numpy(np.array(grad_outputs)), allow_unused=True)
        filled = [
            torch.zeros_like(tensor) if grad is None else grad for tensor, grad in zip(tensors, grads, strict=True)
        ]
        return to_plain(output), [to_plain(grad) for grad in filled]

    def function_pass(
        self, name: str, inputs: Sequence[Array], grad_output: Array, *, constants: Sequence[Any], needs: Sequence[bool]
    ) -> FunctionPass:
        """Apply a `torch.autograd.Function` to arrays and constants; `needs` says which arrays want a gradient."""
        from .passes import function_pass

        return function_pass(self._find(name), name, inputs, constants, grad_output, needs)

    def run_loop(self, name: str, probe: str, batches: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
        """Run the student's loop on the probe network, on the device that the notebook uses."""
        import torch

        from .training_loops import run_loop

        if probe != "classifier":
            raise ValueError(f"there is no probe network “{probe}”")
        try:
            device = torch.device(self._find("device"))
        except (StudentError, TypeError, RuntimeError):
            device = torch.device("cpu")
        loop = self._find(name)
        if not callable(loop):
            raise StudentError("TypeError", f"{name} is not a function")
        return run_loop(loop, batches, settings, device)

    def file(self, filename: str, content: bytes) -> str:
        """Write a scratch file that the student's code can open; return its path."""
        # Each fork needs its own folder: otherwise two would write the same file.
        if self._scratch is None or self._scratch_of != os.getpid():
            self._scratch, self._scratch_of = Path(tempfile.mkdtemp(prefix="subject-")), os.getpid()
            atexit.register(shutil.rmtree, self._scratch, ignore_errors=True)
        # A function may cache what it read from a path: never use a path twice.
        path = Path(tempfile.mkdtemp(dir=self._scratch)) / Path(filename).name
        path.write_bytes(content)
        return str(path)

    def source(self, name: str) -> Source:
        """Return what a student's name stands for, with its source if it was written in the notebook."""
        try:
            found = self._find(name)
        except StudentError:
            return Source("missing", "")
        if isinstance(found, ModuleType):
            return Source("module", found.__name__)
        home = getattr(found, "__module__", None) or type(found).__module__
        if home == "__main__" and (inspect.isfunction(found) or inspect.isclass(found)):
            return Source("function", _text_of(found))
        if callable(found):
            return Source("library", f"{home}.{getattr(found, '__qualname__', name)}")
        return Source("value", "")

    def watch(self, rules: Sequence[str]) -> list[Use]:
        """Record from now on which of these libraries student code calls; return the calls since the last time."""
        return guard.watch(rules)


def _text_of(found: Any) -> str:
    """Return the source of a function, or of a class's functions (a notebook's class itself has no file to look in).

    Empty if there is no file: for what a `%%time` cell defines, for example.
    """
    try:
        if inspect.isclass(found):
            return "\n".join(_text_of(member) for member in vars(found).values() if inspect.isfunction(member))
        return textwrap.dedent(inspect.getsource(found))
    except (OSError, TypeError):
        return ""
