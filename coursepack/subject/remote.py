"""The judge's end of a subject whose student code runs in a jailed process.

We treat every answer as hostile: types, sizes and structure are validated before a check sees it. An answer that
breaks the protocol, or comes too late, ends the conversation with `SubjectLostError`, which no check catches.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

import numpy as np

from . import wire
from .bindings import NotebookText, RanCell
from .dotted_names import Use
from .instances import RemoteInstance
from .library_calls import MAX_USES
from .magics import MAX_SOURCE
from .pass_records import (
    FunctionPass,
    Inventory,
    Step,
    StepResult,
    read_function_pass,
    read_inventory,
    read_step_result,
)
from .protocol import Array, InstanceHandle, Layer, ModuleHandle, Pass, Source, StudentError

KINDS = {"conv2d", "linear", "batch_norm"}
SOURCE_KINDS = {"function", "module", "library", "value", "missing"}
MAX_MESSAGE = 500
PLAIN = "arrays, numbers, texts, None, lists, tuples, dictionaries and pandas' tables can"
_Record = TypeVar("_Record")


class SubjectLostError(Exception):
    """The student's process stopped answering, or broke the protocol; no more questions are possible.

    Args:
        reason: why, for the student.
        interrupted: whether we stopped it at a limit.
    """

    def __init__(self, reason: str, *, interrupted: bool = False) -> None:
        self.reason, self.interrupted = reason, interrupted
        super().__init__(reason)


class RemoteSubject:
    """Question an agent in the student's kernel; see `Subject`.

    Args:
        path: the agent's Unix socket.
        cells: the cells that have run so far, to verify what the agent says about sources.
        seconds: wall-clock time that all answers together may take.

    Attributes:
        asked: whether any question has been asked yet.
    """

    def __init__(self, path: str, *, cells: Iterable[RanCell] = (), seconds: float = 3600.0) -> None:
        self._deadline = time.monotonic() + seconds
        self._text = NotebookText(cells)
        self._lost = ""
        self._rules: tuple[str, ...] = ()
        self._uses: list[Use] = []
        self.asked = False
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._connection.settimeout(min(seconds, 30.0))
        try:
            self._connection.connect(path)
        except OSError:
            self._fail("the notebook's process is gone")

    def close(self) -> None:
        """End the conversation."""
        self._connection.close()

    def ask(self, do: str, args: Sequence[Any], options: Mapping[str, Any], module: int = -1) -> Any:
        """Return the agent's answer to one question as plain data.

        Raises:
            StudentError: the student's code raised.
            SubjectLostError: there is no answer, or it is malformed.
        """
        self.asked = True
        if self._lost:
            raise SubjectLostError(self._lost)
        request = {"do": do, "args": list(args), "options": dict(options), "module": module}
        if self._rules:
            request["watch"] = list(self._rules)
        self._connection.settimeout(max(0.1, self._deadline - time.monotonic()))
        try:
            wire.send(self._connection, request)
            answer = self._receive()
        except wire.WireError as error:
            raise TypeError(f"an argument cannot be sent to the notebook: {error} ({PLAIN})") from None
        except wire.EndedError:
            self._fail("the notebook's process ended before it answered")
        except wire.LateError:
            self._fail("the notebook gave no answer in time", interrupted=True)
        return self._value(answer)

    def _receive(self) -> Any:
        try:
            return wire.receive(self._connection, self._deadline - time.monotonic())
        except wire.WireError as error:
            self._fail(f"the notebook's answer is malformed ({error})")

    def _value(self, answer: Any) -> Any:
        if isinstance(answer, dict) and self._rules:
            self._note_uses(answer.pop("uses", [] if "interrupted" in answer else None))
        if not isinstance(answer, dict) or len(answer) != 1:
            self._fail("the notebook's answer is malformed")
        [(kind, body)] = answer.items()
        if kind == "value":
            return body
        if kind == "interrupted":
            self._fail("the code was stopped at its time limit", interrupted=True)
        if kind == "error" and _is_error(body):
            raise StudentError(body[0][:100], body[1][:MAX_MESSAGE], body[2][:100], body[3][:20])
        self._fail("the notebook's answer is malformed")

    def _fail(self, reason: str, *, interrupted: bool = False) -> NoReturn:
        self._lost = reason
        self._connection.close()
        raise SubjectLostError(reason, interrupted=interrupted)

    def _checked(self, condition: bool) -> None:
        if not condition:
            self._fail("the notebook's answer is malformed")

    def call(self, name: str, *args: Any, **options: Any) -> Any:
        """Call the student's function and return what it returned, as plain data."""
        return self.ask("call", [name, *args], options)

    def value(self, name: str) -> Any:
        """Return the student's variable as plain data."""
        return self.ask("value", [name], {})

    def module(self, name: str, *args: Any, **options: Any) -> ModuleHandle:
        """Return a handle to the module `name`, or to the module that calling `name` returns."""
        number = self.ask("module", [name, *args], options)
        self._checked(type(number) is int and number >= 0)
        return RemoteModule(self, number, name)

    def instance(self, name: str, *args: Any, **options: Any) -> InstanceHandle:
        """Return a handle to the object `name`; if that is a class or function, to what calling it returns."""
        number = self.ask("instance", [name, *args], options)
        self._checked(type(number) is int and number >= 0)
        return RemoteInstance(self.ask, number, name)

    def gradients(self, name: str, inputs: Sequence[Array], grad_outputs: Array) -> tuple[Array, list[Array]]:
        """Return the output of a differentiable function and the gradients of all inputs."""
        answer = self.ask("gradients", [name, list(inputs), grad_outputs], {})
        self._checked(isinstance(answer, list | tuple) and len(answer) == 2)
        output, gradients = answer
        self._checked(isinstance(output, np.ndarray) and isinstance(gradients, list))
        self._checked(len(gradients) == len(inputs))
        self._checked(all(isinstance(g, np.ndarray) and g.shape == np.shape(i) for g, i in zip(gradients, inputs)))  # noqa: B905
        return output, gradients

    def function_pass(
        self, name: str, inputs: Sequence[Array], grad_output: Array, *, constants: Sequence[Any], needs: Sequence[bool]
    ) -> FunctionPass:
        """Apply a `torch.autograd.Function` to arrays and constants; `needs` says which arrays want a gradient."""
        options = {"constants": list(constants), "needs": list(needs)}
        return self.read(read_function_pass, self.ask("function_pass", [name, list(inputs), grad_output], options))

    def read(self, reader: Callable[[Any], _Record], body: Any) -> _Record:
        """Return the record that `reader` builds from an answer."""
        try:
            return reader(body)
        except (ValueError, TypeError):
            self._fail("the notebook's answer is malformed")

    def run_loop(self, name: str, probe: str, batches: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
        """Run the student's training or evaluation loop on our probe network."""
        report = self.ask("run_loop", [name, probe, dict(batches)], settings)
        expected = {"returned", "state", "gradients", "recorded", "steps"}
        self._checked(isinstance(report, dict) and set(report) == expected)
        self._checked(type(report["gradients"]) is bool and type(report["recorded"]) is bool)
        self._checked(type(report["steps"]) is int)
        self._checked_state(report["state"], {key: np.shape(value) for key, value in settings["state"].items()})
        return report  # type: ignore[no-any-return]

    def _checked_state(self, state: Any, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self._checked(isinstance(state, dict) and all(isinstance(key, str) for key in state))
        self._checked({key: np.shape(value) for key, value in state.items()} == dict(shapes))
        self._checked(all(isinstance(value, np.ndarray) and value.dtype.kind in "biuf" for value in state.values()))

    def stand_in(self, names: Sequence[str] = (), text: str = "") -> None:
        """Replace these names of the notebook by stand-ins until the next call; see `Subject.stand_in`."""
        self.ask("stand_in", [list(names), text], {})

    def file(self, filename: str, content: bytes) -> str:
        """Write a scratch file that the student's code can open; return its path."""
        path = self.ask("file", [filename, content], {})
        self._checked(isinstance(path, str))
        return path  # type: ignore[no-any-return]

    def source(self, name: str) -> Source:
        """Return what a name stands for; a function's text from the agent is compared with the notebook."""
        answer = self.ask("source", [name], {})
        self._checked(isinstance(answer, list) and len(answer) == 2 and all(isinstance(part, str) for part in answer))
        kind, text = answer
        self._checked(kind in SOURCE_KINDS and len(text) <= MAX_SOURCE)
        return self._text.source(name, Source(kind, text))

    def watch(self, rules: Sequence[str]) -> list[Use]:
        """Record from now on which of these libraries student code calls; return the calls since the last time.

        Nothing is asked for it: each question names the rules, and its answer the calls.
        """
        if self._lost:
            raise SubjectLostError(self._lost)
        uses, self._uses, self._rules = self._uses, [], tuple(rules)
        return uses

    def _note_uses(self, uses: Any) -> None:
        self._checked(isinstance(uses, list) and len(uses) <= MAX_USES)
        self._checked(all(isinstance(use, list) and [type(part) for part in use] == [str, str] for use in uses))
        self._uses += [Use(function[:MAX_MESSAGE], library[:MAX_MESSAGE]) for function, library in uses]


class RemoteModule:
    """Handle to a student's module; see `ModuleHandle`."""

    def __init__(self, subject: RemoteSubject, number: int, name: str) -> None:
        self._subject, self._number, self.name = subject, number, name
        self._loaded: tuple[Array, Array] | None = None
        self._drawn: set[tuple[str, bytes]] = set()  # found to be of the loaded numbers: each pass shows them again

    def _ask(self, do: str, *args: Any, **options: Any) -> Any:
        return self._subject.ask(do, args, options, self._number)

    def forward(self, images: Array, *, train: bool = False) -> Array:
        """Return the output for `images` (batch first), in train or eval mode; computed in float32 if they are."""
        output = self._ask("forward", images, train=train)
        self._subject._checked(_is_float_array(output))
        return output  # type: ignore[no-any-return]

    def trace(self, images: Array, *, train: bool = False, grad_output: Array | None = None) -> Pass:
        """Return output and layers of one pass; with `grad_output`, the layers' gradients too."""
        answer = self._ask("trace", images, train=train, grad_output=grad_output)
        self._subject._checked(isinstance(answer, list) and len(answer) == 3 and isinstance(answer[0], np.ndarray))
        output, layers, after = answer
        found = Pass(output, self._layers(layers), self._layers(after))
        self._subject._checked([layer.kind for layer in found.layers] == [layer.kind for layer in found.after])
        self._check_weights(found.layers)
        return found

    def steps(self, steps: Sequence[Step]) -> list[StepResult]:
        """Run passes in turn, carrying the state from each to the next; restore it afterwards."""
        asked = [{"inputs": s.inputs, "train": s.train, "grad_output": s.grad_output} for s in steps]
        answer = self._ask("steps", asked)
        self._subject._checked(isinstance(answer, list) and len(answer) == len(steps))
        return [self._subject.read(read_step_result, body) for body in answer]

    def inventory(self) -> Inventory:
        """Return the names of parameters, buffers and what is saved."""
        return self._subject.read(read_inventory, self._ask("inventory"))

    def _layers(self, body: Any) -> list[Layer]:
        self._subject._checked(isinstance(body, list) and len(body) <= 1000)
        return [self._layer(item) for item in body]

    def _layer(self, item: Any) -> Layer:
        self._subject._checked(isinstance(item, list) and len(item) == 3 and item[0] in KINDS)
        kind, arrays, gradients = item
        for group in (arrays, gradients):
            self._subject._checked(isinstance(group, dict) and all(isinstance(key, str) for key in group))
            self._subject._checked(all(_is_float_array(array) for array in group.values()))
        shapes = {key: array.shape for key, array in arrays.items()}
        self._subject._checked(all(array.shape == shapes.get(key) for key, array in gradients.items()))
        return Layer(kind, arrays, gradients)

    def _check_weights(self, layers: Sequence[Layer]) -> None:
        """Check that a pass after `load` used the loaded numbers: it could be faked to fit weights of zero."""
        if self._loaded is None:
            return
        for layer in layers:
            for key, array in layer.arrays.items():
                values = (array.dtype.str, array.tobytes())
                if key == "input" or values in self._drawn:
                    continue
                if not _drawn_from(array, *self._loaded):
                    title = layer.kind.replace("_", " ")
                    message = f"the {key.replace('_', ' ')} of a {title} layer is not one of the network's parameters"
                    raise StudentError("ValueError", message)
                self._drawn.add(values)

    def state(self) -> dict[str, Array]:
        """Return all parameters and buffers by name."""
        return self._arrays("state")

    def load(self, state: Mapping[str, Array]) -> None:
        """Set parameters and buffers; names and shapes must be those of `state()`."""
        self._ask("load", dict(state))
        arrays = [np.ravel(array).astype(np.float32) for array in state.values() if array.dtype.kind == "f"]
        self._loaded = np.unique(np.concatenate([np.zeros(0, np.float32), *arrays]), return_counts=True)
        self._drawn.clear()

    def parameters(self) -> dict[str, Array]:
        """Return the trainable parameters by name."""
        return self._arrays("parameters")

    def _arrays(self, do: str) -> dict[str, Array]:
        arrays = self._ask(do)
        self._subject._checked(isinstance(arrays, dict) and all(isinstance(key, str) for key in arrays))
        self._subject._checked(all(isinstance(value, np.ndarray) for value in arrays.values()))
        self._subject._checked(all(value.dtype.kind in "biufc" for value in arrays.values()))
        return arrays  # type: ignore[no-any-return]


def _drawn_from(array: Array, known: Array, counts: Array) -> bool:
    """Tell whether no number occurs in `array` more often than in the known arrays (reshaping and slicing are fine)."""
    values, used = np.unique(array.astype(np.float32), return_counts=True)
    places = np.minimum(np.searchsorted(known, values), max(0, len(known) - 1))
    return bool(len(known) and np.all(known[places] == values) and np.all(used <= counts[places]))


def _is_float_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def _is_error(body: Any) -> bool:
    if not isinstance(body, list) or len(body) != 4 or not isinstance(body[3], list):
        return False
    return all(isinstance(part, str) for part in (*body[:3], *body[3]))
