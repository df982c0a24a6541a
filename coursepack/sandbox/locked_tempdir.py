"""Where supervisors have their folders in /tmp; if one is killed, the next worker removes its folder, and no other's.

A supervisor holds a lock on its folder while it lives. That shows whether it does without its process id, which may
have been reused, or belong to another container.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
from pathlib import Path

PLACE = Path("/tmp")  # noqa: S108 (a Unix socket's path must be short; the folder is private)
PREFIX = "cpe-"
LOCK = "lock"


def remove_stale() -> None:
    """Remove this user's folders whose owner has ended."""
    for path in PLACE.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            _remove_if_stale(path)


def _remove_if_stale(path: Path) -> None:
    state = path.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid():
        return
    lock = os.open(path / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while the owner lives
        shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(lock)
