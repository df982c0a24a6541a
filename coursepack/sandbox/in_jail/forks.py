"""Fork a process for each connection that arrives. The judge does so, too, outside the jail."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

MAX_WORDS = 65_536


def serve_connections(
    control: socket.socket,
    work: Callable[[socket.socket], None],
    prepare: Callable[[dict[str, Any]], None] = lambda words: None,
) -> None:
    """Serve each connection in a fork of its own, until the other end of `control` closes.

    Args:
        control: from it come messages of words, as JSON, most of them with a connection.
        work: serves a connection until that ends.
        prepare: is called with the words first, in this process.
    """
    running: set[int] = set()

    def reap(*_: object) -> None:
        """Wait for forks that have ended: nobody is to take them for living ones."""
        for pid in list(running):
            if os.waitpid(pid, os.WNOHANG)[0]:
                running.discard(pid)

    signal.signal(signal.SIGCHLD, reap)
    while True:
        words, handles, _, _ = socket.recv_fds(control, MAX_WORDS, 1)
        if not words:
            return
        prepare(json.loads(words))
        for handle in handles:
            pid = os.fork()
            if pid == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                control.close()
                with contextlib.suppress(OSError):
                    work(socket.socket(fileno=handle))
                os._exit(0)
            os.close(handle)
            running.add(pid)
            reap()
