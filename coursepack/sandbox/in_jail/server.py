"""The fork server: imports what notebooks need once, then forks a server for each worker, which forks the kernels.

Through the socket that it was started with it gets the workers' connections, one with each message. A worker's server
reads one JSON object per line from its connection, and answers in the same form:
`{"do": "fork", "number": "3", "folder": "…"}` → `{"forked": "3"}` or `{"failed": "why"}`; `{"do": "kill"}` ends the
kernel; `{"ended": "3", "status": 9}` is sent when a kernel's processes are gone. It runs one kernel at a time, and ends
with it when the connection does. What kernel to be, each reads for itself from its folder.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from typing import Any

from . import forks, linux, preload, processes

# A kernel takes a fraction of a second to start; this allows for a busy machine.
START_SECONDS = 180.0


class Server:
    """Serve one worker.

    Args:
        control: the connection to the worker.
        jailed: whether there is a jail (`--unsafe-no-jail` has none).
    """

    def __init__(self, control: socket.socket, jailed: bool) -> None:
        self._control, self._jailed = control, jailed
        self._received = b""
        self._number, self._child, self._handle = "", 0, -1

    def send(self, **message: Any) -> None:
        """Send the worker a message."""
        self._control.sendall(json.dumps(message).encode() + b"\n")

    def serve(self) -> None:
        """Answer until the worker closes the socket."""
        while True:
            waited = [self._control] + ([self._handle] if self._child else [])
            ready, _, _ = select.select(waited, [], [])
            if self._handle in ready:
                self._reap()
            if self._control in ready:
                part = self._control.recv(65_536)
                if not part:
                    return
                # Handle all whole lines at once: `select` does not see what is left in our buffer.
                *lines, self._received = (self._received + part).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line))

    def _obey(self, message: dict[str, Any]) -> None:
        if message["do"] == "fork":
            if self._child:
                self._kill()
                self._reap()
            self._fork(message)
        elif message["do"] == "kill":
            self._kill()

    def _fork(self, order: dict[str, Any]) -> None:
        reader, writer = os.pipe()
        server = os.getpid()
        child = os.fork()
        if child == 0:
            try:
                os.close(reader)
                processes.run(order["folder"], writer, server, jailed=self._jailed)
            except BaseException as error:
                os.write(writer, f"the kernel could not start: {type(error).__name__}: {error}".encode()[:4000])
            os._exit(70)
        os.close(writer)
        self._number, self._child, self._handle = order["number"], child, os.pidfd_open(child)
        ready, _, _ = select.select([reader], [], [], START_SECONDS)
        word = os.read(reader, 4096).decode(errors="replace") if ready else "the kernel did not start in time"
        os.close(reader)
        if word == "ready":
            self.send(forked=self._number)
        else:
            self._kill()
            self._reap(silent=True)
            self.send(failed=word or "the kernel ended while it started")

    def _kill(self) -> None:
        if self._child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
                if not self._jailed:  # no namespace ends what the kernel started; its group can be ended
                    os.killpg(self._child, signal.SIGKILL)

    def _reap(self, *, silent: bool = False) -> None:
        _, status = os.waitpid(self._child, 0)
        os.close(self._handle)
        self._child, self._handle = 0, -1
        if not silent:
            self.send(ended=self._number, status=os.waitstatus_to_exitcode(status))


def become(user: int) -> None:
    """Give up root for an unprivileged user (only if the worker itself runs as root)."""
    linux.mount("proc", "/proc", "proc", 2 | 4 | 8)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def serve_worker(connection: socket.socket, jailed: bool) -> None:
    """Greet a worker, and serve it."""
    server = Server(connection, jailed)
    server.send(ready=True)
    server.serve()


def main() -> None:
    """Start the server; its settings are the command line's first argument, as JSON."""
    settings = json.loads(sys.argv[1])
    if settings["become"]:
        become(settings["become"])
    control = socket.socket(fileno=settings["control"])
    missing = preload.import_all(settings["preload"])
    if settings["jailed"]:
        linux.hide_memory()
    gc.collect()
    gc.freeze()
    linux.gather_memory()
    control.sendall(json.dumps({"missing": missing}).encode())
    forks.serve_connections(control, lambda connection: serve_worker(connection, settings["jailed"]))
