"""What can student code reach from inside the jail? Each probe is a cell; the tests read what it found."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from pathlib import Path

import psutil
import pytest
from lab import Lab

from coursepack.kernel_environment import jailed
from coursepack.sandbox.in_jail.server import Server

PROBES = {
    "tcp": "import socket\nsocket.create_connection(('1.1.1.1', 53), timeout=2)",
    "udp": "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.sendto(b'x', ('1.1.1.1', 53))",
    "dns": "import socket\nsocket.getaddrinfo('example.org', 80)",
    "interfaces": "import socket\nprint(sorted(name for _, name in socket.if_nameindex()))",
    "repository": "import os\nprint([p for p in ('REPO/source', 'REPO/tests', 'REPO/gradebook.db', 'REPO/coursepack',"
    " 'REPO/nbgrader_config.py') if os.path.exists(p)])",
    "homes": "import os, pathlib\nprint(sorted(str(p) for f in ('/root', '/home') if os.path.isdir(f)"
    " for p in pathlib.Path(f).iterdir() if p.name not in ('.pyenv', '.local')))",
    "secrets": "import os\nprint(os.environ.get('SECRET_OF_THE_INSTRUCTOR'), os.path.exists('/etc/shadow'),"
    " os.path.exists('/etc/passwd'))",
    "environ": "import os\nprint(sorted(os.environ))",
    "coursepack": "import coursepack",
    "checks": "import subject_agent.agent, sys\nprint([n for n in sys.modules if 'check' in n and 'coursepack' in n])",
    "processes": "import os\nprint(sorted(int(n) for n in os.listdir('/proc') if n.isdigit()), os.getpid())",
    "kill": "import os, signal\nfor pid in range(2, 5000):\n    try:\n"
    "        str(pid) in os.listdir('/proc/self/task') or os.kill(pid, signal.SIGKILL) or print('killed', pid)\n"
    "    except OSError:\n        pass",
    "init": "import os, signal\nos.kill(1, signal.SIGKILL); os.kill(1, signal.SIGTERM)\n"
    "import time; time.sleep(0.2); print('still here')",
    "trace": "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "print([libc.ptrace(16, pid, 0, 0) for pid in (1, 2, 3)], ctypes.get_errno())",
    "init memory": "open('/proc/1/mem', 'rb')",
    "init environ": "open('/proc/1/environ', 'rb').read()",
    "namespaces": "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "print([libc.unshare(f) for f in (0x10000000, 0x00020000, 0x40000000)])",
    "clone": "import subprocess\nprint(subprocess.run(['unshare', '-U', 'true']).returncode)",
    "mount": "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "print(libc.mount(b'x', b'/tmp', b'tmpfs', 0, None))",
    "privileges": "import os\nwanted = ('CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp:')\n"
    "print([line.split()[1] for line in open('/proc/self/status') if line.startswith(wanted)], os.getuid())",
    "system": "import sys, os\nfor f in ('/', '/usr', '/etc', '/dev', '/opt/engine', '/opt/engine/subject_agent',"
    " '/run', '/data/course', os.path.dirname(os.__file__), '/run/sockets', '/proc/sys/kernel/hostname'):\n"
    "    try:\n        open(f if f.endswith('hostname') else f + '/written', 'w').write('x')\n"
    "        print('wrote', f)\n    except OSError:\n        pass",
    "sockets": "import os\nfor name in os.listdir('/run/sockets'):\n    try:\n"
    "        os.unlink('/run/sockets/' + name)\n        print('removed', name)\n    except OSError:\n        pass\n"
    "print(len(os.listdir('/run/sockets')))",
    "descriptors": "import os\nfds = [f'/proc/self/fd/{n}' for n in os.listdir('/proc/self/fd')]\n"
    "targets = [os.readlink(fd) for fd in fds if os.path.islink(fd)]\n"
    "print([t for t in targets if t.startswith('/') and not t.startswith(('/dev/', '/proc/', '/tmp/'))])",
    "devices": "import os\nharmless = {'null', 'zero', 'full', 'random', 'urandom', 'tty', 'shm', 'pts', 'ptmx', 'fd',"
    " 'stdin', 'stdout', 'stderr', 'core', 'console'}\nprint(sorted(set(os.listdir('/dev')) - harmless))",
    "data": "import os, numpy, torchvision\nfolder = os.environ['COURSE_DATA']\n"
    "print(len(torchvision.datasets.MNIST(folder, train=False, download=True)),"
    " numpy.load(folder + '/shapes/test-images.npy').shape)",
    "graded": "import os\nprint(bool(os.environ['COURSE_GRADED']))",
    "cuda": "import torch\nprint(torch.cuda.is_available(), torch.get_num_threads())",
    "memfd": "import os\nos.memfd_create('x')",
}  # fmt: skip


@pytest.fixture(scope="module")
def found(lab: Lab) -> dict[str, str]:
    """What each probe said, all in one notebook."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_OF_THE_INSTRUCTOR", "42")
        repository = str(lab.worker.course.root)
        texts = [text.replace("REPO", repository) for text in PROBES.values()]
        return dict(zip(PROBES, lab.shown(*texts, cell_wall_seconds=30.0), strict=True))


@pytest.mark.parametrize("probe", ["tcp", "udp", "dns"])
def test_there_is_no_network(found: dict[str, str], probe: str) -> None:
    """Can the code reach anything outside?"""
    assert "rror: " in found[probe]


def test_only_loopback_exists(found: dict[str, str]) -> None:
    """Is loopback the only interface?"""
    assert found["interfaces"] == "['lo']"


def test_the_course_cannot_be_seen(found: dict[str, str]) -> None:
    """Are source, tests, gradebook, configuration and package out of sight?"""
    assert found["repository"] == "[]"


def test_no_home_can_be_seen(found: dict[str, str]) -> None:
    """Is anybody's home folder out of sight (but for an interpreter installed there)?"""
    assert found["homes"] == "[]"


def test_no_secret_of_the_system_can_be_read(found: dict[str, str]) -> None:
    """Are the worker's environment and the system's account files out of reach?"""
    assert found["secrets"] == "None False False"


def test_the_environment_is_ours_alone(found: dict[str, str]) -> None:
    """Does the code see only the variables that the jail sets?"""
    extra = {"PWD", "OLDPWD", "_", "LC_CTYPE", "SHLVL", "TERM", "CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER",
             "GIT_PAGER", "JPY_PARENT_PID", "PYDEVD_USE_FRAME_EVAL", "KMP_INIT_AT_FORK", "KMP_DUPLICATE_LIB_OK",
             "TORCHINDUCTOR_CACHE_DIR", "PYDEVD_WARN_EVALUATION_TIMEOUT"}  # fmt: skip
    assert set(eval(found["environ"])) - extra <= set(jailed("/data/course"))


def test_coursepack_cannot_be_imported(found: dict[str, str]) -> None:
    """Are references and checks out of the interpreter's reach?"""
    assert "ModuleNotFoundError" in found["coursepack"]
    assert found["checks"] == "[]"


def test_only_its_own_processes_are_visible(found: dict[str, str]) -> None:
    """Does the code see the server's or anybody else's processes?"""
    pids, _, own = found["processes"].rpartition(" ")
    assert set(eval(pids)) == {1, int(own)}


def test_no_other_process_can_be_signalled(found: dict[str, str]) -> None:
    """Can the code kill anything but itself?"""
    assert found["kill"] == ""
    assert found["init"].endswith("still here") or "Error" in found["init"]


def test_no_process_can_be_traced(found: dict[str, str]) -> None:
    """Can the code trace its guards or read their memory?"""
    assert found["trace"].startswith("[-1, -1, -1]")
    assert "PermissionError" in found["init memory"]
    assert "PermissionError" in found["init environ"]


def test_no_namespace_can_be_made(found: dict[str, str]) -> None:
    """Can the code become root in a namespace of its own, or mount?"""
    assert found["namespaces"] == "[-1, -1, -1]"
    assert found["clone"].splitlines()[-1] not in ("0",)
    assert found["mount"] == "-1"


def test_there_are_no_privileges(found: dict[str, str]) -> None:
    """Does the code run without capabilities, without a way to gain any, and under a filter?"""
    flags, uid = found["privileges"].rsplit(" ", 1)
    effective, _, no_new, seccomp = eval(flags)
    assert int(effective, 16) == 0
    assert (no_new, seccomp) == ("1", "2")
    assert uid == "1000"


def test_nothing_but_scratch_can_be_written(found: dict[str, str]) -> None:
    """Is the system, the data, and even the folder of its own sockets read-only?"""
    assert found["system"] == ""
    assert found["sockets"] == "6"


def test_no_open_file_leads_out(found: dict[str, str]) -> None:
    """Did the server leave a file open for its children?"""
    assert found["descriptors"] == "[]"


def test_no_device_but_the_harmless(found: dict[str, str]) -> None:
    """Are there only null, zero and the like in /dev?"""
    assert found["devices"] == "[]"


def test_the_data_set_is_there(found: dict[str, str]) -> None:
    """Does a notebook find the mini MNIST where it looks for it, on the CPU in one thread?"""
    assert found["data"] == "800 (800, 32, 32, 3)"
    assert found["cuda"] == "False 1"


def test_a_notebook_knows_that_it_is_graded(found: dict[str, str]) -> None:
    """Can a notebook train less where nobody looks at its curves?"""
    assert found["graded"] == "True"


def test_memory_that_counts_for_nobody_is_refused(found: dict[str, str]) -> None:
    """Can the code hide memory in anonymous files?"""
    assert "PermissionError" in found["memfd"]


def test_daemons_end_with_the_notebook(lab: Lab) -> None:
    """Is everything a notebook started gone when it ends?"""
    name = f"sleep-{os.getpid()}-{time.time_ns()}"
    daemon = (
        "import os, shutil, subprocess\n"
        f"shutil.copy('/usr/bin/sleep', '/tmp/{name}')\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        f"        os.execv('/tmp/{name}', ['{name}', '600'])\n"
        "    os._exit(0)\n"
        f"subprocess.Popen(['/tmp/{name}', '600'], start_new_session=True)\nprint('started')"
    )
    assert "started" in lab.shown(daemon)[0]  # from Python 3.12 on, a warning about forks comes with it
    left = [p for p in psutil.process_iter(["cmdline"]) if any(name in part for part in p.info["cmdline"] or ())]
    assert left == []


def test_the_server_is_as_it_was(lab: Lab) -> None:
    """Does the fork server hold no child, no socket and no more memory once notebooks are done?"""
    server = psutil.Process(lab.worker.server.pid)
    lab.shown("x = bytearray(100_000_000)")
    assert server.children() == []
    assert list(Path(lab.worker.server.folder).iterdir()) == []


def test_the_server_cannot_be_read_by_its_user(lab: Lab) -> None:
    """Is the server's memory closed even to a process of the same user?"""
    assert psutil.Process(lab.worker.server.pid).uids().real != 0 or os.geteuid() != 0
    assert Path(f"/proc/{lab.worker.server.pid}/mem").stat().st_uid == 0


def test_does_the_server_hear_two_orders_that_arrive_at_once() -> None:
    ours, theirs = socket.socketpair()
    obeyed: list[str] = []
    server = Server(theirs, jailed=False)
    server._obey = lambda message: obeyed.append(message["do"])  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve)
    thread.start()
    orders = "".join(json.dumps({"do": word}) + "\n" for word in ("kill", "fork"))
    ours.sendall(orders.encode())
    deadline = time.monotonic() + 10
    while len(obeyed) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    ours.close()
    thread.join(10)
    theirs.close()
    assert obeyed == ["kill", "fork"]
