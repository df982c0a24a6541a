"""The judge: a trusted process outside the jail that runs graded test cells against a remote subject.

It imports once what an assignment's tests import, and forks for every worker that connects. That fork forks again for
every cell, so that no cell can affect the next, and a check that crashes or hangs ends only its own process. If a cell
had to import a module of an installed library, the worker's judge imports it too before the next cell: PyTorch loads
some parts only when they are first used, which takes a second or more of CPU time.
Run as `python -m coursepack.judge.server FD`: through this socket the workers' connections arrive.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import itertools
import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any

from coursepack.judge.judge_cell import LOST, judge_cell
from coursepack.judge.verdict import Verdict
from coursepack.sandbox.in_jail import linux
from coursepack.sandbox.in_jail.forks import serve_connections
from coursepack.subject.bindings import RanCell, read_given
from coursepack.subject.remote import RemoteSubject, SubjectLostError

WARM_IMPORTS = ("numpy", "coursepack.checks")
MAX_MESSAGE = 4_000
MAX_REPLY = 65_536
# More names than these of a cell's own imports are not told: the last ones pull in the others.
MAX_IMPORTS = 50
DATA_BYTES = 6 * 2**30


def answer(request: dict[str, Any]) -> dict[str, str]:
    """Judge one cell; see `serve` for the request."""
    try:
        cells = [RanCell(*cell) for cell in request["cells"]]
        subject = RemoteSubject(request["socket"], cells=cells, seconds=request["seconds"])
    except SubjectLostError as error:
        return {"verdict": LOST, "message": error.reason}
    found = judge_cell(request["source"], subject, request["answers"])
    with contextlib.suppress(OSError):
        subject.close()
    return {"verdict": found.verdict, "message": found.message[:MAX_MESSAGE], "details": found.details}


def serve_worker(connection: socket.socket) -> None:
    """Greet a worker, and serve it."""
    connection.sendall(b'{"ready": true}\n')
    serve(connection)


def serve(control: socket.socket) -> None:
    """Answer one worker's requests, one JSON object per line, until the other end closes.

    A request names "socket" (the agent's), "source" (the test cell's), "cells" (what has run, as `RanCell`),
    "answers" (the names that a test may use as the student's; null for any) and "seconds" (wall clock). The answer
    has "verdict", "message" and, for an error that no check raised on purpose, "details".
    """
    for line in control.makefile("r", encoding="utf-8"):
        request = json.loads(line)
        if read_given(RanCell(*cell) for cell in request["cells"]):
            gc.freeze()
        reply = _in_a_fork(request, control)
        if reply is None:
            return
        imported = reply.pop("imported", [])
        control.sendall(_as_line(reply) + b"\n")
        _import_for_good(imported)


def _as_line(reply: dict[str, Any]) -> bytes:
    return json.dumps(reply, ensure_ascii=False).encode("utf-8", "replace")


def _import_for_good(names: Sequence[str]) -> bool:
    """Import modules, so that no later fork needs to; return whether any were new.

    The cell that needs one that fails reports the error.
    """
    new = [name for name in names if name not in sys.modules]
    for name in new:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    if new:
        _freeze()
    return bool(new)


def _freeze() -> None:
    """Exclude existing objects from garbage collection, so that a fork neither scans them nor copies their pages."""
    gc.collect()
    gc.freeze()


def _imported(before: int) -> list[str]:
    """Return the modules of installed libraries that were imported since there were so many, the last one first.

    It is the one that asked for the others: a module is put last when it is imported to its end.

    A course's own modules may change while a judge runs, so they are imported again for each cell. The others are not
    even looked at: a fork copies the memory that it touches.
    """
    installed = tuple(os.path.join(home, "") for home in (sys.prefix, sys.base_prefix))  # noqa: PTH118 (with its slash)
    new = [*itertools.islice(reversed(sys.modules), max(0, len(sys.modules) - before))]
    files = ((name, str(getattr(sys.modules[name], "__file__", ""))) for name in new)
    return [name for name, file in files if file.startswith(installed)][:MAX_IMPORTS]


def _in_a_fork(request: dict[str, Any], control: socket.socket) -> dict[str, Any] | None:
    """Judge one cell in a process of its own; return None if the worker leaves meanwhile."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.close(reader)
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
            resource.setrlimit(resource.RLIMIT_DATA, (DATA_BYTES, DATA_BYTES))
            before = len(sys.modules)
            reply: dict[str, Any] = {**answer(request)}
            with contextlib.suppress(Exception):
                reply["imported"] = _imported(before)
            os.write(writer, _as_line(reply)[:MAX_REPLY])
        os._exit(0)
    os.close(writer)
    try:
        ready, _, _ = select.select([reader, control.fileno()], [], [], request["seconds"] + 30)
        if ready == [control.fileno()]:  # nothing is asked before the answer: it was closed
            return None
        word = os.read(reader, MAX_REPLY) if ready else b""
        return json.loads(word)  # type: ignore[no-any-return]
    except ValueError:
        why = "crashed" if ready else "did not end"
        return {"verdict": Verdict.GRADER_ERROR, "message": f"the check {why} on this answer"}
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def main() -> None:
    """Import what all checks need, report that we are ready, and serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for name in WARM_IMPORTS:
        importlib.import_module(name)
    _freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control.sendall(b'{"ready": true}')
    serve_connections(control, serve_worker, prepare)


def prepare(words: dict[str, Any]) -> None:
    """Import what a worker names before its judge is forked."""
    if _import_for_good(words["imports"]):
        linux.gather_memory()


if __name__ == "__main__":
    main()
