"""Can two notebooks that run at the same time in the jail of one machine reach each other, or what they share?"""

from __future__ import annotations

import base64
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil
import pytest
from lab import LIMITS, Lab, as_notebook, said, with_cell
from tiny_course import answered, make_tiny_course, source_notebook

from coursepack.grading.notebook.grade_notebook import grade_notebook
from coursepack.grading.notebook.worker import Worker
from coursepack.sandbox.child_process import connect

PATIENT = {"cell_cpu_seconds": 20.0, "cell_wall_seconds": 60.0}
# It opens what others could reach, waits until it is told to stop, and tells who came.
VICTIM = """
import os, select, socket, subprocess, time
services = [socket.create_server(("127.0.0.1", 47_111)), socket.create_server(("::1", 47_112), family=socket.AF_INET6)]
for address in ("\\0neighbour", "/tmp/neighbour", "/dev/shm/neighbour"):
    services.append(socket.socket(socket.AF_UNIX))
    services[-1].bind(address)
    services[-1].listen()
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(("127.0.0.1", 47_113))
terminal, there = os.openpty()
open("/tmp/MARK", "w").write("x")
child = subprocess.Popen(["sleep", "424242"])
visitors, until = [], time.monotonic() + 50
while child.poll() is None and time.monotonic() < until:
    ready, _, _ = select.select([*services, datagrams, terminal], [], [], 0.2)
    visitors += [services.index(one) if one in services else one for one in ready]
    if ready:
        break
print("visitors:", visitors, "child:", child.poll())
"""
ATTACK = """
import glob, os, signal, socket
reached = []
def attempt(name, action):
    try:
        reached.append((name, action()))
    except (OSError, ValueError):
        pass
for address in (("127.0.0.1", 47_111), ("localhost", 47_111), ("::1", 47_112)):
    attempt(address, lambda: socket.create_connection(address, timeout=2))
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 47_113))
unix = lambda path: socket.socket(socket.AF_UNIX).connect(path)
for path in ("\\0neighbour", "/tmp/neighbour", "/dev/shm/neighbour", *PATHS):
    attempt(path, lambda: unix(path))
for process in (1, *PROCESSES):
    attempt(process, lambda: unix(f"/proc/{process}/rootHOME/supervisor"))
for process in PROCESSES:
    attempt(process, lambda: os.listdir(f"/proc/{process}/root/tmp"))
    attempt(process, lambda: os.kill(process, signal.SIGKILL))
for terminal in glob.glob("/dev/pts/[0-9]*"):
    attempt(terminal, lambda: open(terminal, "wb", 0).write(b"x"))
names = [line.split()[-1] for line in open("/proc/net/unix").read().splitlines()[1:] if "@" in line]
print(reached, names, os.path.exists("/tmp/MARK"), sorted(os.listdir("/run/sockets")))
"""
HUNT = """
import re
found, pattern = set(), re.compile(b"NEIGH" + b"BOUR[0-9a-f]{15}|TkVJ" + b"R0hCT1VS[A-Za-z0-9+/]{20}")
for line in open("/proc/self/maps"):
    first, last = (int(part, 16) for part in line.split()[0].split("-"))
    if "rw" in line.split()[1] and last - first < 100_000_000:
        with open("/proc/self/mem", "rb", 0) as memory:
            try:
                memory.seek(first)
                found |= set(pattern.findall(memory.read(last - first)))
            except (OSError, ValueError):
                pass
print("found:", found)
"""
GREEDY = """
import threading
threads = []
try:
    for _ in range(1000):
        threads.append(threading.Thread(target=threading.Event().wait, daemon=True))
        threads[-1].start()
except RuntimeError:
    print("no more threads")
import subprocess, time
subprocess_there = open("/tmp/MARK", "w")
time.sleep(8)
"""
MODEST = """
import threading
threads = [threading.Thread(target=print) for _ in range(20)]
for thread in threads:
    thread.start()
    thread.join()
print("all ran")
"""


@dataclass
class Neighbours:
    """Two workers that share a fork server and a judge."""

    first: Lab
    second: Lab


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    course = make_tiny_course(tmp_path_factory.mktemp("neighbours") / "course")
    run = secrets.token_hex(8)
    with Worker(course, run=run) as first, Worker(course, run=run) as second:
        yield Neighbours(Lab(first), Lab(second))


def beside(lab: Lab, text: str, files: dict[str, bytes] | None = None) -> tuple[threading.Thread, list[Any]]:
    """Begin to grade a right submission with one more cell; return the thread, and a list for the result."""
    results: list[Any] = []

    def grade() -> None:
        limits = LIMITS.__class__(**{**vars(LIMITS), **PATIENT})
        first, second = as_notebook(source_notebook()), as_notebook(with_cell(text))
        given = {"limits": limits, "worker": lab.worker, "files": files}
        results.append(grade_notebook(lab.worker.course, first, second, **given))

    thread = threading.Thread(target=grade)
    thread.start()
    return thread, results


def told(results: list[Any]) -> str:
    """Return what the added cell of a graded notebook wrote."""
    [graded] = results
    return "".join(said(c) for c in graded.notebook.cells if c.id.startswith("added-") and c.cell_type == "code")


def processes_of(lab: Lab) -> list[psutil.Process]:
    """Return the processes of a worker's notebook: guard, init, kernel, and what it started."""
    return psutil.Process(lab.worker.server.pid).children(recursive=True)


def wait_for(lab: Lab, word: str) -> psutil.Process:
    """Wait until a notebook has started a process with this word in its command line."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for process in processes_of(lab):
            if word in " ".join(process.cmdline()):
                return process
        time.sleep(0.1)
    raise AssertionError("the notebook did not come so far")


def test_do_workers_of_one_run_share_server_and_judge(neighbours: Neighbours) -> None:
    """Is everything imported once, whatever the number of workers?"""
    for end in ("server", "judge"):
        pids = {getattr(lab.worker, end).pid for lab in (neighbours.first, neighbours.second)}
        assert len(pids) == 2
        assert len({psutil.Process(pid).ppid() for pid in pids}) == 1


def test_a_notebook_reaches_no_other_that_runs_in_the_same_jail(neighbours: Neighbours) -> None:
    """Do ports, sockets, terminals, processes and files of one notebook not exist for another?"""
    mark = secrets.token_hex(6)
    thread, results = beside(neighbours.second, VICTIM.replace("MARK", mark))
    child = wait_for(neighbours.second, "424242")
    folder = neighbours.second.worker.server.folder
    home = folder.parent
    [theirs] = [path.name for path in folder.iterdir()]
    paths = [f"{where}/{theirs}/{name}" for where in (folder, "/run/sockets") for name in ("subject", "k-1")]
    paths.append(str(home / "supervisor"))
    pids = [process.pid for process in processes_of(neighbours.second)] + [neighbours.second.worker.judge.pid]
    attack = ATTACK.replace("MARK", mark).replace("HOME", str(home))
    attack = attack.replace("PATHS", repr(paths)).replace("PROCESSES", repr(pids))
    [found] = neighbours.first.shown(attack, **PATIENT)
    own = ["k-1", "k-2", "k-3", "k-4", "k-5", "subject"]
    assert found == f"[] [] False {own}"
    assert child.is_running()
    child.kill()
    thread.join()
    assert told(results) == "visitors: [] child: -9"
    assert results[0].points == 5
    # They were there to be reached: from this side they can be.
    with pytest.raises(FileNotFoundError):
        connect(folder / theirs / "subject")
    connect(home / "supervisor").close()


def test_a_kernel_inherits_nothing_of_what_others_hand_in(neighbours: Neighbours) -> None:
    """Are the files beside one notebook, and its kernel's key, in no memory from which another one is forked?"""
    canary = f"NEIGHBOUR{secrets.token_hex(8)[:15]}".encode()
    files, waiting = {"own.txt": canary}, "import subprocess; subprocess.run(['sleep', '5'])"
    thread, results = beside(neighbours.second, waiting, files)
    wait_for(neighbours.second, "sleep")
    assert neighbours.first.shown(HUNT, **PATIENT) == ["found: set()"]
    thread.join()
    assert results[0].points == 5
    # Nor what the worker's own last notebook brought along.
    assert neighbours.second.shown(HUNT, **PATIENT) == ["found: set()"]
    own, found = beside(neighbours.second, HUNT, files)
    own.join()
    assert base64.b64encode(canary).decode() in told(found)  # the hunt finds what is there


def test_a_notebook_without_threads_left_takes_none_from_another(neighbours: Neighbours) -> None:
    """Do processes and threads count for the notebook that starts them alone?"""
    thread, results = beside(neighbours.second, GREEDY + "\nsubprocess.run(['true'])")
    until = time.monotonic() + 30
    while max((one.num_threads() for one in processes_of(neighbours.second)), default=0) < LIMITS.processes // 2:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert neighbours.first.shown(MODEST, **PATIENT)[0].endswith("all ran")
    thread.join()
    assert "no more threads" in told(results)


def test_a_check_leaves_nothing_for_a_neighbours_check(neighbours: Neighbours) -> None:
    """Does what a check changes in the judge's modules end with it, for both workers?"""
    source = source_notebook()
    probe = "import json, coursepack.checks as checks\nassert not hasattr(json, 'left')\njson.left = checks.left = 1"
    for cell in source["cells"]:
        if cell["id"].endswith("-hidden"):
            cell["source"] = f"# Check\n### BEGIN HIDDEN TESTS\n{probe}\n### END HIDDEN TESTS"
    for lab in (neighbours.first, neighbours.second, neighbours.first):
        assert lab.grade(answered(), source=source, **PATIENT).lost == ()
