"""What a run costs beside its notebooks: CPU time of a small class, and memory of workers that wait for work.

    python benchmarks/start_up.py [small] [idle] [--jobs 8]

small: two submissions of ps1 with `coursepack grade -j 2`, the assignment in the gradebook already: CPU seconds of all
processes, those of ended ones included, and seconds of wall-clock time. idle: the proportional set size (PSS) of all
processes when `--jobs` workers are ready and grade nothing; a page that processes share counts once.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import sys
from pathlib import Path

from coursepack.kernel_environment import ONE_THREAD

os.environ |= ONE_THREAD
sys.path.insert(0, str(Path(__file__).parent))

import psutil
from grading import class_of, grade

from coursepack.course import Course
from coursepack.grading.batch.cluster import open_cluster
from coursepack.grading.notebook.worker import shared_worker

ASSIGNMENT = "ps1_conv_filters"
PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of what a killed process leaves behind, so that its CPU time counts too."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans() -> None:
    """Wait until nothing that was started is left."""
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return


def small_class() -> None:
    """Grade two submissions; print what all processes together took."""
    with class_of(ASSIGNMENT, 2) as course:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = grade(course, ASSIGNMENT, "-j", "2")
        reap_orphans()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"two submissions of {ASSIGNMENT}, -j 2: {cpu:.1f} CPU s, {seconds:.1f} s", flush=True)


def make_ready(root: Path, run: str) -> int:
    """Let a Dask worker get ready to grade; return its process."""
    shared_worker(Course(root), run=run)
    return os.getpid()


def idle_memory(jobs: int) -> None:
    """Print the memory of workers that are ready, with all that they started, and of the coordinator."""
    with class_of(ASSIGNMENT, 1) as course, open_cluster(jobs, None) as cluster:
        addresses = list(cluster._client.nthreads())
        made = [cluster._client.submit(make_ready, course.root, "idle", workers=[one], pure=False) for one in addresses]
        assert len({each.result() for each in made}) == jobs
        me = psutil.Process()
        sizes = {process: pss(process.pid) for process in (me, *me.children(recursive=True))}
        for process, size in sorted(sizes.items(), key=lambda item: -item[1]):
            print(f"  {size:6.0f} MiB {' '.join(process.cmdline())[:100]}")
        print(f"idle, -j {jobs}: {sum(sizes.values()):.0f} MiB (PSS) in {len(sizes)} processes", flush=True)


def pss(pid: int) -> float:
    """Return a process's proportional set size in MiB."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) / 1024


def main() -> None:
    """Measure what is named; both by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=["small", "idle", []])
    parser.add_argument("--jobs", type=int, default=8)
    given = parser.parse_args()
    adopt_orphans()
    if not given.parts or "small" in given.parts:
        small_class()
    if not given.parts or "idle" in given.parts:
        idle_memory(given.jobs)


if __name__ == "__main__":
    main()
