"""Does a class get its grades from a Dask cluster whose parts were started by hand, as docs/cluster.md says?"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed.scheduler import KilledWorker
from tiny_course import ASSIGNMENT, answered, hand_in

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.batch import cluster, task
from coursepack.grading.batch.class_run import ClassRun, Options, grade_class
from coursepack.grading.batch.code_digest import code_digest
from coursepack.grading.batch.extra_files import own_files
from coursepack.grading.batch.gradebook_writer import GradebookWriter
from coursepack.grading.batch.provenance import of_run
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.workspace import Workspace
from coursepack.notebooks.reading import read_notebook

REPOSITORY = Path(__file__).resolve().parents[3]
WAITS = 120


def started(*words: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start a command of Dask's in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End a command and what it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


@pytest.fixture
def by_hand(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler with two workers on this machine, each in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    parts = [started("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", folder=tmp_path)]
    options = ["--nthreads", "1", "--memory-limit", "0", "--no-dashboard", "--host", "127.0.0.1"]
    parts += [started("worker", address, *options, folder=REPOSITORY) for _ in range(2)]
    yield address
    for part in reversed(parts):
        end(part)


@pytest.mark.long
def test_two_workers_started_by_hand_share_a_class(tiny_course: Course, by_hand: str) -> None:
    for number in range(6):
        # Long enough that neither worker can take all of them.
        hand_in(tiny_course, f"student-{number}", answered(double="import time; time.sleep(1); return 2 * number"))
    hand_in(tiny_course, "wrong", answered(treble="return 0"))
    with cluster.open_cluster(1, by_hand) as both:
        deadline = time.monotonic() + WAITS
        while both.slots < 2:
            assert time.monotonic() < deadline, "the second worker did not come"
            time.sleep(0.2)
    assert grade_class(tiny_course, ASSIGNMENT, Options(scheduler=by_hand)) == 0
    found = {result.student: result.score for result in read_results(Workspace(tiny_course, ASSIGNMENT))}
    assert found == {**{f"student-{number}": 5.0 for number in range(6)}, "wrong": 3.0}


def test_what_was_sent_is_not_kept() -> None:
    """Does the coordinator's memory not grow with the class? Dask would keep a thousand messages, notebooks and all."""
    most = cluster.LIGHT["distributed.admin.low-level-log-length"]
    with cluster.open_cluster(1, None) as local:
        client = local._client
        for number in range(most + 5):
            assert client.submit(len, bytes(number), pure=False).result() == number
        logs = [comm.recent_message_log for comm in client.cluster.scheduler.stream_comms.values()]
        assert logs
        assert all(len(log) <= most for log in logs)


def test_nobody_samples_what_the_workers_do() -> None:
    """Dask looks at what runs a hundred times a second: is that left out, for a grader is watched by the engine?"""
    with cluster.open_cluster(1, None) as local:
        (callbacks,) = local._client.run(lambda dask_worker: sorted(dask_worker.periodic_callbacks)).values()
    assert "heartbeat" in callbacks
    assert not [name for name in callbacks if "profile" in name]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "sent",
    [
        task.Task("ann", b"a notebook", {"own.txt": b"hello"}, "tiny.ipynb"),
        task.Graded("ann", b"a notebook", "{}", {"double": "12"}, {"double": {"source": "2"}}, ("a note",)),
    ],
    ids=["submission", "result"],
)
def test_what_is_sent_arrives_unchanged_and_its_bytes_are_not_copied(sent: Any, protocol: int) -> None:
    assert pickle.loads(pickle.dumps(sent, protocol)) == sent
    if protocol >= task.PEP_574:
        apart: list[pickle.PickleBuffer] = []
        told = pickle.dumps(sent, protocol, buffer_callback=apart.append)
        assert b"a notebook" not in told
        for buffers in (apart, [bytearray(one.raw()) for one in apart], [one.raw() for one in apart]):
            arrived = pickle.loads(told, buffers=buffers)
            assert arrived == sent and all(type(value) is not memoryview for value in vars(arrived).values())


def test_what_a_run_has_in_common_reaches_workers_that_join_later_and_goes_with_the_run() -> None:
    with cluster.open_cluster(1, None) as local:
        client = local._client
        with local._given(task.RunInput("the source", "the student version", "/course")) as name:
            client.cluster.scale(2)
            client.wait_for_workers(2, timeout=WAITS)
            sources = client.run(lambda dask_worker: dask_worker.plugins[name].run.source)
            assert list(sources.values()) == ["the source"] * 2
        left = client.run(lambda dask_worker: name in dask_worker.plugins)
        assert not any(left.values())


def test_a_task_holds_one_submission_and_nothing_that_all_have_in_common(tiny_course: Course) -> None:
    """Is the source, and what lies beside it, not sent with every submission?"""
    (tiny_course.root / "source" / ASSIGNMENT / "shared.csv").write_text("of the assignment", encoding="utf-8")
    (hand_in(tiny_course, "ann", answered()).parent / "own.csv").write_text("of the student", encoding="utf-8")
    workspace = Workspace(tiny_course, ASSIGNMENT)
    run = of_run(workspace, Options().limits(workspace))
    grading = ClassRun(workspace, GradebookWriter(workspace, None), Options(), run, own_files(workspace))
    (one,) = grading._tasks(["ann"], [])
    assert dict(one.files) == {"own.csv": b"of the student"}
    assert dict(grading._given.files) == {"shared.csv": b"of the assignment"}
    assert b"double(21)" not in pickle.dumps(one)
    assert "double(21)" in grading._given.source


class Prompt:
    """Stands in for a future that ends, without a result, as soon as somebody wants to be told of its end."""

    status = "cancelled"

    def add_done_callback(self, tell: Callable[[Prompt], None]) -> None:
        tell(self)


@pytest.mark.parametrize(("most", "ahead"), [(2**30, 8), (35, 4), (1, 1)])
def test_are_large_submissions_sent_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch, most: int, ahead: int) -> None:
    """Or do the coordinator's queues fill its memory?"""
    monkeypatch.setattr(cluster, "MOST_UNDER_WAY", most)
    monkeypatch.setattr(cluster.Cluster, "slots", 4)
    local = cluster.Cluster(types.SimpleNamespace(cancel=lambda *_, **__: None))
    monkeypatch.setattr(local, "_submit", lambda *_: Prompt())
    taken: list[int] = []
    tasks = (task.Task(str(taken.append(number)), bytes(8), {"beside": bytes(2)}) for number in range(20))
    done = 0
    for finished in local._grade(tasks, "run"):
        assert len(taken) == min(20, done + ahead)
        done += len(finished)
        assert 1 <= len(finished) <= cluster.TOGETHER
    assert done == 20


def test_are_workers_not_counted_for_each_submission(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each count is a question to the scheduler and its answer."""
    asked: list[object] = []

    def counted(_: object) -> int:
        asked.append(None)
        return 4

    monkeypatch.setattr(cluster.Cluster, "slots", property(counted))
    monkeypatch.setattr(cluster, "ASK_SECONDS", 1000)
    local = cluster.Cluster(types.SimpleNamespace(cancel=lambda *_, **__: None))
    monkeypatch.setattr(local, "_submit", lambda *_: Prompt())
    tasks = (task.Task(str(number), b"") for number in range(20))
    assert sum(len(finished) for finished in local._grade(tasks, "run")) == 20
    assert len(asked) == 1


class Useless(Prompt):
    """Stands in for a future of a worker that cannot grade at all."""

    status = "error"

    def exception(self) -> CoursepackError:
        return CoursepackError("no jail")


def test_does_a_useless_worker_cost_no_result_that_came_in_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Are the others handed on before the run ends with the error?"""
    monkeypatch.setattr(cluster.Cluster, "slots", 4)
    local = cluster.Cluster(types.SimpleNamespace(cancel=lambda *_, **__: None))
    monkeypatch.setattr(local, "_submit", lambda one, _: Useless() if one.student == "1" else Prompt())
    results = local._grade((task.Task(str(number), b"") for number in range(4)), "run")
    assert [one.student for one, _ in next(results)] == ["0", "2", "3"]
    with pytest.raises(CoursepackError, match="no jail"):
        next(results)


@pytest.mark.parametrize("lost", [KilledWorker("ann", None, 0), OSError("its worker has ended")])
def test_does_a_result_that_is_lost_on_its_way_cost_no_other(lost: Exception) -> None:
    """Results are fetched all at once: what if a worker ends with one of them, which it has announced?"""

    class Announced:
        """Stands in for a future whose worker has said that it is done."""

        status = "finished"

        def __init__(self, value: Any) -> None:
            self.value = value

        def result(self) -> Any:
            if isinstance(self.value, Exception):
                raise self.value
            return self.value

    fine = task.Unreadable("empty")
    done = [Announced(fine), Announced(lost), Announced(fine)]
    client = types.SimpleNamespace(gather=lambda futures: [future.result() for future in futures])
    found = [outcome for _, outcome in cluster.Cluster(client)._outcomes(done)]  # type: ignore[arg-type]
    assert [found[0], found[2]] == [fine, fine]
    assert isinstance(found[1], task.NotGraded)
    assert (found[1].problem == cluster.LOST) == isinstance(lost, KilledWorker)


def test_a_notebook_for_a_worker_is_the_same_as_one_in_a_file(tiny_course: Course) -> None:
    notebook = read_notebook(tiny_course.notebook("source", ASSIGNMENT))
    notebook.cells[0].source = "# Ünïcode ≠ ASCII\n\n\ud800"
    compact = task.as_compact_json(notebook)
    assert "\n" not in compact
    assert task.read_json(compact) == task.read_json(task.as_json(notebook)) == notebook


def test_no_scheduler_is_one_message(tiny_course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(tiny_course, "ann", answered())
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(CoursepackError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9"):
        grade_class(tiny_course, ASSIGNMENT, Options(scheduler="tcp://127.0.0.1:9"))


def test_an_address_of_another_kind_is_one_message(tiny_course: Course) -> None:
    hand_in(tiny_course, "ann", answered())
    with pytest.raises(CoursepackError, match="no Dask scheduler at elsewhere"):
        grade_class(tiny_course, ASSIGNMENT, Options(scheduler="elsewhere://x"))


def test_a_worker_without_the_coordinators_folder_uses_its_own(
    tiny_course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_course.root / "source")
    assert task._course(Path("/nowhere/course")) == tiny_course
    monkeypatch.chdir(tmp_path.parent)
    with pytest.raises(CoursepackError, match="a worker was not started in the course's folder"):
        task._course(Path("/nowhere/course"))


def test_another_version_is_refused(tiny_course: Course) -> None:
    """Is a worker refused whose code is another, although both call themselves 0.1.0?"""
    other = task.RunInput("{}", "{}", str(tiny_course.root), code=f"{code_digest()}0")
    with pytest.raises(CoursepackError, match="a worker's coursepack is not the coordinator's"):
        task.grade(task.Task("ann", b"{}"), other)
