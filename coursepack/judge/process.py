"""The worker's end of the judge: start the judge, and ask it about one cell at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from coursepack import kernel_environment
from coursepack.course import Course
from coursepack.course_secret import secret_environment
from coursepack.errors import CoursepackError
from coursepack.judge.judge_cell import MAX_DETAILS, Answer
from coursepack.judge.verdict import Verdict
from coursepack.notebooks.cells import is_graded_code
from coursepack.notebooks.imports import imported_modules
from coursepack.notebooks.reading import read_notebook
from coursepack.sandbox.child_process import start_child
from coursepack.settings import read_settings
from coursepack.subject.bindings import RanCell

_log = logging.getLogger(__name__)

START_SECONDS = 300.0
TRIES = 2
ENDED = "the judge ended twice while it checked this answer"


def imports_of_tests(course: Course) -> list[str]:
    """Return the modules of coursepack and of the course's own package that the course's test cells import.

    They only save time: a source that cannot be read is left out, and does not stop the grading of another assignment.
    """
    own = ("coursepack", read_settings(course.root).package or "coursepack")
    found = dict[str, None]()
    for assignment in course.assignments:
        with contextlib.suppress(CoursepackError):
            cells = filter(is_graded_code, read_notebook(course.notebook("source", assignment)).cells)
            found |= dict.fromkeys(name for cell in cells for name in imported_modules(cell.source))
    return [name for name in found if name.split(".")[0] in own]


class JudgeProcess:
    """A running judge; if it ends, a new one takes over.

    Args:
        course: the course whose data the checks use.
    """

    def __init__(self, course: Course) -> None:
        self._course, self._imports = course, imports_of_tests(course)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the judge runs)
        self._control, self._process = self._start()

    def _start(self) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "coursepack.judge.server", str(theirs.fileno()), *self._imports]
        environment = os.environ | kernel_environment.judging() | secret_environment(self._course)
        return ours, start_child(command, theirs, environment=environment, log=self._log, folder=self._course.root)

    def wait_until_ready(self) -> None:
        """Wait until the judge has imported everything.

        Raises:
            CoursepackError: the judge ended instead.
        """
        self._control.settimeout(START_SECONDS)
        try:
            ready = self._control.recv(1000)
        except TimeoutError:
            ready = b""
        self._check_ready(ready)

    def _check_ready(self, word: bytes) -> None:
        if not word:
            words = self._last_words()[-500:]
            self.close()
            raise CoursepackError(f"the judge did not start: {words}", remedy="run `make setup` and try again")
        self._control.setblocking(False)

    async def judge(
        self,
        source: str,
        socket_path: Path,
        cells: Sequence[RanCell],
        seconds: float,
        answers: Collection[str] | None = None,
    ) -> Answer:
        """Return the verdict on one test cell; see `server.serve` for the arguments.

        A judge that ends meanwhile is replaced, and the new one is asked; if that ends as well, it is a grader error.

        Raises:
            CoursepackError: a new judge did not start.
        """
        names = None if answers is None else sorted(answers)
        cell = {"source": source, "cells": list(cells), "answers": names}
        request = {"socket": str(socket_path), "seconds": seconds, **cell}
        line = json.dumps(request).encode("utf-8") + b"\n"
        for _ in range(TRIES):
            try:
                await self.ensure_running()
                return await self._ask(line)
            except (EOFError, OSError) as error:
                _log.warning("the judge ended while it looked at an answer: %s", type(error).__name__)
                _log.debug("its last words: %s", self._last_words())
                self._kill()
            except BaseException:  # cancelled: this answer must not be mistaken for the answer to the next question
                self._kill()
                raise
        return Answer(Verdict.GRADER_ERROR, ENDED, self._last_words())

    async def _ask(self, line: bytes) -> Answer:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._control, line)
        answer = b""
        while not answer.endswith(b"\n"):
            part = await loop.sock_recv(self._control, 65_536)
            if not part:
                raise EOFError("the judge ended")
            answer += part
        found = json.loads(answer)
        return Answer(**found)

    async def ensure_running(self) -> None:
        """Start a new judge if the last one ended, and wait until it is ready.

        Raises:
            CoursepackError: it did not start.
        """
        if self._process.poll() is None:
            return
        self._kill()
        _log.warning("the judge is started anew")
        self._control, self._process = self._start()
        self._control.setblocking(False)
        ready = b""
        with contextlib.suppress(TimeoutError, OSError):
            call = asyncio.get_running_loop().sock_recv(self._control, 1000)
            ready = await asyncio.wait_for(call, START_SECONDS)
        self._check_ready(ready)

    def _last_words(self) -> str:
        """Return the end of what the judge wrote to its log."""
        self._log.seek(0)
        return self._log.read()[-MAX_DETAILS:].decode("utf-8", "replace").strip()

    def _kill(self) -> None:
        """End the judge, and the check that it runs, immediately."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=10)

    def close(self) -> None:
        """End the judge."""
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        self._kill()
        self._log.close()
