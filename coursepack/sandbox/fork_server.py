"""A fork server in its jail, and a worker's connection to it: request kernels, and learn when they end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from coursepack import kernel_environment
from coursepack.errors import CoursepackError
from coursepack.sandbox import jail
from coursepack.sandbox.child_process import START_SECONDS, ProcessIdentity, WarmProcess, control_sockets
from coursepack.settings import FILE

_LOG = logging.getLogger(__name__)
# In the place of the working folder, which is not searched before a kernel is ready.
BOOT = "import sys; sys.path[0] = {path!r}; from in_jail.server import main; main()"
SOCKETS = "/run/sockets"


class ServerProcess(WarmProcess):
    """A running fork server.

    Args:
        home: a private folder; the kernels' sockets go into its folder `kernels`.
        data: the folder of data that student code may see.
        preload: modules to import once, before any kernel starts.
        secret: folders and files that the jail does not show, wherever they lie.
        jailed: False runs it without isolation.
    """

    def __init__(
        self, home: Path, data: Path | None, preload: Sequence[str] = (), secret: Sequence[Path] = (), *, jailed: bool
    ) -> None:
        sockets = kernels_folder(home)
        sockets.mkdir(exist_ok=True)
        control = control_sockets()
        user = jail.jail_user() if jailed else 0
        settings = {"control": control[1].fileno(), "jailed": jailed, "become": user, "preload": [*preload]}
        if jailed:
            command, tools, environment = jail.jail_command(sockets, data, secret), jail.TOOLS, {}
            if user:
                os.chown(sockets, user, user)
        else:
            tools = str(_bare_tools(home))
            command, environment = [], kernel_environment.jailed(data) | {"HOME": str(home)}
        command += [sys.executable, "-c", BOOT.format(path=tools), json.dumps(settings)]
        super().__init__(command, control, environment=environment, log=home / "server.log")

    def wait_until_ready(self) -> None:
        """Wait until the server has imported everything.

        Raises:
            CoursepackError: it ended instead (with the end of its log), or a module to preload is missing.
        """
        try:
            missing = self.ready()["missing"]
        except (EOFError, TimeoutError) as error:
            self.close()
            raise CoursepackError(f"the grading worker did not start: {error}", remedy=jail.REMEDY) from error
        if missing:
            self.close()
            reason = f"a module that the course preloads cannot be imported where student code runs: {missing[0]}"
            remedy = f"install it into {sys.prefix}, or take it out of `preload` in {FILE}"
            raise CoursepackError(reason, remedy=remedy)


def kernels_folder(home: Path) -> Path:
    """Return where a server's kernels have their sockets, on this side."""
    return home / "kernels"


def _bare_tools(home: Path) -> Path:
    """Lay out what the jail would show of ours."""
    tools = home / "tools"
    if not tools.is_dir():
        tools.mkdir()
        (tools / "in_jail").symlink_to(jail.ENGINE)
        (tools / "subject_agent").symlink_to(jail.SUBJECT)
    return tools


class ServerConnection:
    """A worker's connection to a fork server, which has forked a server for it.

    Args:
        connection: the connection, already served.
        pid: the process that serves it, as this side numbers it.
        folder: the kernels' sockets, on this side.
        jailed: whether there is a jail.
    """

    def __init__(self, connection: socket.socket, pid: int, folder: Path, *, jailed: bool) -> None:
        self._control, self.pid, self.folder, self.jailed = connection, pid, folder, jailed
        self._buffer = b""
        self._processes: list[ProcessIdentity] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            # Where the server itself has ended, its forks end a moment later, in no order.
            self._processes = [*map(ProcessIdentity.of, (pid, psutil.Process(pid).ppid()))]

    def receive(self, seconds: float) -> dict[str, Any]:
        """Return the server's next message.

        Raises:
            EOFError: it has ended.
            TimeoutError: it sent nothing in time.
        """
        deadline = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            self._control.settimeout(max(0.01, deadline - time.monotonic()))
            part = self._control.recv(65_536)
            if not part:
                raise EOFError("it ended")
            self._buffer += part
        line, self._buffer = self._buffer.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message

    def send(self, **message: Any) -> None:
        """Send the server a message."""
        self._control.settimeout(30)
        self._control.sendall(json.dumps(message).encode() + b"\n")

    async def fork(self, number: str, folder: str) -> psutil.Process:
        """Let the server fork a kernel; return the kernel's guard process.

        Args:
            number: what the kernel is called.
            folder: its sockets' folder as the server sees it; the order for the kernel lies in it.

        Raises:
            RuntimeError: the kernel did not start.
        """
        return await asyncio.get_running_loop().run_in_executor(None, self._fork, number, folder)

    def _fork(self, number: str, folder: str) -> psutil.Process:
        try:
            self.send(do="fork", number=number, folder=folder)
            while True:
                answer = self.receive(START_SECONDS)
                if "failed" in answer:
                    raise RuntimeError(answer["failed"])
                if answer.get("forked") == number:
                    return psutil.Process(self.pid).children()[0]
        except (EOFError, OSError, IndexError, psutil.NoSuchProcess) as error:
            _LOG.warning("the fork server ended or did not answer: %s: %s", type(error).__name__, error)
            self.close()  # a server out of step with us must not be asked again
            raise RuntimeError("the fork server ended or did not answer") from error

    def kill_kernel(self) -> None:
        """End the kernel and every process it started."""
        with contextlib.suppress(OSError):
            self.send(do="kill")

    def alive(self) -> bool:
        """Tell whether the server is running."""
        return self._control.fileno() >= 0 and len(self._processes) == 2 and all(one.lives() for one in self._processes)

    def close(self) -> None:
        """End this worker's kernel, and the process that serves this connection."""
        self._control.close()
