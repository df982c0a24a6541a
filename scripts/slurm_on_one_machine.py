"""Grade a class of 40 through Slurm on one machine; meanwhile kill a worker, and let a job reach its time limit.

    apt install munge slurmctld slurmd slurm-client
    pip install dask-jobqueue
    python scripts/slurm_on_one_machine.py

It needs root, as slurmd does, and neither systemd nor cgroups: all that it starts and writes lies in a folder of its
own, and ends with it. Three slurmd play three nodes of one core each. The class is that of the tests: two exercises,
without torch. It ends with exit code 1 if anything is lost.
"""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dask
from dask_jobqueue import SLURMCluster
from distributed import Client

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course  # noqa: E402

from coursepack.course import Course  # noqa: E402
from coursepack.grading.batch.read_results import read_results  # noqa: E402
from coursepack.grading.workspace import Workspace  # noqa: E402

NODES, STUDENTS, WRONG_EVERY = 3, 40, 8
# A test of one node after the other, so that the class is still being graded when something happens to a worker.
SLOW = "import time; time.sleep(3); return 2 * number"
KILL_AFTER, TIME_OUT_AFTER = 6, 14
# On a busy machine, the first result can take long.
WAITS = 1800
CONFIGURATION = """
ClusterName=one-machine
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmctldPort=7401
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
KillWait=5
NodeName=n[1-{nodes}] NodeHostname={host} NodeAddr=127.0.0.1 Port=[7411-{last}] CPUs=1 RealMemory=4000
PartitionName=grading Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def say(text: str) -> None:
    """Print a line with the time."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def said(*command: str) -> str:
    """Run one of Slurm's commands; return what it says."""
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return done.stdout.rstrip()


def show(*command: str) -> None:
    """Run one of Slurm's commands; print it and what it says."""
    say(f"$ {' '.join(command)}")
    print(said(*command), flush=True)


def state_of(job: str) -> str:
    """Return a job's state, such as RUNNING."""
    fields = said("scontrol", "-o", "show", "job", job).split()
    return next((field.partition("=")[2] for field in fields if field.startswith("JobState=")), "")


@contextlib.contextmanager
def slurm(folder: Path) -> Iterator[None]:
    """Run munged, slurmctld and a slurmd for each node, as long as the block lasts."""
    (folder / "state").mkdir()
    host = platform.node().split(".")[0]
    configuration, key = folder / "slurm.conf", folder / "munge.key"
    text = CONFIGURATION.format(host=host, folder=folder, nodes=NODES, last=7410 + NODES)
    configuration.write_text(text, encoding="utf-8")
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o600)
    os.environ["SLURM_CONF"] = str(configuration)
    files = {name: f"{folder}/munge.{name}" for name in ("socket", "pid", "log", "seed")}
    munged = ["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={files['socket']}"]
    munged += [f"--pid-file={files['pid']}", f"--log-file={files['log']}", f"--seed-file={files['seed']}"]
    started = [daemon(folder, *munged)]
    try:
        time.sleep(2)
        started.append(daemon(folder, "slurmctld", "-D"))
        started += [daemon(folder, "slurmd", "-D", "-N", f"n{node}") for node in range(1, NODES + 1)]
        wait_until(lambda: said("sinfo", "-h", "-t", "idle", "-o", "%D").strip() == str(NODES), "the nodes are idle")
        yield
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(60)


def daemon(folder: Path, *command: str) -> subprocess.Popen[bytes]:
    """Start a daemon in the foreground; what it says goes to a file."""
    with (folder / f"{command[0]}-{command[-1].lstrip('-')[:20].replace('/', '_')}.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, and fail if it takes too long."""
    deadline = time.monotonic() + WAITS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {WAITS} s: {what}")
        time.sleep(0.5)


def make_class(root: Path) -> Course:
    """Make a class in which every eighth student gets one exercise wrong."""
    course = make_tiny_course(root)
    for number in range(STUDENTS):
        wrong = {"treble": "return 0"} if number % WRONG_EVERY == 0 else {}
        hand_in(course, f"s{number:02}", answered(double=SLOW, **wrong))
    return course


def graded(course: Course) -> int:
    """Return how many submissions are in their place."""
    return len(list((course.root / "autograded").glob(f"*/{ASSIGNMENT}/{ASSIGNMENT}.ipynb")))


def grade_with_mishaps(course: Course, cluster: SLURMCluster, client: Client) -> int:
    """Grade the class; meanwhile kill a worker, and let another one's job reach its time limit."""
    command = [sys.executable, "-m", "coursepack", "grade", ASSIGNMENT, "--scheduler", cluster.scheduler_address]
    say(f"$ coursepack grade {ASSIGNMENT} --scheduler {cluster.scheduler_address}")
    with (course.root / "grade.txt").open("w", encoding="utf-8") as output:
        run = subprocess.Popen(command, cwd=course.root, stdout=output, stderr=output)  # noqa: S603
    try:
        hurt(course, client, run)
        code = run.wait(WAITS)
    finally:
        run.kill()
    show("squeue", "-o", "%i %T %M %l %N")
    return code


def hurt(course: Course, client: Client, run: subprocess.Popen[bytes]) -> None:
    """Kill a worker, and let another one's job reach its time limit."""
    wait_until(lambda: graded(course) >= KILL_AFTER or run.poll() is not None, "the first are graded")
    job, pid = next(iter(client.run(lambda: (os.environ["SLURM_JOB_ID"], os.getpid())).values()))
    os.kill(pid, signal.SIGKILL)
    say(f"{graded(course)} graded; killed the worker of job {job} (kill -9 {pid})")
    wait_until(lambda: graded(course) >= TIME_OUT_AFTER or run.poll() is not None, "more are graded")
    late = next(one for one, _ in client.run(lambda: (os.environ["SLURM_JOB_ID"], 0)).values() if one != job)
    say(f"{graded(course)} graded; job {late} may take a minute from its start, which is over")
    show("scontrol", "update", f"jobid={late}", "TimeLimit=1")
    wait_until(lambda: state_of(late) == "TIMEOUT", "the job runs out of time")
    say(f"{graded(course)} graded; job {late} is in state {state_of(late)}")


def lost(course: Course) -> int:
    """Print what the gradebook holds; return how many students have not got what they earned."""
    results = read_results(Workspace(course, ASSIGNMENT))
    expected = {f"s{number:02}": 3.0 if number % WRONG_EVERY == 0 else 5.0 for number in range(STUDENTS)}
    right = [result.student for result in results if result.has_score and result.score == expected[result.student]]
    say(f"{len(right)} of {STUDENTS} have the points that they earned")
    return STUDENTS - len(right)


def main() -> None:
    """Start Slurm, ask it for workers, grade, and say what was lost."""
    with tempfile.TemporaryDirectory(prefix="slurm-") as scratch, slurm(Path(scratch)):
        show("sinfo", "--version")
        show("sinfo")
        course = make_class(Path(scratch) / "course")
        dask.config.set({"distributed.admin.low-level-log-length": 10, "distributed.scheduler.allowed-failures": 0})
        with (
            SLURMCluster(
                queue="grading",
                cores=1,
                processes=1,
                memory="1GB",
                walltime="01:00:00",
                interface="lo",
                job_script_prologue=[f"cd {course.root}"],
                worker_extra_args=["--memory-limit", "0"],
                log_directory=scratch,
            ) as cluster,
            Client(cluster) as client,
        ):
            # A job that ends is replaced.
            cluster.adapt(minimum_jobs=NODES, maximum_jobs=NODES)
            client.wait_for_workers(NODES, timeout=WAITS)
            show("squeue", "-o", "%i %T %M %l %N")
            code = grade_with_mishaps(course, cluster, client)
            text = (course.root / "grade.txt").read_text(encoding="utf-8")
            print("\n".join(line for line in text.splitlines() if "graded (" not in line))
            say(f"exit code {code}")
            sys.exit(int(code != 0 or lost(course) != 0))


if __name__ == "__main__":
    main()
