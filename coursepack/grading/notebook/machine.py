"""Join the workers that share one fork server and one judge: those of the same run on the same machine.

The first one starts the supervisor (`supervisor.py`), in a private folder whose name is the run's; the others find it
there. The supervisor keeps the folder locked while it lives, so that the folder of a killed one is found by
`locked_tempdir.remove_stale`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from typing import Any

from coursepack.course import Course
from coursepack.course_secret import hidden_files
from coursepack.errors import CoursepackError
from coursepack.grading.notebook.warm_imports import WarmImports
from coursepack.judge.process import JudgeConnection, judge_log
from coursepack.sandbox import locked_tempdir
from coursepack.sandbox.child_process import connect, greeting, last_words
from coursepack.sandbox.fork_server import ServerConnection, kernels_folder
from coursepack.settings import grading_data

JOIN_SECONDS, LEAVE_SECONDS, PAUSE_SECONDS = 60.0, 20.0, 0.05
TRIES = 3
AGAIN = "grade again; if it happens again, `--verbose` writes what happened into the log"
SOCKET, LOG = "supervisor", "supervisor.log"


def shown_in_jail(course: Course) -> dict[str, Any]:
    """Return what a fork server is told about a course: its data, and what not to show.

    Raises:
        CoursepackError: something that the course names is not there.
    """
    data, secret = grading_data(course), hidden_files(course)
    return {
        "data": None if data is None else str(data),
        "secret": [*map(str, secret)],
    }


class Machine:
    """A place among the workers of a run on this machine.

    Args:
        course: the course.
        imports: what fork server and judge are to import.
        run: the run's name, which nobody else can guess; empty for a supervisor of one's own.
        jailed: False runs student code without isolation.

    Raises:
        CoursepackError: the supervisor did not start.
    """

    def __init__(self, course: Course, imports: WarmImports, run: str = "", *, jailed: bool = True) -> None:
        self._course, self._imports, self._jailed = course, imports, jailed
        self._started: subprocess.Popen[bytes] | None = None
        name = run or secrets.token_hex(8)
        self._home = locked_tempdir.PLACE / f"{locked_tempdir.PREFIX}{name}"
        locked_tempdir.remove_stale()
        self._stay = self._joined(sorted(self._imports.judge))

    def _joined(self, imports: list[str]) -> socket.socket:
        """Return the connection that keeps the supervisor running."""
        until = time.monotonic() + JOIN_SECONDS
        while time.monotonic() < until:
            # It may just be ending, or it may not listen yet.
            with contextlib.suppress(OSError, EOFError):
                self._start_if_first()
                return self._asked("stay", imports)[0]
            time.sleep(PAUSE_SECONDS)
        said = last_words(self._home / LOG)[-500:]
        raise CoursepackError(f"the grading worker did not start: {said}", remedy=AGAIN)

    def _start_if_first(self) -> None:
        """Start the supervisor if none lives; return when one listens, or is about to."""
        with contextlib.suppress(FileExistsError):
            self._home.mkdir(mode=0o700)
        found = self._home.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            what, remedy = "somebody else's folder is in the way", "grade again: each run has a name of its own"
            raise CoursepackError(what, where=str(self._home), remedy=remedy)
        with self._locked() as lock:
            if lock is not None:
                self._start(lock)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int | None]:
        """Yield the folder's lock, which a supervisor is to inherit; None if one has it."""
        path, held = self._home / locked_tempdir.LOCK, None
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # The folder may have been removed meanwhile: then this raises OSError.
                held = lock if path.stat().st_ino == os.fstat(lock).st_ino else None
            yield held
        finally:
            os.close(lock)

    def _start(self, lock: int) -> None:
        address, shown = self._home / SOCKET, shown_in_jail(self._course) | {"preload": self._imports.kernels}
        address.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener, (self._home / LOG).open("ab") as log:
            listener.bind(str(address))
            listener.listen(128)
            settings = {"home": str(self._home), "root": str(self._course.root), "jailed": self._jailed}
            settings |= {"listener": listener.fileno(), "shown": shown}
            command = [sys.executable, "-P", "-m", "coursepack.grading.notebook.supervisor", json.dumps(settings)]
            if self._started is not None:
                self._started.wait()  # one that we started before has ended, or its lock were not ours
            self._started = subprocess.Popen(  # noqa: S603
                command,
                cwd=self._course.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[listener.fileno(), lock],
                start_new_session=True,
            )

    def _asked(self, want: str, imports: Collection[str] = ()) -> tuple[socket.socket, int]:
        """Return a connection to what we want, and the process that serves it.

        Raises:
            CoursepackError: it cannot be had.
            OSError, EOFError: whoever was to serve us has ended.
        """
        connection = connect(self._home / SOCKET)
        try:
            connection.sendall(json.dumps({"want": want, "imports": list(imports)}).encode() + b"\n")
            return connection, greeting(connection)
        except BaseException:
            connection.close()
            raise

    def _connected(self, want: str, imports: Collection[str] = ()) -> tuple[socket.socket, int]:
        """Return the same; what has ended meanwhile is asked for again, and so is a supervisor.

        Raises:
            CoursepackError: it cannot be had.
        """
        reason = ""
        for _ in range(TRIES):
            try:
                return self._asked(want, imports)
            except EOFError as error:
                reason = str(error)
            except OSError as error:
                reason = f"{type(error).__name__}: {error}"
                self._stay.close()
                self._stay = self._joined(list(imports))
        raise CoursepackError(f"the grading worker did not start: {reason}", remedy=AGAIN)

    def server(self) -> ServerConnection:
        """Connect to the fork server, once it is ready.

        Raises:
            CoursepackError: it did not start, or a module to preload is missing.
        """
        return ServerConnection(*self._connected("server"), kernels_folder(self._home), jailed=self._jailed)

    def judge(self, imports: Collection[str]) -> JudgeConnection:
        """Connect to the judge, once it has imported some modules.

        Raises:
            CoursepackError: it did not start.
        """
        return JudgeConnection(lambda wanted: self._connected("judge", wanted), judge_log(self._home), imports)

    def leave(self, *, last: bool) -> None:
        """Leave. The supervisor ends when the last one has left.

        Args:
            last: whether nobody else stays: then whoever started the supervisor waits for its end.
        """
        self._stay.close()
        if self._started is not None and last:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._started.wait(LEAVE_SECONDS)
        if self._started is not None and self._started.returncode is None:
            self._started.returncode = 0  # it may outlive us, of which Python would warn
