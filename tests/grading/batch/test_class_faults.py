"""Does a class come to its end, and lose nothing, whatever happens to a file, a process or the gradebook meanwhile?"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course, source_notebook

from coursepack.course import Course
from coursepack.grading.batch.class_run import Options, grade_class
from coursepack.grading.batch.cluster import LOST
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.results import Status, SubmissionResult
from coursepack.grading.workspace import Workspace

pytestmark = pytest.mark.long
# Before, between and after the others.
GOOD = ("ann", "lea", "zoe")
SECRET = "of somebody else"
RUBBISH = b"no database at all" * 500
# The worker is whoever connected to the judge. A hidden test, written by an author, kills it if an answer asks for it.
KILLER = """import contextlib, os, pathlib, signal, socket, struct, time
wish, mark = treble(0), pathlib.Path({mark!r})
if wish == "always" or (wish == "once" and not mark.exists()):
    mark.touch()
    for number in map(int, os.listdir("/proc/self/fd")):
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(number)) as connection:
            peer, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            if b"forkserver" in pathlib.Path(f"/proc/{{peer}}/cmdline").read_bytes():
                os.kill(peer, signal.SIGKILL)
    time.sleep(30)
assert treble(5) == 15"""


def hand_in_faults(course: Course) -> dict[str, str]:
    """Hand in one submission of each fault of a file; return what must be said of each."""
    for student in (
        "bob-renamed",
        "eve-linked",
        "fay-folder",
        "hal-huge",
        "jim-nothing",
        "kit-linked-file",
        "max-extra",
    ):
        (course.root / "submitted" / student / ASSIGNMENT).mkdir(parents=True)
    folder = {path.name: path / ASSIGNMENT for path in (course.root / "submitted").iterdir()}
    (folder["bob-renamed"] / "mine.ipynb").write_text(json.dumps(answered()), encoding="utf-8")
    (folder["eve-linked"] / "tiny.ipynb").symlink_to(folder["ann"] / "tiny.ipynb")
    (folder["fay-folder"] / "tiny.ipynb").mkdir()
    with (folder["hal-huge"] / "tiny.ipynb").open("wb") as file:
        file.truncate(200_000_000)
    reader = "print(open('notes.txt').read()) if __import__('os').path.exists('notes.txt') else print('none')"
    notebook = answered()
    notebook["cells"][7]["source"] += f"\n{reader}"
    hand_in(course, "kit-linked-file", notebook)
    (course.root / "secret.txt").write_text(SECRET, encoding="utf-8")
    (folder["kit-linked-file"] / "notes.txt").symlink_to(course.root / "secret.txt")
    (folder["kit-linked-file"] / "up").symlink_to(course.root)
    hand_in(course, "max-extra", answered())
    (folder["max-extra"] / "tiny-Copy1.ipynb").write_text("broken", encoding="utf-8")
    (folder["max-extra"] / "other.ipynb").write_text(json.dumps(answered(double="return 0")), encoding="utf-8")
    return {
        "bob-renamed": "tiny.ipynb is missing; the folder holds mine.ipynb",
        "eve-linked": "is a link to another file",
        "fay-folder": "tiny.ipynb is missing",
        "hal-huge": "has 200 MB; at most 50 MB are read",
        "jim-nothing": "tiny.ipynb is missing",
    }


def results_of(course: Course) -> dict[str, SubmissionResult]:
    return {result.student: result for result in read_results(Workspace(course, ASSIGNMENT))}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A tiny course with three right submissions."""
    course = make_tiny_course(tmp_path / "course")
    for student in GOOD:
        hand_in(course, student, answered())
    return course


def test_faults_of_files_cost_their_own_submission(
    course: Course, scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is each fault one line, and every other submission graded as if it were not there?"""
    said = hand_in_faults(course)
    assert grade_class(course, ASSIGNMENT, Options(scheduler=scheduler)) == 1
    results, lines = results_of(course), capsys.readouterr().out.splitlines()
    for student, words in said.items():
        assert (results[student].status, results[student].score) == (Status.NOT_GRADED, 0.0)
        assert words in results[student].problem
        assert sum(words in line for line in lines if line.startswith(f"{student}: ")) == 1
    for student in (*GOOD, "kit-linked-file", "max-extra"):
        assert (results[student].status, results[student].score) == (Status.GRADED, 5.0)
    graded = [path for path in (course.root / "autograded").rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in path.read_bytes() for path in graded)
    assert not any(path.is_symlink() for path in graded)


def ask_to_kill(course: Course, student: str, wish: str) -> None:
    """Hand in right answers with a wish to the hidden test."""
    hand_in(course, student, answered(treble=f"return {wish!r} if number == 0 else 3 * number"))


def test_a_lost_worker_costs_at_most_one_submission(course: Course) -> None:
    """Is a submission whose worker was killed once graded elsewhere, and one that always loses it recorded?"""
    notebook = source_notebook()
    text = KILLER.format(mark=str(course.root / "killed-once"))
    notebook["cells"][8]["source"] = f"# Check treble\n### BEGIN HIDDEN TESTS\n{text}\n### END HIDDEN TESTS"
    course.notebook("source", ASSIGNMENT).write_text(json.dumps(notebook), encoding="utf-8")
    for student, wish in (("bob", "once"), ("mad", "always")):
        ask_to_kill(course, student, wish)
    for number in range(4):
        hand_in(course, f"more-{number}", answered())
    assert grade_class(course, ASSIGNMENT, Options(jobs=2)) == 1
    results = results_of(course)
    assert (results["mad"].status, results["mad"].problem, results["mad"].score) == (Status.NOT_GRADED, LOST, 0.0)
    assert {student: result.score for student, result in results.items() if student != "mad"} == dict.fromkeys(
        (*GOOD, "bob", *(f"more-{number}" for number in range(4))), 5.0
    )


def grade_apart(course: Course) -> subprocess.Popen[str]:
    """Start `coursepack grade` as a user would, with one worker."""
    command = [sys.executable, "-m", "coursepack", "grade", ASSIGNMENT, "--course", str(course.root), "-j", "1"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is so; return whether it came to be."""
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


def test_a_killed_coordinator_leaves_nothing_half(course: Course) -> None:
    """Does the next run finish what a killed one began, and change nothing that was graded?"""
    for number in range(3):
        hand_in(course, f"slow-{number}", answered(double="import time; time.sleep(0.5); return number + number"))
    workspace = Workspace(course, ASSIGNMENT)
    with grade_apart(course) as first:
        assert wait_for(lambda: workspace.record("ann") is not None, 180)
        descendants = psutil.Process(first.pid).children(recursive=True)
        first.kill()
    assert wait_for(lambda: not any(map(lives, descendants)), 60)
    before = {path: path.stat().st_mtime_ns for path in (course.root / "autograded" / "ann").rglob("*")}
    with grade_apart(course) as second:
        out, _ = second.communicate(timeout=300)
    assert second.returncode == 0, out
    assert "already graded" in out
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert {result.score for result in results_of(course).values()} == {5.0}
    assert not list((course.root / ".coursepack").glob("grading/*"))


def lives(process: psutil.Process) -> bool:
    """Tell whether a process runs."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def message_of(course: Course) -> str:
    """Run `coursepack grade`, which must end with a message about the gradebook, and return that."""
    with grade_apart(course) as run:
        out, _ = run.communicate(timeout=300)
    assert run.returncode == 2, out
    assert "Traceback" not in out
    assert "gradebook" in out
    return out


def test_a_gradebook_that_was_never_one_is_left_alone(course: Course) -> None:
    """Is a file that is no database told, and not written to?"""
    book = course.root / "gradebook.db"
    book.write_bytes(RUBBISH)
    assert "not a database" in message_of(course)
    assert book.read_bytes() == RUBBISH


def test_a_locked_or_damaged_gradebook_loses_nothing(course: Course) -> None:
    """Does a run that meets one end with a message, and the next one grade what is left?"""
    config = course.root / "nbgrader_config.py"
    patience = f'c.CourseDirectory.db_url = "sqlite:///{course.root}/gradebook.db?timeout=1"\n'
    config.write_text(config.read_text(encoding="utf-8") + patience, encoding="utf-8")
    with grade_apart(course) as run:
        out, _ = run.communicate(timeout=300)
    assert run.returncode == 0, out
    hand_in(course, "max", answered())
    book, kept = course.root / "gradebook.db", course.root / "kept.db"
    other = sqlite3.connect(book, isolation_level=None)
    other.execute("begin exclusive")
    assert "locked" in message_of(course)
    other.execute("rollback")
    other.close()
    shutil.copy(book, kept)
    book.write_bytes(RUBBISH)
    assert "not a database" in message_of(course)
    assert book.read_bytes() == RUBBISH
    shutil.copy(kept, book)
    with grade_apart(course) as run:
        out, _ = run.communicate(timeout=300)
    assert run.returncode == 0, out
    assert "3 already graded" in out
    assert {result.score for result in results_of(course).values()} == {5.0}
