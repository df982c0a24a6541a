"""Does `coursepack feedback` write every page that it can, and tell which it cannot?"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from graded_class import enter_assignment, enter_graded, enter_mark
from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course, source_notebook
from typer.testing import CliRunner

from coursepack.cli import app
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.feedback import class_feedback
from coursepack.feedback.class_feedback import check_pages, write_feedback
from coursepack.grading.submission.unknown_times import note_unknown_times
from coursepack.grading.workspace import GradingNote, Workspace
from coursepack.judge.verdict import Verdict
from coursepack.report.page import write_report

ESSAY = "**My answer**\n\n### BEGIN SOLUTION\nthe secret answer\n### END SOLUTION"
SCHEME = "How it is marked: by hand.\n\n### BEGIN MARK SCHEME\nOne point for the word sum.\n### END MARK SCHEME"
MESSAGE = "double (negative): value\n  call: double(-2)\n  got: 4\n  hint: add the number to itself"


def written(name: str, source: str, **marks: object) -> dict[str, object]:
    nbgrader = {
        "grade_id": name,
        "schema_version": 3,
        "grade": False,
        "locked": False,
        "solution": False,
        "task": False,
    }
    return {"cell_type": "markdown", "id": name, "metadata": {"nbgrader": nbgrader | marks}, "source": source}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny course with a written answer and its marking scheme, in its gradebook; only to be copied."""
    course = make_tiny_course(tmp_path_factory.mktemp("prepared") / "course")
    notebook = source_notebook()
    notebook["cells"] += [
        {"cell_type": "markdown", "id": "third", "metadata": {}, "source": "## Exercise 3: In words (4 points)"},
        written("essay", ESSAY, grade=True, solution=True, points=4),
        written("essay-marking", SCHEME, task=True, locked=True, points=0),
    ]
    course.notebook("source", ASSIGNMENT).write_text(json.dumps(notebook), encoding="utf-8")
    enter_assignment(Workspace(course, ASSIGNMENT))
    with Workspace(course, ASSIGNMENT).gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-03-01 12:00:00 UTC")
    return course.root


@pytest.fixture
def course(prepared: Path, tmp_path: Path) -> Course:
    import shutil

    shutil.copytree(prepared, tmp_path / "course")
    return Course(tmp_path / "course")


def submission(essay: str = "It is the sum.", **answers: str) -> nbformat.NotebookNode:
    notebook = answered(**answers)
    notebook["cells"].append(written("essay", essay, grade=True, solution=True, points=4))
    return nbformat.from_dict(notebook)


def page(course: Course, student: str) -> str:
    return (course.root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")


def text(shown: str) -> str:
    body = re.sub(r"<style>.*?</style>|<[^>]+>", " ", shown, flags=re.DOTALL)
    return " ".join(body.split())


def test_does_a_page_tell_score_exercises_reasons_and_comment(course: Course) -> None:
    wrong = submission(double="return number ** 2")
    workspace = enter_graded(
        course,
        ASSIGNMENT,
        "ann",
        wrong,
        {"double-hidden": (Verdict.FAILED, MESSAGE)},
        timestamp="2026-03-02 13:05:00 UTC",
    )
    write_feedback(course, ASSIGNMENT)
    shown = text(page(course, "ann"))
    assert "2 of 9 points so far" in shown and "4 points wait for the marker" in shown
    assert "Handed in 2026-03-02 13:05 UTC" in shown and "Late by 1 d 1 h" in shown
    assert "Exercise 1: Double a number ✗ failed 0 of 3" in shown
    assert "Exercise 2: Treble a number ✓ passed 2 of 2" in shown
    assert "Exercise 3: In words ✎ waiting for the marker of 4" in shown
    assert "0 of 4" not in shown and "0.0" not in shown
    assert "double (negative): value call double(-2) got 4 Hint: add the number to itself" in shown
    enter_mark(workspace, "ann", "essay", 3, "Say *why*, with $\\frac{1}{2}$.")
    write_feedback(course, ASSIGNMENT)
    marked = page(course, "ann")
    assert "5 of 9 points" in text(marked) and "so far" not in text(marked)
    assert "Say <em>why</em>" in marked and "<mfrac>" in marked
    assert "One point for the word sum" not in marked and "secret answer" not in marked


def test_are_times_those_of_the_courses_zone(course: Course) -> None:
    """Does a page follow the setting, summer time included, when it is entered later?"""
    with Workspace(course, ASSIGNMENT).gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-03-29 00:30:00 UTC")
    enter_graded(course, ASSIGNMENT, "ann", submission(), timestamp="2026-03-29 01:05:00 UTC")
    write_feedback(course, ASSIGNMENT)
    assert "Handed in 2026-03-29 01:05 UTC Due 2026-03-29 00:30 UTC" in text(page(course, "ann"))
    (course.root / "pyproject.toml").write_text('[tool.coursepack]\ntime_zone = "Europe/Berlin"\n', encoding="utf-8")
    write_feedback(course, ASSIGNMENT)
    assert "Handed in 2026-03-29 03:05 CEST Due 2026-03-29 01:30 CET" in text(page(course, "ann"))


def test_is_a_time_that_nobody_knows_shown_to_nobody(course: Course) -> None:
    """Do page and report say that the time is not known, and is the true one shown once it is written?"""
    stand_in = datetime.datetime(2026, 3, 1, 12, 0, 1)
    note_unknown_times(course, ASSIGNMENT, {"ann": stand_in})
    for student, moment in (("ann", "2026-03-01 12:00:01 UTC"), ("bob", "2026-03-01 13:00:00 UTC")):
        enter_graded(course, ASSIGNMENT, student, submission(), timestamp=moment)
    write_feedback(course, ASSIGNMENT)
    shown = text(page(course, "ann"))
    assert "Handed in after the due date; the time is not known Due 2026-03-01 12:00 UTC" in shown
    assert "Late by" not in shown and "Late by 1 h" in text(page(course, "bob"))
    report = write_report(course, ASSIGNMENT)
    assert "bob by 1 h ann after the due date; the time is not known" in text(report.read_text(encoding="utf-8"))
    rows = list(csv.DictReader(io.StringIO(report.with_suffix(".csv").read_text(encoding="utf-8-sig"))))
    assert [row["late_seconds"] for row in rows] == ["", "3600"]
    enter_graded(course, ASSIGNMENT, "ann", submission(), timestamp="2026-03-01 12:30:00 UTC")
    write_feedback(course, ASSIGNMENT)
    assert "Handed in 2026-03-01 12:30 UTC" in text(page(course, "ann")) and "Late by 30 min" in text(
        page(course, "ann")
    )


def test_are_unknown_times_read_once_for_a_class(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    for student in ("ann", "bob", "cy"):
        enter_graded(course, ASSIGNMENT, student, submission())
    read: list[str] = []
    read_text = Path.read_text

    def noted(path: Path, *arguments: Any, **options: Any) -> str:
        read.append(path.name)
        return read_text(path, *arguments, **options)

    monkeypatch.setattr(Path, "read_text", noted)
    write_feedback(course, ASSIGNMENT)
    assert read.count("unknown_times.json") == 1


def test_does_each_failure_link_to_the_code_and_to_the_check(course: Course) -> None:
    enter_graded(course, ASSIGNMENT, "ann", submission(), {"double-hidden": (Verdict.FAILED, MESSAGE)})
    write_feedback(course, ASSIGNMENT)
    shown = page(course, "ann")
    targets = set(re.findall(r'href="#([^"]+)"', shown))
    assert targets <= set(re.findall(r'id="([^"]+)"', shown))
    assert {"failed-1", "cell-4", "cell-6"} <= targets
    assert re.search(r'class="cell answer wrong" id="cell-4"', shown)
    assert "<details>" in shown and "42" not in text(shown)


def test_is_a_page_one_file_that_loads_nothing_and_runs_nothing(course: Course) -> None:
    enter_graded(course, ASSIGNMENT, "ann", submission(essay="<script>alert(1)</script><img src='https://e.org/x'>"))
    write_feedback(course, ASSIGNMENT)
    shown = page(course, "ann")
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in shown
    assert not re.search(r"<script|src=\"(?!data:)|<link|@import|url\(", shown)
    assert '<html lang="en">' in shown


def test_is_only_written_what_has_changed(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = enter_graded(course, ASSIGNMENT, "ann", submission())
    enter_graded(course, ASSIGNMENT, "bob", submission())
    write_feedback(course, ASSIGNMENT)
    enter_mark(workspace, "bob", "essay", 1)
    capsys.readouterr()
    assert write_feedback(course, ASSIGNMENT) == 0
    assert "1 written, 1 already there" in capsys.readouterr().out
    write_feedback(course, ASSIGNMENT, force=True)
    assert "2 written" in capsys.readouterr().out


def test_does_a_submission_without_a_page_stop_nobody(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = enter_graded(course, ASSIGNMENT, "ann", submission())
    enter_graded(course, ASSIGNMENT, "eve", submission())
    workspace.notebook("autograded", "eve").write_text("{", encoding="utf-8")
    hand_in(course, "bob", answered())
    hand_in(course, "cy", "not a notebook")
    workspace.write_record("cy", GradingNote("", "", "this is not a notebook"))
    assert write_feedback(course, ASSIGNMENT) == 1
    told = capsys.readouterr().out
    assert "bob: no page: not graded yet" in told and "cy: no page" not in told
    assert "eve: no page: " in told and "2 written, 2 without a page" in told
    assert page(course, "ann")


def test_does_a_student_learn_that_the_file_cannot_be_read(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """Does the page say what is wrong and what to do, and is it replaced once a readable file is graded?"""
    hand_in(course, "cy", "not a notebook <b>")
    assert write_feedback(course, ASSIGNMENT) == 0
    shown = page(course, "cy")
    assert "tiny.ipynb is not JSON (line 1)" in shown and "Hand the file in again" in text(shown)
    assert "Not graded" in text(shown) and not re.search(r"\b0 of|so far", text(shown))
    assert "default-src 'none'" in shown and '<html lang="en">' in shown
    write_feedback(course, ASSIGNMENT)
    assert "0 written, 1 already there" in capsys.readouterr().out
    enter_graded(course, ASSIGNMENT, "cy", submission())
    write_feedback(course, ASSIGNMENT)
    assert "so far" in text(page(course, "cy")) and "not JSON" not in page(course, "cy")


def test_is_our_fault_no_reason_to_hand_in_again(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(course, "cy", json.dumps(submission()))
    workspace = Workspace(course, ASSIGNMENT)
    ours = GradingNote(workspace.submission_digest("cy"), "", "the grading server ended", ours=True)
    workspace.write_record("cy", ours)
    assert write_feedback(course, ASSIGNMENT) == 1
    assert "cy: no page: the grading server ended" in capsys.readouterr().out


def test_is_a_newer_readable_file_not_told_as_unreadable(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(course, "cy", json.dumps(submission()))
    Workspace(course, ASSIGNMENT).write_record("cy", GradingNote("of an older file", "", "tiny.ipynb is not JSON"))
    assert write_feedback(course, ASSIGNMENT) == 1
    assert "cy: no page" in capsys.readouterr().out


def test_does_no_message_show_the_marking_scheme(course: Course) -> None:
    """Is a line of a marking scheme taken out of a message, markdown or not, and the rest of it kept?"""
    said = "your text: too short\n  got: One point for the *word* sum. And more"
    enter_graded(course, ASSIGNMENT, "ann", submission(), {"double-hidden": (Verdict.FAILED, said)})
    write_feedback(course, ASSIGNMENT)
    shown = text(page(course, "ann"))
    assert "your text: too short" in shown
    assert "One point for the" not in shown


def test_is_an_interrupted_page_not_left_half_written(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    enter_graded(course, ASSIGNMENT, "ann", submission())
    write_feedback(course, ASSIGNMENT)
    before = page(course, "ann")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert write_feedback(course, ASSIGNMENT, force=True) == 1
    assert page(course, "ann") == before


def test_is_an_unknown_student_refused(course: Course) -> None:
    enter_graded(course, ASSIGNMENT, "ann", submission())
    with pytest.raises(CoursepackError, match="zoe handed in no tiny"):
        write_feedback(course, ASSIGNMENT, ["zoe"])


def test_does_the_command_take_assignments_students_and_jobs(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    enter_graded(course, ASSIGNMENT, "ann", submission())
    asked = []
    monkeypatch.setattr(class_feedback, "write_feedback", lambda *names, **options: asked.append((names, options)) or 1)
    arguments = ["feedback", "--student", "ann", "-j", "3", "--force", "--course", str(course.root)]
    assert CliRunner().invoke(app, arguments).exit_code == 1
    assert asked == [((course, ASSIGNMENT, ["ann"]), {"jobs": 3, "force": True})]


def test_is_a_page_older_than_its_marks_not_returned(course: Course, tmp_path: Path) -> None:
    """Does `coursepack return` name whose page is out of date and what to do, and go on once it is made again?"""
    arguments = ["return", ASSIGNMENT, "--format", "canvas", "--into", str(tmp_path / "c.zip")]
    arguments += ["--course", str(course.root)]
    for student in ("ann", "bob", "cy"):
        workspace = enter_graded(course, ASSIGNMENT, student, submission())
    write_feedback(course, ASSIGNMENT)
    check_pages(course, ASSIGNMENT)
    enter_mark(workspace, "bob", "essay", 2)
    enter_mark(workspace, "cy", "essay", 2)
    (course.root / "feedback" / "cy" / ASSIGNMENT / f"{ASSIGNMENT}.html").write_text("not ours", encoding="utf-8")
    refused = CliRunner().invoke(app, arguments).exception
    assert isinstance(refused, CoursepackError)
    assert refused.what.endswith("has changed: bob") and refused.remedy == "make them again: coursepack feedback tiny"
    write_feedback(course, ASSIGNMENT, ["bob"])
    assert "known to come from Canvas" in str(CliRunner().invoke(app, arguments).exception)


def test_do_several_processes_write_the_same_pages(course: Course) -> None:
    for student in ("ann", "bob", "cy"):
        enter_graded(course, ASSIGNMENT, student, submission())
    write_feedback(course, ASSIGNMENT)
    alone = {student: page(course, student) for student in ("ann", "bob", "cy")}
    assert write_feedback(course, ASSIGNMENT, jobs=2, force=True) == 0
    assert {student: page(course, student) for student in alone} == alone
