"""A worker: its connections to a fork server in its jail and to a judge, both kept across notebooks."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from types import TracebackType
from typing import Any

from coursepack.course import Course
from coursepack.grading.notebook.machine import Machine
from coursepack.grading.notebook.suspect_tests import Passed
from coursepack.grading.notebook.warm_imports import WarmImports, all_imports
from coursepack.judge.process import JudgeConnection
from coursepack.sandbox import jail
from coursepack.sandbox.fork_server import ServerConnection

_log = logging.getLogger(__name__)


class Worker:
    """Grade notebooks one after another; a context manager.

    Args:
        course: the course whose notebooks are graded.
        unsafe_no_jail: run student code without any isolation. It can then do whatever you can do.
        run: the name of a run, whose workers on one machine share fork server and judge; empty to share with nobody.
        imports: what fork server and judge are to import; None: what all assignments together may need.

    Attributes:
        solutions: the tests that the assignments' solutions pass; see `suspect_tests.passed_by_solution`.

    Raises:
        CoursepackError: (on entering) there is no jail on this machine, something that the course
            names is not installed, or a process did not start.
    """

    def __init__(
        self, course: Course, *, unsafe_no_jail: bool = False, run: str = "", imports: WarmImports | None = None
    ) -> None:
        self.course, self._jailed, self._run = course, not unsafe_no_jail, run
        self._imports = imports or all_imports(course)
        self._machine: Machine | None = None
        self._server: ServerConnection | None = None
        self._judge: JudgeConnection | None = None
        self.solutions: Passed = {}

    def __enter__(self) -> Worker:
        begun = time.monotonic()
        if self._jailed:
            jail.check_jail()
        self._machine = Machine(self.course, self._imports, self._run, jailed=self._jailed)
        try:
            self._judge = self._machine.judge(self._imports.judge)
            self._server = self._machine.server()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        jailed = "in its jail" if self._jailed else "without a jail"
        _log.info("fork server (%s) and judge are ready after %.1f s", jailed, time.monotonic() - begun)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _log.info("fork server and judge are left")
        for part in (self._server, self._judge):
            if part is not None:
                part.close()
        if self._machine is not None:
            self._machine.leave(last=not self._run)
        self._server = self._judge = self._machine = None

    @property
    def server(self) -> ServerConnection:
        """The fork server; a new one if the last one ended."""
        if self._server is None or self._machine is None:
            raise RuntimeError("the worker is not running: use it in a `with` statement")
        if not self._server.alive():
            _log.warning("the fork server had ended; a new one is started")
            self._server.close()
            self._server = self._machine.server()
        return self._server

    @property
    def judge(self) -> JudgeConnection:
        """The judge."""
        if self._judge is None:
            raise RuntimeError("the worker is not running: use it in a `with` statement")
        return self._judge


class _OfThread(threading.local):
    """The worker that a thread keeps, and its kind: its course, its isolation, its run and its kernels' modules."""

    kind: tuple[Any, ...] = ()
    kept: Worker | None = None


_of_thread = _OfThread()


def shared_worker(
    course: Course, *, unsafe_no_jail: bool = False, run: str = "", imports: WarmImports | None = None
) -> Worker:
    """Return this thread's running worker; keep it until the process ends or another kind is requested.

    That is one for another course or run, or one whose kernels have other modules imported: what a notebook draws at
    random depends on them, and should not depend on what was graded before.

    See `Worker` for the arguments.

    Raises:
        CoursepackError: there is no jail on this machine, or a process did not start.
    """
    kind = course.root, unsafe_no_jail, run, imports and imports.kernels
    if (kept := _of_thread.kept) is not None:
        if _of_thread.kind == kind:
            return kept
        kept.__exit__(None, None, None)
        atexit.unregister(kept.__exit__)
        _of_thread.kept = None
    worker = Worker(course, unsafe_no_jail=unsafe_no_jail, run=run, imports=imports).__enter__()
    atexit.register(worker.__exit__, None, None, None)
    _of_thread.kind, _of_thread.kept = kind, worker
    return worker
