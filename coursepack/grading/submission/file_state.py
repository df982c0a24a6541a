"""Tell whether a file is still the one that was read, without reading it again."""

from __future__ import annotations

import stat
import time
from pathlib import Path

# A file can be written twice within one step of its file system's clock, at most two seconds: only after that do its
# times say that it is the same.
SETTLED_SECONDS = 2.0


def file_state(path: Path) -> str:
    """Return a file's size, times and number: as long as they stay, so does its content.

    As in Git's index. The kernel sets the time of the last change (`st_ctime`) at every write and renaming; nobody can
    set it back. A copy, or a course restored from a backup, has another state: its files are read again.

    Returns:
        The state; empty if nothing can be said: the file cannot be examined, is not a regular one, or has changed
        within the last two seconds (or, by a clock that is wrong, in the future).
    """
    try:
        found = path.stat()
    except OSError:
        return ""
    if not stat.S_ISREG(found.st_mode) or time.time() - found.st_ctime < SETTLED_SECONDS:
        return ""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"
