"""A worker: a fork server in its jail and a judge, both kept alive across notebooks."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from pathlib import Path
from types import TracebackType

from coursepack.course import Course
from coursepack.course_secret import hidden_files
from coursepack.grading.notebook.suspect_tests import Passed
from coursepack.judge.process import JudgeProcess
from coursepack.sandbox import jail
from coursepack.sandbox.fork_server import ServerProcess
from coursepack.settings import grading_data, read_settings

_log = logging.getLogger(__name__)


class Worker:
    """Grade notebooks one after another; a context manager.

    Args:
        course: the course whose notebooks are graded.
        unsafe_no_jail: run student code without any isolation. It can then do whatever you can do.

    Attributes:
        solutions: the tests that the assignments' solutions pass; see `suspect_tests.passed_by_solution`.

    Raises:
        CoursepackError: (on entering) there is no jail on this machine, something that the course
            names is not installed, or a process did not start.
    """

    def __init__(self, course: Course, *, unsafe_no_jail: bool = False) -> None:
        self.course, self._jailed = course, not unsafe_no_jail
        self._server: ServerProcess | None = None
        self._judge: JudgeProcess | None = None
        self.solutions: Passed = {}

    def __enter__(self) -> Worker:
        begun = time.monotonic()
        if self._jailed:
            jail.check_jail()
        self._judge, self._server = JudgeProcess(self.course), self._new_server()
        try:
            self._judge.wait_until_ready()
            self._server.wait_until_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        jailed = "in its jail" if self._jailed else "without a jail"
        _log.info("fork server (%s) and judge are ready after %.1f s", jailed, time.monotonic() - begun)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _log.info("fork server and judge are ended")
        for part in (self._server, self._judge):
            if part is not None:
                part.close()
        self._server = self._judge = None

    def _new_server(self) -> ServerProcess:
        preload, secret = read_settings(self.course.root).preload, hidden_files(self.course)
        return ServerProcess(grading_data(self.course), preload, secret, jailed=self._jailed)

    @property
    def server(self) -> ServerProcess:
        """The fork server; a new one if the last one ended."""
        if self._server is None:
            raise RuntimeError("the worker is not running: use it in a `with` statement")
        if not self._server.alive():
            _log.warning("the fork server had ended; a new one is started")
            self._server.close()
            self._server = self._new_server()
            self._server.wait_until_ready()
        return self._server

    @property
    def judge(self) -> JudgeProcess:
        """The judge."""
        if self._judge is None:
            raise RuntimeError("the worker is not running: use it in a `with` statement")
        return self._judge


class _OfThread(threading.local):
    """The worker that a thread keeps, with its course and its isolation."""

    kept: tuple[Path, bool, Worker] | None = None


_of_thread = _OfThread()


def shared_worker(course: Course, *, unsafe_no_jail: bool = False) -> Worker:
    """Return this thread's running worker; keep it until the process ends or another course is requested.

    Raises:
        CoursepackError: there is no jail on this machine, or a process did not start.
    """
    if _of_thread.kept is not None:
        root, unsafe, worker = _of_thread.kept
        if (root, unsafe) == (course.root, unsafe_no_jail):
            return worker
        worker.__exit__(None, None, None)
        atexit.unregister(worker.__exit__)
        _of_thread.kept = None
    worker = Worker(course, unsafe_no_jail=unsafe_no_jail).__enter__()
    atexit.register(worker.__exit__, None, None, None)
    _of_thread.kept = course.root, unsafe_no_jail, worker
    return worker
