"""Run one notebook's processes, from the fork to the kernel: a guard, an init, and the kernel itself.

server ── guard ── init (process 1 of new namespaces) ── kernel ── whatever the notebook starts

The guard only waits. The init owns the namespaces: it mounts the notebook's file systems while it still may, drops its
privileges once the kernel's sockets are open, and ends every process when it ends. The kernel has no privileges at all.

The notebooks of one machine run in the same jail at the same time. Nothing that they could meet in is shared: each has
its own processes, file systems, sockets' folder, network (a loopback of its own; abstract sockets belong to a network,
too) and terminals.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import kernel, kernel_setup, linux
from .linux import CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUTS, MS_NODEV, MS_NOSUID

SOCKETS = "/run/sockets"
HOME = "/tmp/home"  # noqa: S108 (a private tmpfs)
ORDER = "order"
TERMINALS = "newinstance,ptmxmode=0666,mode=620"
MANY = 65_536


def run(folder: str, writer: int, server: int, *, jailed: bool) -> None:
    """Be the guard, or without a jail the kernel; never returns normally.

    Args:
        folder: where the kernel's sockets go, and where the order for it lies.
        writer: where to say how it went.
        server: the server's process.
        jailed: whether there is a jail.
    """
    _lead_nowhere(writer)
    order = _take_order(folder)
    if not jailed:
        os.setsid()
        linux.end_with_parent(server)
        _kernel(order, writer, order["folder"], None)
    linux.enter_user_namespace(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET)
    linux.end_with_parent(server)
    init = os.fork()
    if init == 0:
        try:
            _init(order, writer)
        except BaseException as error:
            os.write(writer, f"the notebook's file systems could not be mounted: {error}".encode()[:4000])
        os._exit(71)
    os.close(writer)
    linux.hide_memory()
    _, status = os.waitpid(init, 0)
    os._exit(_exit_code(status))


def _take_order(folder: str) -> dict[str, Any]:
    """Read what kernel to be; the server never does, so that no later kernel inherits one student's files and key."""
    path = Path(folder, ORDER)
    order: dict[str, Any] = json.loads(path.read_bytes())
    path.unlink()
    return order


def _lead_nowhere(kept: int) -> None:
    """Redirect everything that the server had open to `/dev/null`, including the standard streams.

    Nothing is closed: the kernel could then get the same number for a file of its own, and a server object that still
    owns the old number would close that file when it is collected.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in {0, 1, 2, *_descriptors()} - {kept, nowhere}:
        os.dup2(nowhere, number, inheritable=number < 3)
    os.close(nowhere)


def _descriptors() -> list[int]:
    """Return the numbers of open files; the one used for listing them may already be closed."""
    try:
        return [int(name) for name in os.listdir("/proc/self/fd")]  # noqa: PTH208
    except OSError:  # no /proc to look at
        return [number for number in range(MANY) if _is_open(number)]


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _init(order: dict[str, Any], writer: int) -> None:
    """Be process 1: mount the file systems, start the kernel, drop privileges, reap."""
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    _build_room(order)
    said, heard = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(said[0])
        os.close(heard[1])
        os.close(writer)
        linux.drop_capabilities()
        _kernel(order, said[1], SOCKETS, heard[0])
    os.close(said[1])
    word = os.read(said[0], 4096)
    if word == b"ready":
        linux.remount_read_only(SOCKETS)
        os.write(heard[1], b"go")
    linux.drop_capabilities()
    linux.hide_memory()
    os.write(writer, word or b"the kernel ended while it started")
    os.close(writer)
    while True:
        pid, status = os.wait()
        if pid == child:
            os._exit(_exit_code(status))


def _exit_code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _build_room(order: dict[str, Any]) -> None:
    """Give the notebook its own file systems: scratch, shared memory, sockets, processes."""
    linux.mount("", "/", "", linux.MS_REC | linux.MS_PRIVATE)
    size = order["scratch_bytes"]
    options = f"size={size},nr_inodes={order['scratch_files']},mode=700"
    with _kept_in_sight("/tmp"):  # noqa: S108
        linux.mount("scratch", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options)  # noqa: S108
    linux.mount("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, f"size={size // 4},nr_inodes=1k,mode=700")  # noqa: S108
    linux.mount("devpts", "/dev/pts", "devpts", MS_NOSUID | linux.MS_NOEXEC, TERMINALS)
    linux.mount(order["folder"], SOCKETS, "", linux.MS_BIND)
    linux.bring_up_loopback()
    try:
        linux.mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | linux.MS_NOEXEC)
        linux.forbid_user_namespaces()
        linux.remount_read_only("/proc")
    except OSError:  # a container that masks parts of /proc does not allow mounting a whole one
        linux.mount("nothing", "/proc", "tmpfs", linux.MS_RDONLY, "size=0")


@contextlib.contextmanager
def _kept_in_sight(folder: str) -> Iterator[None]:
    """Make the interpreter's folders below `folder` visible again after something was mounted over it."""
    prefixes = {os.path.realpath(path) for path in (sys.prefix, sys.base_prefix)}
    below = sorted(path for path in prefixes if path.startswith(folder + "/"))
    handles = {path: os.open(path, os.O_PATH) for path in below}
    yield
    for path, handle in handles.items():
        if not os.path.isdir(path):  # noqa: PTH112 (text, as everything here)
            os.makedirs(path, 0o755)  # noqa: PTH103
        linux.mount(f"/proc/self/fd/{handle}", path, "", linux.MS_BIND | linux.MS_REC)
        os.close(handle)


def _kernel(order: dict[str, Any], writer: int, sockets: str, gate: int | None) -> None:
    """Be the kernel: write the files, set the limits, open the sockets, wait for permission, serve."""
    try:
        os.setsid() if gate is not None else None
        work = Path(HOME if gate is not None else order["home"]) / "work"
        _lay_out(order["files"], work)
        os.environ.update(HOME=str(work.parent), PWD=str(work))
        application = kernel.prepare(order, sockets)
        kernel_setup.settle(application)
        _limit(order["limits"])
        if order["filter"] and gate is not None:
            linux.filter_system_calls(base64.b64decode(order["filter"]))
        os.write(writer, b"ready")
        os.close(writer)
        if gate is not None:
            os.read(gate, 2)
            os.close(gate)
        kernel.serve(application)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(writer, f"the kernel could not start: {type(error).__name__}: {error}".encode()[:4000])
    os._exit(0)


def _lay_out(files: dict[str, str], work: Path) -> None:
    work.mkdir(parents=True, exist_ok=True)
    os.chdir(work)
    for name, content in files.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))


def _limit(limits: dict[str, int]) -> None:
    """Set resource limits for good; names are those of the `resource` module without RLIMIT_."""
    for name, value in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is not None:
            hard = resource.getrlimit(kind)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))
