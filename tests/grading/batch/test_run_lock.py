"""Does one run at a time grade an assignment?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, answered, hand_in

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.batch.class_run import Options, grade_class
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.batch.run_lock import only_run
from coursepack.grading.workspace import Workspace

HOLDER = """import sys, time
from pathlib import Path
from coursepack.course import Course
from coursepack.grading.workspace import Workspace
from coursepack.grading.batch.run_lock import only_run
with only_run(Workspace(Course(Path(sys.argv[1])), sys.argv[2])):
    print("held", flush=True)
    time.sleep(600)
"""


def holder_of(course: Course) -> subprocess.Popen[str]:
    """Start a process that holds the lock until it is killed."""
    command = [sys.executable, "-c", HOLDER, str(course.root), ASSIGNMENT]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_one_error_and_touches_nothing(tiny_course: Course) -> None:
    """Does it name the process that grades, and leave its scratch folder alone?"""
    hand_in(tiny_course, "ann", answered())
    workspace = Workspace(tiny_course, ASSIGNMENT)
    scratch = workspace.workshop / "half-done"
    scratch.mkdir(parents=True)
    with holder_of(tiny_course) as first:
        expected = rf"another run is grading tiny \(process {first.pid}, since \d\d:\d\d\)(.|\n)*wait for it to end"
        with pytest.raises(CoursepackError, match=expected):
            grade_class(tiny_course, ASSIGNMENT, Options())
        assert scratch.is_dir()
        assert not (tiny_course.root / "gradebook.db").exists()
        first.kill()


def test_a_dead_runs_lock_is_taken_over(tiny_course: Course) -> None:
    """Does a run that was killed, or whose machine lost power, stand in nobody's way?"""
    workspace = Workspace(tiny_course, ASSIGNMENT)
    with holder_of(tiny_course) as first:
        os.kill(first.pid, signal.SIGKILL)
    note = tiny_course.root / ".coursepack" / "locks" / "tiny.json"
    assert json.loads(note.read_text(encoding="utf-8"))["process"] == first.pid
    with only_run(workspace):
        assert json.loads(note.read_text(encoding="utf-8"))["process"] == os.getpid()
    assert not note.exists()


def test_another_assignment_can_be_graded_meanwhile(tiny_course: Course) -> None:
    with only_run(Workspace(tiny_course, ASSIGNMENT)), only_run(Workspace(tiny_course, "another")):
        pass


def test_a_lock_is_free_after_an_error(tiny_course: Course) -> None:
    workspace = Workspace(tiny_course, ASSIGNMENT)
    with pytest.raises(ZeroDivisionError), only_run(workspace):
        raise ZeroDivisionError
    with only_run(workspace):
        pass


@pytest.mark.parametrize("note", ["", "{}", '{"process": 1, "machine": "x", "since": "noon"}', "[]"])
def test_a_holder_that_has_not_said_who_it_is_is_still_one_error(tiny_course: Course, note: str) -> None:
    workspace = Workspace(tiny_course, ASSIGNMENT)
    with only_run(workspace):
        (tiny_course.root / ".coursepack" / "locks" / "tiny.json").write_text(note, encoding="utf-8")
        with pytest.raises(CoursepackError, match="another run is grading tiny\n"), only_run(workspace):
            pass


@pytest.mark.long
def test_two_runs_started_at_once_grade_everybody_once(tiny_course: Course) -> None:
    """Does one of two commands started together grade the class, and the other end with a message?"""
    for student in ("ann", "bob", "cat"):
        hand_in(tiny_course, student, answered(double="import time; time.sleep(0.5); return 2 * number"))
    command = [sys.executable, "-m", "coursepack", "grade", ASSIGNMENT, "--course", str(tiny_course.root)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    runs = [subprocess.Popen(command, cwd=Path.home(), **options) for _ in range(2)]  # type: ignore[call-overload]
    said = {run.pid: (run.communicate(timeout=300)[0], run.returncode) for run in runs}
    assert sorted(code for _, code in said.values()) == [0, 2], said
    [winner] = [pid for pid, (_, code) in said.items() if code == 0]
    [loser] = [text for text, code in said.values() if code == 2]
    assert f"another run is grading tiny (process {winner}" in loser
    assert "Traceback" not in loser
    assert {result.score for result in read_results(Workspace(tiny_course, ASSIGNMENT))} == {5.0}
