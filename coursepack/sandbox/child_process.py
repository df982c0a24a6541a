"""Start a process that a worker speaks to over a socket: a fork server or a judge."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO


def start_child(
    command: Sequence[str],
    theirs: socket.socket,
    *,
    environment: Mapping[str, str],
    log: IO[bytes],
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own: Ctrl-C in a terminal is for the coordinator alone.

    Args:
        command: the program; it finds the socket by its number.
        theirs: the child's end of the socket, which is closed on this side.
        environment: all that it sees.
        log: where it writes what it has to say.
        folder: where it runs.
    """
    process = subprocess.Popen(  # noqa: S603
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        pass_fds=[theirs.fileno()],
        start_new_session=True,
    )
    theirs.close()
    return process
