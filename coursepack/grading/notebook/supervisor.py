"""The process that keeps one fork server and one judge for all workers of a run on this machine.

Workers connect to its socket (`machine.py`) and say in one line of JSON what they want:

- `{"want": "stay", "imports": […]}`: a worker that may want more later. It is greeted, and the judge begins to import.
- `{"want": "server"}`, `{"want": "judge", "imports": […]}`: the connection is handed over to the process that is named,
  which greets the worker itself. It is started first if it is not running, or has ended; if it cannot be, the worker is
  told why.

It ends when the last worker that stays has gone, and everything that it started ends with it. No kernel can reach the
socket: it lies in a folder that the jail does not show.
Run as `python -m coursepack.grading.notebook.supervisor SETTINGS`.
"""

from __future__ import annotations

import contextlib
import json
import queue
import select
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.judge.process import JudgeProcess
from coursepack.sandbox.child_process import WarmProcess, refuse
from coursepack.sandbox.fork_server import ServerProcess

GREETING = b'{"ready": true}\n'
# A worker connects at once after it has started us.
FIRST_SECONDS, WORDS_SECONDS = 60.0, 30.0
MAX_WORDS = 65_536


class Wish(NamedTuple):
    """What a worker wants of a process: its connection handed over, and modules imported before."""

    connection: socket.socket | None
    imports: Sequence[str] = ()


class Keeper(threading.Thread):
    """Keep one process running, and hand it whoever wants it. bubblewrap ends with the thread that started it.

    Args:
        start: starts the process, and waits until it is ready.
    """

    def __init__(self, start: Callable[[], WarmProcess]) -> None:
        super().__init__(daemon=True)
        self._start = start
        self.wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()

    def run(self) -> None:
        """Fulfil wishes until there is an empty one."""
        process: WarmProcess | None = None
        while (wish := self.wishes.get()) is not None:
            process = self._fulfil(wish, process)
            if wish.connection is not None:
                wish.connection.close()
        if process is not None:
            process.close()

    def _fulfil(self, wish: Wish, process: WarmProcess | None) -> WarmProcess | None:
        """Return the process that serves a worker now: the present one, or a new one if it has ended."""
        if process is not None:
            with contextlib.suppress(OSError):
                process.hand_over(wish.connection, imports=list(wish.imports))
                return process
            process.close()
        try:
            process = self._start()
        except Exception as error:
            what, remedy = f"{type(error).__name__}: {error}", "run `make setup` and try again"
            why = error if isinstance(error, CoursepackError) else CoursepackError(what, remedy=remedy)
            if wish.connection is not None:
                refuse(wish.connection, why)
            return None
        with contextlib.suppress(OSError):  # the connection ends with it, and the worker asks again
            process.hand_over(wish.connection, imports=list(wish.imports))
        return process


def keepers(home: Path, course: Course, shown: dict[str, Any], *, jailed: bool) -> dict[str, Keeper]:
    """Return the keepers of fork server and judge, by the words with which workers ask for them."""
    data = None if shown["data"] is None else Path(shown["data"])

    def server() -> ServerProcess:
        process = ServerProcess(home, data, shown["preload"], [*map(Path, shown["secret"])], jailed=jailed)
        process.wait_until_ready()
        return process

    def judge() -> JudgeProcess:
        process = JudgeProcess(home, course)
        process.wait_until_ready()
        return process

    return {"server": Keeper(server), "judge": Keeper(judge)}


def supervise(listener: socket.socket, kept: dict[str, Keeper]) -> None:
    """Fulfil the wishes of whoever connects, until nobody stays."""
    staying: set[socket.socket] = set()
    until = time.monotonic() + FIRST_SECONDS
    while staying or time.monotonic() < until:
        ready, _, _ = select.select([listener, *staying], [], [], 1.0)
        for gone in staying.intersection(ready):
            staying.discard(gone)
            gone.close()
            until = 0.0
        if listener in ready:
            connection, _ = listener.accept()
            staying |= _received(connection, kept)


def _received(connection: socket.socket, kept: dict[str, Keeper]) -> set[socket.socket]:
    """Pass on what a new connection wants; return it if it stays with us."""
    try:
        connection.settimeout(WORDS_SECONDS)
        words = json.loads(connection.makefile("rb", buffering=0).readline(MAX_WORDS))
        connection.setblocking(True)  # also for the process that gets it
    except (OSError, ValueError):
        connection.close()
        return set()
    if words["want"] != "stay":
        kept[words["want"]].wishes.put(Wish(connection, words.get("imports", ())))
        return set()
    kept["judge"].wishes.put(Wish(None, words["imports"]))
    with contextlib.suppress(OSError):
        connection.sendall(GREETING)
    return {connection}


def main() -> None:
    """Run with the settings of the first argument, as JSON; see `machine.Machine`."""
    settings: dict[str, Any] = json.loads(sys.argv[1])
    home, course = Path(settings["home"]), Course(Path(settings["root"]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listener = socket.socket(fileno=settings["listener"])
    kept = keepers(home, course, settings["shown"], jailed=settings["jailed"])
    for keeper in kept.values():
        keeper.start()
        keeper.wishes.put(Wish(None))  # both begin at once, side by side
    try:
        supervise(listener, kept)
    finally:
        listener.close()
        for keeper in kept.values():
            keeper.wishes.put(None)
        for keeper in kept.values():
            keeper.join()
        # The lock is ours until we have ended: a worker that comes now waits for its turn.
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
