"""The worker's end of a fork server: start it in its jail, request kernels, and learn when they end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from coursepack import kernel_environment
from coursepack.errors import CoursepackError
from coursepack.sandbox import jail, seccomp
from coursepack.sandbox.child_process import start_child
from coursepack.sandbox.locked_tempdir import LockedTempdir
from coursepack.settings import FILE

START_SECONDS = 300.0
_LOG = logging.getLogger(__name__)
# In the place of the working folder, which is not searched before a kernel is ready.
BOOT = "import sys; sys.path[0] = {path!r}; from in_jail.server import main; main()"


class ServerProcess:
    """A running fork server.

    Args:
        data: the folder of data that student code may see.
        preload: modules to import once, before any kernel starts.
        secret: folders and files that the jail does not show, wherever they lie.
        jailed: False runs it without isolation.

    Attributes:
        folder: the sockets' folder, on this side.
        pid: the server's process, as this side numbers it.
    """

    def __init__(
        self, data: Path | None, preload: Sequence[str] = (), secret: Sequence[Path] = (), *, jailed: bool = True
    ) -> None:
        self.jailed, self._preload, self._secret = jailed, preload, secret
        self._own = LockedTempdir()
        self._base = self._own.path
        self.folder = self._base / "s"
        self.folder.mkdir()
        self._control, theirs = socket.socketpair()
        self._log = (self._base / "log").open("w+b")
        self._process = self._start(theirs, data)
        self._buffer = b""
        self.pid = 0
        self._server: psutil.Process | None = None

    def _start(self, theirs: socket.socket, data: Path | None) -> subprocess.Popen[bytes]:
        user = jail.jail_user() if self.jailed else 0
        settings = {"control": theirs.fileno(), "jailed": self.jailed, "become": user, "preload": [*self._preload]}
        if self.jailed:
            command, tools, environment = jail.jail_command(self.folder, data, self._secret), jail.TOOLS, {}
            if user:
                os.chown(self.folder, user, user)
        else:
            tools = str(self._bare_tools())
            command, environment = [], kernel_environment.jailed(data) | {"HOME": str(self._base)}
        command += [sys.executable, "-c", BOOT.format(path=tools), json.dumps(settings)]
        return start_child(command, theirs, environment=environment, log=self._log)

    def _bare_tools(self) -> Path:
        tools = self._base / "tools"
        tools.mkdir()
        (tools / "in_jail").symlink_to(jail.ENGINE)
        (tools / "subject_agent").symlink_to(jail.SUBJECT)
        return tools

    def wait_until_ready(self) -> None:
        """Wait until the server has imported everything.

        Raises:
            CoursepackError: it ended instead (with the end of its log), or a module to preload is missing.
        """
        try:
            missing = self.receive(START_SECONDS)["missing"]
        except (EOFError, TimeoutError) as error:
            self.close()
            raise CoursepackError(f"the grading worker did not start: {error}", remedy=jail.REMEDY) from error
        if missing:
            self.close()
            reason = f"a module that the course preloads cannot be imported where student code runs: {missing[0]}"
            remedy = f"install it into {sys.prefix}, or take it out of `preload` in {FILE}"
            raise CoursepackError(reason, remedy=remedy)
        self.pid = self._own_pid()
        self._server = psutil.Process(self.pid)

    def _own_pid(self) -> int:
        """Return the server's process: the innermost of bubblewrap's chain."""
        process = psutil.Process(self._process.pid)
        while children := process.children():
            process = children[0]
        return int(process.pid)

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
                raise EOFError(self.last_words())
            self._buffer += part
        line, self._buffer = self._buffer.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message

    def send(self, **message: Any) -> None:
        """Send the server a message."""
        self._control.settimeout(30)
        self._control.sendall(json.dumps(message).encode() + b"\n")

    async def fork(self, order: dict[str, Any]) -> psutil.Process:
        """Let the server fork a kernel; return the kernel's guard process.

        Raises:
            RuntimeError: the kernel did not start.
        """
        return await asyncio.get_running_loop().run_in_executor(None, self._fork, order)

    def _fork(self, order: dict[str, Any]) -> psutil.Process:
        try:
            self.send(do="fork", filter=seccomp.filter_program() if self.jailed else "", **order)
            while True:
                answer = self.receive(START_SECONDS)
                if "failed" in answer:
                    raise RuntimeError(answer["failed"])
                if answer.get("forked") == order["number"]:
                    return psutil.Process(self.pid).children()[0]
        except (EOFError, OSError, IndexError, psutil.NoSuchProcess) as error:
            _LOG.warning("the fork server ended or did not answer: %s: %s", type(error).__name__, error)
            self._end()  # end whatever is left: a server out of step with us must not be asked again
            raise RuntimeError("the fork server ended or did not answer") from error

    def kill_kernel(self) -> None:
        """End the kernel and every process it started."""
        with contextlib.suppress(OSError):
            self.send(do="kill")

    def alive(self) -> bool:
        """Tell whether the server is running."""
        if self._process.poll() is not None:
            return False
        if self._server is None:
            return True
        try:  # bubblewrap outlives it for a moment
            return bool(self._server.is_running() and self._server.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False

    def last_words(self) -> str:
        """Return the end of what the server wrote to its log."""
        self._log.flush()
        text = (self._base / "log").read_text(encoding="utf-8", errors="replace")
        return text.strip()[-500:] or "it said nothing"

    def close(self) -> None:
        """End the server and all its kernels."""
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=2)
        self._end()
        self._log.close()
        self._own.remove()

    def _end(self) -> None:
        self._control.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait(timeout=10)
