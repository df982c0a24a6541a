"""Processes that have imported everything once and fork for whoever connects: how to start, reach and end them.

A supervisor (`grading/notebook/supervisor.py`) starts them, and hands each worker's connection over; the worker then
speaks to a fork of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from coursepack.errors import CoursepackError
from coursepack.sandbox.resource_usage import stat_of

START_SECONDS = 300.0
STARTED = 19  # of the fields of a stat file after the name
MAX_WORDS = 65_536
LAST_WORDS = 8_000
_CREDENTIALS = struct.Struct("3i")


class WarmProcess:
    """A process that imports everything once, and then forks for each connection that it is handed.

    It lives in a session of its own: Ctrl-C in a terminal is for the coordinator alone.

    Args:
        command: the program.
        control: both ends of `control_sockets`, through which it gets connections: ours, and the program's, which finds
            it by its number.
        environment: all that it sees.
        log: the file for what it has to say.
        folder: where it runs.
    """

    def __init__(
        self,
        command: Sequence[str],
        control: tuple[socket.socket, socket.socket],
        *,
        environment: Mapping[str, str],
        log: Path,
        folder: Path | None = None,
    ) -> None:
        self._control, theirs = control
        self._log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        theirs.close()

    def ready(self) -> dict[str, Any]:
        """Wait until everything is imported; return what the process says then.

        Raises:
            EOFError: it ended instead; with its last words.
            TimeoutError: it took too long.
        """
        self._control.settimeout(START_SECONDS)
        words = self._control.recv(MAX_WORDS)
        if not words:
            raise EOFError(last_words(self._log)[-500:] or "it said nothing")
        said: dict[str, Any] = json.loads(words)
        return said

    def hand_over(self, connection: socket.socket | None, **words: Any) -> None:
        """Let the process serve a connection.

        Args:
            connection: the connection, which may be closed on this side afterwards; None for words alone.
            words: what to do first.

        Raises:
            OSError: the process has ended.
        """
        handles = [] if connection is None else [connection.fileno()]
        socket.send_fds(self._control, [json.dumps(words).encode()], handles)

    def close(self) -> None:
        """End the process, and all that it forked and that is still in its session."""
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=2)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=10)


def control_sockets() -> tuple[socket.socket, socket.socket]:
    """Return both ends of a socket for `WarmProcess`: what is sent at once arrives as one message."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def last_words(log: Path) -> str:
    """Return the end of what a process wrote to its log."""
    with contextlib.suppress(OSError), log.open("rb") as said:
        said.seek(max(0, log.stat().st_size - LAST_WORDS))
        return said.read().decode("utf-8", "replace").strip()
    return ""


def refuse(connection: socket.socket, error: CoursepackError) -> None:
    """Tell whoever connected why nobody serves them."""
    words = {"failed": error.what, "where": error.where, "remedy": error.remedy}
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(words).encode() + b"\n")


def greeting(connection: socket.socket, seconds: float = START_SECONDS) -> int:
    """Wait until a connection is served; return by which process, as this side numbers it.

    Raises:
        CoursepackError: it cannot be served.
        EOFError: whoever was to serve it has ended.
        TimeoutError: nobody served it in time.
    """
    deadline, words, pid = time.monotonic() + seconds, b"", 0
    while not words.endswith(b"\n"):
        connection.settimeout(max(0.01, deadline - time.monotonic()))
        part, notes, _, _ = connection.recvmsg(MAX_WORDS, socket.CMSG_SPACE(_CREDENTIALS.size))
        if not part:
            raise EOFError("it ended before it answered")
        for level, kind, value in notes:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                pid = _CREDENTIALS.unpack(value[: _CREDENTIALS.size])[0]
        words += part
    said = json.loads(words)
    if "failed" in said:
        raise CoursepackError(said["failed"], where=said["where"], remedy=said["remedy"])
    return pid


def connect(address: Path) -> socket.socket:
    """Connect to a supervisor's socket, so that every message tells which process sent it.

    Raises:
        OSError: nobody listens there.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        connection.connect(str(address))
    except OSError:
        connection.close()
        raise
    return connection


class ProcessIdentity(NamedTuple):
    """A process, and none that gets its number later.

    Attributes:
        pid: its number.
        started: when it started, as its stat file says.
    """

    pid: int
    started: bytes

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity:
        """Return the identity of the process that has the number now; if none has, of one that does not live."""
        state = stat_of(pid)
        return cls(pid, state[STARTED] if state else b"")

    def lives(self) -> bool:
        """Tell whether the process is running and not merely waited for; asked some thirty times a second."""
        state = stat_of(self.pid)
        return bool(state) and state[STARTED] == self.started and state[0] != b"Z"
