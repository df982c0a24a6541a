"""Run grading tasks in processes on this machine or on any Dask cluster (https://distributed.dask.org)."""

from __future__ import annotations

import contextlib
import logging
import math
import multiprocessing
import queue
import signal
import time
import traceback
import uuid
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import dask
import distributed.utils
from distributed import Client, Future, LocalCluster, Nanny, WorkerPlugin, get_worker
from distributed.scheduler import KilledWorker

from coursepack.errors import CoursepackError
from coursepack.grading.batch.task import Graded, NotGraded, RunInput, Task, Unreadable, grade

_log = logging.getLogger(__name__)

# Dask gives up what was on a lost worker, run or waiting, at once: the second try is ours, and apart from all others.
LOST_WORKERS = 0
# What Dask does for those who watch their computations, and what would cost the graders time and memory: it keeps its
# last messages (here, whole submissions), and looks a hundred times a second at what each worker is doing.
LIGHT = {
    "distributed.admin.low-level-log-length": 10,
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.scheduler.active-memory-manager.start": False,
}
# Number of tasks queued at a worker, so that it never waits for the coordinator.
AHEAD = 2
# How many results are handed back at a time, if so many have come.
TOGETHER = 8
# Bytes of submissions that are under way: of students who hand in the largest files, fewer are sent at a time.
MOST_UNDER_WAY = 512 * 2**20
POLL_SECONDS = 0.5
# How often the scheduler is asked how many workers it has: the question takes as long as some other part of a
# submission's way through Dask, and workers seldom come and go.
ASK_SECONDS = 1.0
CONNECT_SECONDS = 30
LOST = "the worker that graded it was lost, twice: perhaps it ran out of memory"


# A task with its result, or with the reason why there is none.
Finished = tuple[Task, Graded | NotGraded | Unreadable]
# The same for one task; an error if the worker can grade none.
Outcome = Graded | NotGraded | Unreadable | CoursepackError


class LostClusterError(CoursepackError):
    """The connection to the scheduler broke."""


class _IgnoreInterrupt(WorkerPlugin):  # type: ignore[misc]
    """Make a local worker ignore Ctrl-C, which the terminal sends to all: the coordinator shuts the worker down."""

    name = "coursepack-deaf"

    def setup(self, worker: Any) -> None:
        """Ignore the interrupt if this is the main thread."""
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Given(WorkerPlugin):  # type: ignore[misc]
    """Keeps at a worker what the tasks of one run have in common.

    Args:
        run: that.
    """

    def __init__(self, run: RunInput) -> None:
        # Several coordinators may share a cluster.
        self.name, self.run = f"coursepack-{uuid.uuid4().hex}", run


def _grade_given(task: Task, run: str) -> Graded | Unreadable:
    """Grade a task on a worker that was given what it has in common with others, under the name `run`."""
    return grade(task, get_worker().plugins[run].run)


class Cluster:
    """Grade tasks on Dask workers.

    Args:
        client: a client connected to the scheduler.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._room, self._asked = 0, -math.inf

    @property
    def slots(self) -> int:
        """How many submissions can be graded at once now."""
        return max(1, sum(int(threads) for threads in self._client.nthreads().values()))

    def _most(self) -> int:
        """Return how many submissions should be with the workers."""
        if time.monotonic() - self._asked >= ASK_SECONDS:
            self._room, self._asked = self.slots * AHEAD, time.monotonic()
        return self._room

    def grade(self, tasks: Iterable[Task], run: RunInput) -> Iterator[list[Finished]]:
        """Yield every task with its result, or with the reason why there is none: a few that have finished at a time.

        What they have in common, `run`, goes to each worker once, to one that joins later as well. Tasks are taken from
        `tasks` as workers become free, so that a large class is never in memory as a whole. Tasks
        of a lost worker are tried again when everything else is done, one at a time, so that one student's notebook
        cannot spoil another's second try.

        Raises:
            LostClusterError: the scheduler is gone.
            CoursepackError: a worker cannot grade at all.
        """
        suspects = []
        with self._given(run) as name:
            for finished in self._grade(tasks, name):
                for task in (task for task, outcome in finished if outcome == NotGraded(LOST)):
                    _log.warning("%s: its worker was lost; it is tried once more when all else is done", task.student)
                    suspects.append(task)
                if kept := [(task, outcome) for task, outcome in finished if outcome != NotGraded(LOST)]:
                    yield kept
            for task in suspects:
                yield from self._grade([task], name)

    @contextlib.contextmanager
    def _given(self, run: RunInput) -> Iterator[str]:
        """Give all workers, now and later, what a run's tasks have in common; yield the name they know it by.

        Dask's own way, `scatter`, would not do: what is scattered is lost with the workers that hold it, and Dask would
        rather wait for those than send a task to one that has just joined.
        """
        plugin = _Given(run)
        try:
            self._client.register_plugin(plugin)
        except OSError as error:
            remedy = "repeat the command: Dask has noticed by then that the worker is gone"
            raise CoursepackError(f"a worker of the cluster does not answer: {error}"[:300], remedy=remedy) from error
        try:
            yield plugin.name
        finally:
            with contextlib.suppress(Exception):
                self._client.unregister_worker_plugin(plugin.name)

    def _grade(self, tasks: Iterable[Task], run: str) -> Iterator[list[Finished]]:
        running: dict[Future, Task] = {}
        finished: queue.SimpleQueue[Future] = queue.SimpleQueue()
        waiting = iter(tasks)
        more, under_way = True, 0
        try:
            while more or running:
                while more and len(running) < self._most() and under_way < MOST_UNDER_WAY:
                    task = next(waiting, None)
                    more = task is not None
                    if task is not None:
                        under_way += task.size
                        future = self._submit(task, run)
                        running[future] = task
                        future.add_done_callback(finished.put)
                done = [future for future in self._next(finished) if future in running] if running else []
                ended = [(running.pop(future), outcome) for future, outcome in self._outcomes(done)]
                under_way -= sum(task.size for task, _ in ended)
                if results := [(task, outcome) for task, outcome in ended if not isinstance(outcome, CoursepackError)]:
                    yield results
                for error in (outcome for _, outcome in ended if isinstance(outcome, CoursepackError)):
                    raise error
        finally:
            with contextlib.suppress(Exception):
                self._client.cancel(list(running), force=True)

    def _submit(self, task: Task, run: str) -> Future:
        with warnings.catch_warnings():
            # Dask prefers large files on a shared disk; here nothing is shared.
            warnings.filterwarnings("ignore", message="Sending large graph")
            return self._client.submit(_grade_given, task, run, pure=False)

    def _next(self, finished: queue.SimpleQueue[Future]) -> list[Future]:
        """Return futures that are done, at most TOGETHER, or none after a short wait, so that Ctrl-C works."""
        done: list[Future] = []
        try:
            done.append(finished.get(timeout=POLL_SECONDS))
            while len(done) < TOGETHER:
                done.append(finished.get_nowait())
        except queue.Empty:
            if not done and self._client.status != "running":
                remedy = "start it again and repeat the command: what is graded stays graded"
                raise LostClusterError("the connection to the scheduler is lost", remedy=remedy) from None
        return done

    def _outcomes(self, done: Sequence[Future]) -> Iterator[tuple[Future, Outcome]]:
        """Yield each task that is done with its outcome; results are fetched all at once, for each trip costs time."""
        finished = [future for future in done if future.status == "finished"]
        fetched: dict[Future, Graded | Unreadable] = {}
        with contextlib.suppress(Exception):  # whichever it is that cannot be fetched
            fetched = dict(zip(finished, self._client.gather(finished), strict=True)) if finished else {}
        for future in done:
            yield future, fetched[future] if future in fetched else _outcome(future)


def _outcome(future: Future) -> Outcome:
    """Return a task's result, or the reason why there is none: an error if no task of this worker will have one."""
    error = future.exception() if future.status == "error" else None
    if error is None and future.status == "finished":
        try:
            result: Graded | Unreadable = future.result()
            return result
        except Exception as lost:  # its worker ended with the result
            error = lost
    if isinstance(error, KilledWorker):
        return NotGraded(LOST)
    if isinstance(error, CoursepackError):
        return error
    if error is None:
        return NotGraded(f"its grading was {future.status}")
    told = f"an error in coursepack itself, please report it: {type(error).__name__}: {error}"[:500]
    return NotGraded(told.replace("\n", " "), "".join(traceback.format_exception(error)))


@contextlib.contextmanager
def open_cluster(jobs: int, scheduler: str | None) -> Iterator[Cluster]:
    """Connect to a scheduler, or start workers on this machine.

    Args:
        jobs: how many local workers.
        scheduler: a Dask scheduler's address, such as "tcp://host:8786"; None for this machine alone.

    Raises:
        CoursepackError: there is no scheduler at that address, or it has no workers.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set(LIGHT))
        if scheduler is not None:
            yield Cluster(stack.enter_context(_remote(scheduler)))
            return
        settings = {
            "distributed.scheduler.allowed-failures": LOST_WORKERS,
            # The nanny watches only the Dask worker; the engine watches what a notebook uses.
            "distributed.worker.daemon": True,
            # Workers are forks of one process, which imports once what they need.
            "distributed.worker.multiprocessing-method": "forkserver",
        }
        multiprocessing.set_forkserver_preload(["coursepack.grading.batch.worker_preload"])
        distributed.utils._forkserver_preload_set = True  # Dask's own list is longer: pandas is on it.
        stack.enter_context(dask.config.set(settings))
        local = LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            worker_class=Nanny,
            memory_limit=0,
            # Any free port on this machine only: without an address Dask uses 8787, on all networks.
            dashboard_address="localhost:0",
            silence_logs=logging.CRITICAL,
        )
        stack.enter_context(local)
        # Results need not pass through the scheduler, which is this process.
        client = stack.enter_context(Client(local, direct_to_workers=True))
        client.register_plugin(_IgnoreInterrupt())
        _log.info("%d workers started on this machine", jobs)
        yield Cluster(client)
        _log.info("the workers are sent home")


@contextlib.contextmanager
def _remote(scheduler: str) -> Iterator[Client]:
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        remedy = "start one with `dask scheduler` and give its address, such as tcp://host:8786"
        raise CoursepackError(f"there is no Dask scheduler at {scheduler}", remedy=remedy) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            remedy = f"start some with `dask worker {scheduler} --nthreads 1` in the course's folder"
            raise CoursepackError(f"the scheduler at {scheduler} has no workers", remedy=remedy) from error
        _log.info("connected to %s, which has %d workers", scheduler, len(client.nthreads()))
        yield client
