"""Is a crash of ours nobody's zero: not graded, told to the instructor, and tried again?"""

from __future__ import annotations

import json

import pytest
from tiny_course import ASSIGNMENT, answered, hand_in, source_notebook

from coursepack.course import Course
from coursepack.grading.batch.class_run import Options, grade_class
from coursepack.grading.batch.cluster import _outcome
from coursepack.grading.batch.console import CROWD, suspect_checks
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.results import CellResult, CellStatus, Status, SubmissionResult
from coursepack.grading.workspace import Workspace
from coursepack.judge.process import ENDED

CLASS = tuple(f"student-{number}" for number in range(CROWD + 1))
SECRET = "expected_of_treble"
BROKEN = f"{SECRET} = 15\nassert treble(5) == {SECRET}.value"
MISSING = f"from no_such_package import {SECRET}\nassert treble(5) == {SECRET}"
# Kills the judge at the answer of one student, however often it is asked.
FATAL = """import os, signal, time
if treble(0) == "kill":
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(5)
assert treble(5) == 15"""


def set_test(course: Course, text: str) -> None:
    """Give the course's second exercise another hidden test."""
    source = source_notebook()
    cell = next(cell for cell in source["cells"] if cell["id"] == "treble-hidden")
    cell["source"] = f"# Check that treble works\n### BEGIN HIDDEN TESTS\n{text}\n### END HIDDEN TESTS"
    course.notebook("source", ASSIGNMENT).write_text(json.dumps(source), encoding="utf-8")


def scores(course: Course) -> dict[str, float]:
    """Return what nbgrader's gradebook holds, whoever wrote it."""
    with Workspace(course, ASSIGNMENT).gradebook() as gradebook:
        return {one.student_id: one.score for one in gradebook.assignment_submissions(ASSIGNMENT)}


def results_of(course: Course) -> dict[str, SubmissionResult]:
    return {result.student: result for result in read_results(Workspace(course, ASSIGNMENT))}


def test_a_check_that_crashes_for_everyone_costs_nobody_a_point(
    tiny_course: Course, scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is a class whose check is broken not graded at all, and graded by the same command when the check is repaired?"""
    set_test(tiny_course, MISSING)
    for student in CLASS:
        hand_in(tiny_course, student, answered())
    workspace, options = Workspace(tiny_course, ASSIGNMENT), Options(scheduler=scheduler)
    assert grade_class(tiny_course, ASSIGNMENT, options) == 1
    said = capsys.readouterr().out
    assert scores(tiny_course) == {}
    assert {result.status for result in results_of(tiny_course).values()} == {Status.NOT_GRADED}
    assert not [path for student in CLASS for path in workspace.folder("autograded", student).rglob("*")]
    assert "grader error in treble-hidden" in said
    assert "autograded/.coursepack/tiny/*.log" in said
    assert "Traceback (most" not in said
    for student in CLASS:
        assert SECRET in workspace.log(student).read_text(encoding="utf-8")
    set_test(tiny_course, "assert treble(5) == 15")
    assert grade_class(tiny_course, ASSIGNMENT, options) == 0
    assert f"graded again: a grader error prevented grading ({len(CLASS)})" in capsys.readouterr().out
    assert scores(tiny_course) == dict.fromkeys(CLASS, 5.0)
    assert not list(workspace.records.glob("*.log"))


def test_a_grader_error_is_tried_again_although_nothing_changed(
    tiny_course: Course, scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does the same command try again what a judge that was killed twice kept from being graded, and nothing else?"""
    set_test(tiny_course, FATAL)
    hand_in(tiny_course, "ann", answered())
    hand_in(tiny_course, "kim", answered(treble="return 'kill' if number == 0 else 3 * number"))
    for attempt in range(2):
        assert grade_class(tiny_course, ASSIGNMENT, Options(scheduler=scheduler)) == 1
        said = capsys.readouterr().out
        assert f"kim: grader error in treble-hidden: {ENDED}" in said
        assert ("1 already graded" in said) == (attempt == 1)
    assert scores(tiny_course) == {"ann": 5.0}
    hand_in(tiny_course, "kim", answered())
    assert grade_class(tiny_course, ASSIGNMENT, Options(scheduler=scheduler)) == 0
    assert scores(tiny_course) == {"ann": 5.0, "kim": 5.0}


def test_a_check_that_breaks_later_takes_no_points_away(tiny_course: Course, scheduler: str) -> None:
    """Does the gradebook keep what it held, while the report says that the submission is not graded now?"""
    hand_in(tiny_course, "ann", answered())
    assert grade_class(tiny_course, ASSIGNMENT, Options(scheduler=scheduler)) == 0
    set_test(tiny_course, BROKEN)
    hand_in(tiny_course, "ann", answered(double="return 0"))
    assert grade_class(tiny_course, ASSIGNMENT, Options(scheduler=scheduler)) == 1
    assert scores(tiny_course) == {"ann": 5.0}
    assert results_of(tiny_course)["ann"].status is Status.NOT_GRADED
    assert not Workspace(tiny_course, ASSIGNMENT).folder("autograded", "ann").exists(), "feedback would be made from it"


class Broken:
    """A task of Dask's that ended in an error of our own."""

    status = "error"

    def exception(self) -> BaseException:
        try:
            raise KeyError("some\nthing")
        except KeyError as error:
            return error


def test_an_error_of_our_own_code_is_told_in_one_line_with_its_traceback_apart() -> None:
    outcome = _outcome(Broken())
    assert "an error in coursepack itself, please report it: KeyError" in outcome.problem
    assert "\n" not in outcome.problem
    assert "in exception" in outcome.details


def judged(student: str, double: float, treble: float, **options: object) -> SubmissionResult:
    """Return a result; negative points stand for a cell that a person must mark."""
    cells = []
    for name, points, most in (("double-hidden", double, 3.0), ("treble-hidden", treble, 2.0)):
        status = CellStatus.TO_MARK if points < 0 else CellStatus.PASSED if points else CellStatus.FAILED
        cells.append(CellResult(name, max(0.0, points), most, status))
    return SubmissionResult(student, ASSIGNMENT, tuple(cells), **options)  # type: ignore[arg-type]


def test_a_check_that_all_of_a_class_fails_is_suspect() -> None:
    """Is a check pointed out that nobody passed, if enough tried, and no other?"""
    everybody = [judged(student, 3, 0) for student in CLASS]
    [suspect] = suspect_checks(everybody)
    assert suspect.sentence == f"all {len(CLASS)} submissions fail treble-hidden: try it with `coursepack validate`"
    assert suspect_checks([*everybody, judged("zoe", 0, 2)]) == []
    assert suspect_checks(everybody[: CROWD - 1]) == []
    assert suspect_checks([judged(student, 3, -1) for student in CLASS]) == []
    assert suspect_checks([judged(student, 0, 0, problem="not JSON") for student in CLASS]) == []


def test_a_suspect_check_is_told_on_the_console(
    tiny_course: Course, scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does a test that is wrong without crashing come to the instructor's eyes?"""
    set_test(tiny_course, "assert treble(5) == 16")
    for student in CLASS:
        hand_in(tiny_course, student, answered())
    assert grade_class(tiny_course, ASSIGNMENT, Options(scheduler=scheduler)) == 0
    assert f"all {len(CLASS)} submissions fail treble-hidden" in capsys.readouterr().out
