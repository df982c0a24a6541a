"""Make a worker's folder in /tmp; if the worker is killed, the next worker removes it, and touches no other's."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from pathlib import Path

PLACE = Path("/tmp")  # noqa: S108 (a Unix socket's path must be short; the folder is private)
PREFIX = "cpe-"
LOCK = "lock"


class LockedTempdir:
    """A private folder, locked while its process lives; folders of ended processes are removed first.

    A lock shows whether the owner is alive without its process id, which may have been reused, or belong to another
    container.

    Attributes:
        path: the folder.
    """

    def __init__(self) -> None:
        remove_stale()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=PLACE))
        # Locked before it gets the name by which others find it.
        fresh = self.path / "fresh"
        self._lock = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        fresh.rename(self.path / LOCK)

    def remove(self) -> None:
        """Remove the folder; a second time does nothing."""
        if self._lock >= 0:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1


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
