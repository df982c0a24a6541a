"""Measure what a notebook's processes use: read /proc for the whole tree below its guard."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Callable, Iterator, Sequence

TICKS = os.sysconf("SC_CLK_TCK")
READ_BYTES = 65_536
RESIDENT = (b"\nRssAnon:", b"\nRssShmem:")
LOOKS = 8  # processes whose memory is measured exactly each time
KEPT = 24  # files of /proc that are kept open: those of a notebook that starts no processes of its own


class _Files:
    """Files of /proc that are read again and again, without opening each of them every time."""

    def __init__(self) -> None:
        self._open: dict[str, int] = {}
        weakref.finalize(self, _close, self._open)

    def read(self, path: str) -> bytes:
        """Return what a file says now.

        Raises:
            OSError: there is no such file, or its process is gone.
        """
        if path in self._open:
            try:
                return os.pread(self._open[path], READ_BYTES, 0)
            except OSError:  # its process is gone; the number may be another one's now
                os.close(self._open.pop(path))
        if len(self._open) >= KEPT:
            return _read(path)
        self._open[path] = handle = os.open(path, os.O_RDONLY)
        return os.pread(handle, READ_BYTES, 0)


def _close(files: dict[str, int]) -> None:
    for handle in files.values():
        os.close(handle)


class ResourceUsage:
    """Measure the processes below one process.

    Args:
        root: the number of the topmost process, as this side counts.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._read = _Files().read
        self._seen = 0.0
        self._newest, self._tree = b"", list[int]()  # the last look at the tree, and when it was
        self._turns: dict[int, int] = {}  # process → what was its own when it had its turn; whose is next comes first

    def processes(self) -> list[int]:
        """Return the numbers of the tree's processes, the root first; of those that have just ended, too.

        While no process or thread has begun anywhere, there can be no other ones than at the last look.
        """
        newest = _newest_process(self._read)
        if not newest or newest != self._newest:
            found, waiting = [], [self._root]
            while waiting:
                pid = waiting.pop()
                found.append(pid)
                waiting.extend(_children(pid))
            self._newest, self._tree = newest, found
        return self._tree

    def cpu_seconds(self, processes: Sequence[int] = ()) -> float:
        """Return the CPU time used so far, including ended processes; it never decreases.

        Args:
            processes: the tree, if it was just looked for.
        """
        stats = (stat_of(pid, self._read) for pid in processes or self.processes())
        ticks = sum(sum(int(part) for part in fields[11:15]) for fields in stats if fields)
        self._seen = max(self._seen, ticks / TICKS)
        return self._seen

    def memory(self, enough: int, processes: Sequence[int] = ()) -> int:
        """Return the bytes private to the tree: exactly if a quick upper bound is above `enough`.

        It takes some milliseconds per process. Of hundreds of forked processes, a few are measured each time, in turn,
        and the others count with their last value: measuring all of them would take minutes.

        Args:
            enough: the bound above which to measure exactly.
            processes: the tree, if it was just looked for.
        """
        processes = processes or self.processes()
        bound = sum(_resident(pid, self._read) for pid in processes)
        return bound if bound <= enough else self._exact(processes)

    def _exact(self, processes: Sequence[int]) -> int:
        """Return the sum of what was private to each process at its last turn; nothing for those that had none."""
        living = set(processes)
        turns = {pid: size for pid, size in self._turns.items() if pid in living}
        turns |= {pid: 0 for pid in processes if pid not in turns}
        for pid in list(turns)[:LOOKS]:
            del turns[pid]
            turns[pid] = _private(pid)
        self._turns = turns
        return sum(turns.values())


def _read(path: str) -> bytes:
    """Return what a file of /proc says: many are looked at, and so without pathlib's and io's detours."""
    file = os.open(path, os.O_RDONLY)
    try:
        said = part = os.read(file, READ_BYTES)
        while part:
            part = os.read(file, READ_BYTES)
            said += part
        return said
    finally:
        os.close(file)


def _newest_process(read: Callable[[str], bytes]) -> bytes:
    """Return the number of the newest process or thread of our namespace and those below it; empty if nobody says."""
    try:
        return read("/proc/loadavg").rsplit(maxsplit=1)[-1]
    except (OSError, IndexError):
        return b""


def _children(pid: int) -> Iterator[int]:
    """Yield the children of all threads of a process."""
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
            with contextlib.suppress(OSError):
                yield from map(int, _read(f"/proc/{pid}/task/{task}/children").split())


def stat_of(pid: int, read: Callable[[str], bytes] = _read) -> list[bytes]:
    """Return the fields of a process's stat file after its name; nothing if it is gone."""
    try:
        return read(f"/proc/{pid}/stat").rsplit(b")", 1)[1].split()
    except (OSError, IndexError):
        return []


def _resident(pid: int, read: Callable[[str], bytes] = _read) -> int:
    """Return the resident bytes of a process that come from no file on disk (an upper bound: forks share pages)."""
    try:
        status = read(f"/proc/{pid}/status")
        if RESIDENT[0] not in status:
            status = _of_a_thread(pid, "status")
    except OSError:
        return 0
    return sum(1024 * int(status.partition(name)[2].split(maxsplit=1)[0]) for name in RESIDENT if name in status)


def _of_a_thread(pid: int, name: str) -> bytes:
    """Return what a file of a process's last thread says: a process whose first thread has ended shows no memory.

    Raises:
        OSError: there is no thread.
    """
    newest = max(os.listdir(f"/proc/{pid}/task"), key=int)  # noqa: PTH208
    return _read(f"/proc/{pid}/task/{newest}/{name}")


def _read_rollup(pid: int) -> bytes:
    try:
        return _read(f"/proc/{pid}/smaps_rollup")
    except ProcessLookupError:
        return _of_a_thread(pid, "smaps_rollup")


def _private(pid: int) -> int:
    """Return the bytes that only this process uses, with its share of what processes share in memory."""
    try:
        rollup = _read_rollup(pid)
    except OSError:
        return _resident(pid)
    wanted = (b"Private_Dirty", b"Private_Clean", b"Pss_Shmem")
    lines = (line.split(b":", 1) for line in rollup.splitlines()[1:])
    return sum(1024 * int(size.split()[0]) for name, size in lines if name in wanted)
