"""The worker's end of the judge: start it, ask it about one cell at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from coursepack.course import Course
from coursepack.errors import CoursepackError

START_SECONDS = 300.0


class JudgeProcess:
    """A running judge.

    Args:
        course: whose data the checks use.
    """

    def __init__(self, course: Course) -> None:
        self._control, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the judge runs)
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
        command = [sys.executable, "-m", "coursepack.grading.engine.judge", str(theirs.fileno())]
        self._process = subprocess.Popen(  # noqa: S603
            command,
            cwd=course.root,
            env={**os.environ, **threads},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()

    def wait_until_ready(self) -> None:
        """Wait until the judge has imported everything.

        Raises:
            CoursepackError: it ended instead.
        """
        self._control.settimeout(START_SECONDS)
        try:
            ready = self._control.recv(1000)
        except TimeoutError:
            ready = b""
        if not ready:
            self._log.seek(0)
            words = self._log.read()[-500:].decode("utf-8", "replace").strip()
            self.close()
            raise CoursepackError(f"the judge did not start: {words}", remedy="run `make setup` and try again")
        self._control.setblocking(False)

    async def judge(self, source: str, socket_path: Path, cells: Sequence[str], seconds: float) -> tuple[str, str]:
        """Return (verdict, message) for one test cell; see `judge.judge_cell`.

        Raises:
            EOFError: the judge itself ended.
        """
        loop = asyncio.get_running_loop()
        request = {"socket": str(socket_path), "source": source, "cells": list(cells), "seconds": seconds}
        await loop.sock_sendall(self._control, json.dumps(request).encode("utf-8") + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            part = await loop.sock_recv(self._control, 65_536)
            if not part:
                raise EOFError("the judge ended")
            answer += part
        found = json.loads(answer)
        return found["verdict"], found["message"]

    def close(self) -> None:
        """End the judge."""
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        self._process.kill()
        self._process.wait(timeout=10)
        self._log.close()
