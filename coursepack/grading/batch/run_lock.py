"""Let only one run at a time grade an assignment, with a lock that ends with its process."""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
import os
import platform
from collections.abc import Iterator
from pathlib import Path

import filelock

from coursepack.errors import CoursepackError
from coursepack.grading.workspace import Workspace

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def only_run(workspace: Workspace) -> Iterator[None]:
    """Hold the lock on an assignment's grading.

    The operating system releases it when the process ends, for whatever reason, so a dead process never blocks a new
    run. Runs of different assignments do not interfere: each has its own scratch folder, and writes to the gradebook in
    transactions.

    Raises:
        CoursepackError: another run holds it.
    """
    folder = workspace.course.root / ".coursepack" / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock, holder = folder / f"{workspace.assignment}.lock", folder / f"{workspace.assignment}.json"
    try:
        held = filelock.FileLock(lock, timeout=0).acquire()
    except filelock.Timeout:
        _log.warning("another run holds the lock on %s", workspace.assignment)
        raise _refused(workspace, holder) from None
    with held:
        now = datetime.datetime.now().astimezone()
        who = {"process": os.getpid(), "machine": platform.node(), "since": now.isoformat(timespec="seconds")}
        holder.write_text(json.dumps(who), encoding="utf-8")
        _log.info("took the lock on %s", workspace.assignment)
        try:
            yield
        finally:
            _log.info("gave the lock back")
            holder.unlink(missing_ok=True)


def _refused(workspace: Workspace, holder: Path) -> CoursepackError:
    """Return the error that names who holds the lock."""
    try:
        who = json.loads(holder.read_text(encoding="utf-8"))
        since = datetime.datetime.fromisoformat(who["since"]).astimezone()
        where = "" if who["machine"] == platform.node() else f" on {who['machine']}"
        named = f" (process {who['process']}{where}, since {since:%H:%M})"
    except (OSError, ValueError, KeyError, TypeError):  # the holder has not written its details yet
        named = ""
    return CoursepackError(
        f"another run is grading {workspace.assignment}{named}",
        where=str(workspace.course.root),
        remedy="wait for it to end, or stop it with Ctrl-C or `kill`; what it has graded stays graded",
    )
