"""What a run costs beside its notebooks; `benchmarks/grading.py start` measures it."""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Callable
from pathlib import Path

import psutil

from coursepack.course import Course
from coursepack.grading.batch.cluster import open_cluster
from coursepack.grading.notebook.worker import shared_worker

PR_SET_CHILD_SUBREAPER = 36


def cpu_of_all(run: Callable[[], float]) -> tuple[float, float]:
    """Return the CPU seconds of all processes that `run` starts, also of those that are killed, and what it returns."""
    # What a killed process leaves behind becomes our child, so that its CPU time counts too.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    returned = run()
    try:
        while True:
            os.wait()
    except ChildProcessError:
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, returned


def idle_memory(course: Course, jobs: int) -> float:
    """Return the memory in MiB of workers that are ready and grade nothing, with all that they started, and of us.

    It is the proportional set size: a page that several processes share counts once.
    """
    with open_cluster(jobs, None) as cluster:
        client = cluster._client
        waiting = [client.submit(_make_ready, course.root, workers=[one], pure=False) for one in client.nthreads()]
        if len({each.result() for each in waiting}) != jobs:
            raise SystemExit("not every worker got ready")
        me = psutil.Process()
        sizes = {process: _pss(process.pid) for process in (me, *me.children(recursive=True))}
        for process, size in sorted(sizes.items(), key=lambda item: -item[1]):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                print(f"  {size:6.0f} MiB {' '.join(process.cmdline())[:100]}")
        return sum(sizes.values())


def _make_ready(root: Path) -> int:
    """Let a Dask worker get ready to grade; return its process."""
    shared_worker(Course(root), run="idle")
    return os.getpid()


def _pss(pid: int) -> float:
    """Return a process's proportional set size in MiB; 0 if it has ended meanwhile."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) / 1024
