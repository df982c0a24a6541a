"""How much a notebook's processes use: read from /proc, for the whole tree below its guard."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


class Meter:
    """Measures the processes below one process.

    Args:
        root: the number of the topmost process, as this side counts.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._seen = 0.0

    def processes(self) -> list[int]:
        """Return the numbers of all living processes of the tree, the root first."""
        found, waiting = [], [self._root]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            waiting.extend(_children(pid))
        return found

    def cpu_seconds(self) -> float:
        """Return the CPU time used so far, that of ended processes included; it never falls."""
        ticks = sum(sum(int(part) for part in fields[11:15]) for fields in map(_stat, self.processes()) if fields)
        self._seen = max(self._seen, ticks / TICKS)
        return self._seen

    def memory(self, enough: int) -> int:
        """Return the bytes that belong to the tree alone: exactly where a quick upper bound is above `enough`."""
        processes = self.processes()
        bound = sum(_resident(pid) for pid in processes)
        return bound if bound <= enough else sum(_private(pid) for pid in processes)


def _children(pid: int) -> Iterator[int]:
    """Yield the children of all threads of a process."""
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                yield from (int(word) for word in (task / "children").read_bytes().split())


def _stat(pid: int) -> list[bytes]:
    """Return the fields of a process's stat file after its name; nothing if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()
    except (OSError, IndexError):
        return []


def _resident(pid: int) -> int:
    """Return the resident bytes of a process that come from no file on disk (an upper bound: forks share pages)."""
    try:
        status = Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return 0
    sizes = dict(line.split(b":", 1) for line in status.splitlines() if line.startswith((b"RssAnon", b"RssShmem")))
    return sum(1024 * int(size.split()[0]) for size in sizes.values())


def _private(pid: int) -> int:
    """Return the bytes that only this process uses, with its share of what processes share in memory."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_bytes()
    except OSError:
        return _resident(pid)
    wanted = (b"Private_Dirty", b"Private_Clean", b"Pss_Shmem")
    lines = (line.split(b":", 1) for line in rollup.splitlines()[1:])
    return sum(1024 * int(size.split()[0]) for name, size in lines if name in wanted)
