"""Call through ctypes the few Linux functions that Python 3.11 lacks."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import re
import signal
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x0002_0000, 0x0400_0000, 0x0800_0000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x1000_0000, 0x2000_0000, 0x4000_0000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_MODE_FILTER = 2
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
MADV_COLLAPSE, LARGE_PAGE, WORTH_GATHERING = 25, 2**21, 100 * 2**20
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones."""
    _call("unshare", ctypes.c_int(flags))


def mount(source: str, target: str, kind: str, flags: int = 0, data: str = "") -> None:
    """Attach a file system to a folder."""
    texts = [text.encode() if text else None for text in (source, target, kind)]
    _call("mount", *texts, ctypes.c_ulong(flags), data.encode() if data else None)


def bring_up_loopback() -> None:
    """Let the processes of a new network namespace reach one another through 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anyone:
        fcntl.ioctl(anyone, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))


def end_with_parent(parent: int) -> None:
    """End this process when its parent ends, even if that happened a moment ago.

    Args:
        parent: the parent's number, as this process knew it when it began.
    """
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def prctl(option: int, *values: int) -> None:
    """Set a property of this process."""
    _call("prctl", ctypes.c_int(option), *(ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]))


def hide_memory() -> None:
    """Make this process untraceable and its files in /proc unreadable for others of the same user."""
    prctl(PR_SET_DUMPABLE, 0)


def drop_capabilities() -> None:
    """Give up all capabilities for good; programs that run later cannot regain any."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    _call("capset", header, bytes(24))


def enter_user_namespace(flags: int, uid: int = 1000) -> None:
    """Move into a new user namespace (and the others of `flags`) as user `uid`, with all its capabilities."""
    outer_uid, outer_gid = os.getuid(), os.getgid()
    prctl(PR_SET_DUMPABLE, 1)  # a hidden process may not write its own maps
    unshare(CLONE_NEWUSER | flags)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{uid} {outer_uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{uid} {outer_gid} 1", encoding="ascii")


def remount_read_only(target: str) -> None:
    """Make a mounted folder read-only, keeping the flags it must keep."""
    kept = {os.ST_NOSUID: MS_NOSUID, os.ST_NODEV: MS_NODEV, os.ST_NOEXEC: MS_NOEXEC}
    now = os.statvfs(target).f_flag
    flags = sum(mine for theirs, mine in kept.items() if now & theirs)
    mount("", target, "", MS_REMOUNT | MS_BIND | MS_RDONLY | flags)


def filter_system_calls(program: bytes) -> None:
    """Install a compiled seccomp filter for good (8 bytes per instruction)."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    buffer = ctypes.create_string_buffer(program, len(program))
    filled = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    head = ctypes.create_string_buffer(filled, len(filled))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(head))


def forbid_user_namespaces() -> None:
    """Forbid new user namespaces inside this one."""
    with contextlib.suppress(OSError):
        Path("/proc/sys/user/max_user_namespaces").write_text("0", encoding="ascii")


def gather_memory() -> None:
    """Put this process's memory into large pages, where Linux can (from 6.1 on): a fork then takes half as long.

    A fork copies the list of all pages. Gathering takes up to two milliseconds for each large page, so it pays only
    where many forks follow, and not for the little that a process without PyTorch has. Pages of files stay as they are.
    """
    with contextlib.suppress(OSError):
        used, large = _in_use(Path("/proc/self/smaps_rollup").read_text(encoding="ascii"))
        if used - large < WORTH_GATHERING:
            return
        for begin, end in _scattered(Path("/proc/self/smaps").read_text(encoding="ascii", errors="replace")):
            _libc.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), ctypes.c_int(MADV_COLLAPSE))


def _in_use(sizes: str) -> tuple[int, int]:
    """Return how many bytes of no file are in use, and how many of these lie in large pages."""
    kib = dict(re.findall(r"^(\w+): +(\d+) kB$", sizes, re.MULTILINE))
    return 1024 * int(kib.get("Anonymous", 0)), 1024 * int(kib.get("AnonHugePages", 0))


def _scattered(smaps: str) -> Iterator[tuple[int, int]]:
    """Yield the parts of the private memory of programs, in whole large pages, most of which lies in small pages."""
    for area in re.split(r"\n(?=[0-9a-f]+-)", smaps):
        first, _, sizes = area.partition("\n")
        place, access, _, _, _, *name = first.split()
        begin, end = (int(number, 16) for number in place.split("-"))
        used, large = _in_use(sizes)
        whole = -(-begin // LARGE_PAGE) * LARGE_PAGE, end // LARGE_PAGE * LARGE_PAGE
        if access == "rw-p" and name in ([], ["[heap]"]) and 2 * used > end - begin and used - large > LARGE_PAGE:
            yield whole
