"""The judge's process, and a worker's connection to it: ask about one test cell at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from coursepack import kernel_environment
from coursepack.course import Course
from coursepack.course_secret import secret_environment
from coursepack.errors import CoursepackError
from coursepack.judge.judge_cell import Answer
from coursepack.judge.verdict import Verdict
from coursepack.sandbox.child_process import ProcessIdentity, WarmProcess, control_sockets, last_words
from coursepack.subject.bindings import RanCell

_log = logging.getLogger(__name__)

TRIES = 2
ENDED = "the judge ended twice while it checked this answer"
REMEDY = "run `make setup` and try again"
# Connects to the judge once it has imported these modules; returns the connection, and the process that serves it.
Connect = Callable[[Collection[str]], tuple[socket.socket, int]]


class JudgeProcess(WarmProcess):
    """A running judge.

    Args:
        home: a private folder.
        course: the course whose data the checks use.
    """

    def __init__(self, home: Path, course: Course) -> None:
        control = control_sockets()
        command = [sys.executable, "-m", "coursepack.judge.server", str(control[1].fileno())]
        environment = os.environ | kernel_environment.judging() | secret_environment(course)
        super().__init__(command, control, environment=environment, log=judge_log(home), folder=course.root)

    def wait_until_ready(self) -> None:
        """Wait until the judge has imported what every check needs.

        Raises:
            CoursepackError: the judge ended instead.
        """
        try:
            self.ready()
        except (EOFError, TimeoutError) as error:
            self.close()
            raise CoursepackError(f"the judge did not start: {error}", remedy=REMEDY) from error


def judge_log(home: Path) -> Path:
    """Return where a judge writes what it has to say."""
    return home / "judge.log"


class JudgeConnection:
    """A worker's connection to the judge, which has forked a judge for it; if that ends, a new one takes over.

    Args:
        connect: connects to the judge.
        log: the judge's log.
        imports: modules that the judge imports before it forks.
    """

    def __init__(self, connect: Connect, log: Path, imports: Collection[str] = ()) -> None:
        self._connect, self._log, self._imports = connect, log, frozenset(imports)
        self._renew()

    def _renew(self) -> None:
        self._control, self.pid = self._connect(sorted(self._imports))
        self._control.setblocking(False)
        self._process = ProcessIdentity.of(self.pid)

    def require(self, imports: Collection[str]) -> None:
        """Have the judge import modules, if it has not: a fork of it would do so for each cell.

        Raises:
            CoursepackError: a new judge did not start.
        """
        if not self._imports.issuperset(imports):
            self._imports |= frozenset(imports)
            self.close()
            self._renew()

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
                _log.debug("its last words: %s", last_words(self._log))
                self.close()
            except BaseException:  # cancelled: this answer must not be mistaken for the answer to the next question
                self.close()
                raise
        return Answer(Verdict.GRADER_ERROR, ENDED, last_words(self._log))

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
        """Connect again if the judge that served us has ended or was left.

        Raises:
            CoursepackError: a new judge did not start.
        """
        if self._control.fileno() >= 0 and self._process.lives():
            return
        self.close()
        _log.warning("the judge is started anew")
        await asyncio.get_running_loop().run_in_executor(None, self._renew)

    def close(self) -> None:
        """Leave the judge; the check that it runs for us ends at once."""
        with contextlib.suppress(OSError):
            self._control.close()
