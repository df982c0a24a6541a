"""The subject's end in the student's kernel: it answers a judge's questions.

It runs `LocalSubject` in the kernel's main thread, between cells, as a test cell of stock nbgrader would. Student code
shares its process and may tamper with it, so the judge accepts only plain data that it has checked itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import importlib
import signal
import socket
from collections.abc import Callable, Mapping
from typing import Any

from . import wire
from .guard import MAX_MESSAGE
from .local import LocalSubject
from .pass_records import FunctionPass, Inventory, Step, StepResult
from .protocol import InstanceHandle, Layer, ModuleHandle, Pass, StudentError


class Agent:
    """Answer questions about a namespace.

    Args:
        subject: the subject that gives the answers.
    """

    def __init__(self, subject: LocalSubject | None = None) -> None:
        self._subject = subject or LocalSubject()
        self._modules: list[ModuleHandle | InstanceHandle] = []

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return {"value": plain data}, {"error": (kind, message, place, bases)} or {"interrupted": True}.

        If the request names rules to "watch", the answer also has the "uses" of libraries that they cover.
        """
        if "watch" not in request:
            return self._answer(request)
        question = dict(request)
        self._subject.watch(question.pop("watch"))
        answer = self._answer(question)
        uses = self._subject.watch(())
        return answer | {"uses": [[use.function[:MAX_MESSAGE], use.library[:MAX_MESSAGE]] for use in uses]}

    def _answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return {"value": self._do(**request)}
        except StudentError as error:
            return {"error": [error.kind, error.message[:MAX_MESSAGE], error.place, list(error.bases)]}
        except KeyboardInterrupt:
            return {"interrupted": True}
        except BaseException as error:  # a student's object may raise anything when it is inspected
            return {"error": [type(error).__name__, "the value could not be read", "", []]}

    def end(self) -> None:
        """Restore the student's own names, in case a judge ended while stand-ins replaced them."""
        self._subject.stand_in()

    def _do(self, do: str, args: list[Any], options: dict[str, Any], module: int = -1) -> Any:
        if do == "steps":
            args = [[Step(**step) for step in args[0]]]
        if module >= 0:
            return _plain(getattr(self._modules[module], do)(*args, **options))
        if do in ("module", "instance"):
            self._modules.append(getattr(self._subject, do)(*args, **options))
            return len(self._modules) - 1
        if do == "source":
            source = self._subject.source(*args)
            return [source.kind, source.text]
        return _plain(getattr(self._subject, do)(*args, **options))

    def begin(self) -> None:
        """Begin a conversation; stop any watching that the last one left on."""
        self._subject.watch(())


def _plain(value: Any) -> Any:
    """Return the protocol's records as lists and dictionaries, and anything else unchanged."""
    if isinstance(value, list) and value and isinstance(value[0], StepResult):
        return [dataclasses.asdict(result) for result in value]
    if isinstance(value, FunctionPass | Inventory):
        return dataclasses.asdict(value)
    if not isinstance(value, Pass):
        return value
    return [value.output, [_layer(layer) for layer in value.layers], [_layer(layer) for layer in value.after]]


def _layer(layer: Layer) -> list[Any]:
    return [layer.kind, dict(layer.arrays), dict(layer.gradients)]


def reply_to(agent: Agent, connection: socket.socket) -> bool:
    """Answer one question that waits on `connection`; return whether more may come."""
    try:
        request = wire.receive(connection)
    except (wire.EndedError, wire.WireError):
        return False
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        answer = agent.answer(request)
    except KeyboardInterrupt:
        answer = {"interrupted": True}
    finally:
        signal.signal(signal.SIGINT, before)
    try:
        wire.send(connection, answer)
    except wire.WireError as error:
        uses = {"uses": answer["uses"]} if "uses" in answer else {}
        wire.send(connection, {"error": ["TypeError", str(error), "", []], **uses})
    return True


def listen(path: str) -> Callable[[asyncio.AbstractEventLoop], None]:
    """Open the agent's socket now; the returned function lets an event loop answer on it."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(4)

    def attach(loop: asyncio.AbstractEventLoop) -> None:
        # The notebook's own namespace: a shell that student code embedded and left behind has another one.
        shell = importlib.import_module("IPython").get_ipython()
        agent = Agent(LocalSubject(shell.user_ns if shell is not None else None))
        loop.add_reader(listener, _accept, loop, listener, agent)

    return attach


def _accept(loop: asyncio.AbstractEventLoop, listener: socket.socket, agent: Agent) -> None:
    connection, _ = listener.accept()
    agent.begin()

    def ready() -> None:
        more = False
        with contextlib.suppress(OSError, wire.EndedError):
            more = reply_to(agent, connection)
        if not more:
            loop.remove_reader(connection)
            connection.close()
            agent.end()

    loop.add_reader(connection, ready)
