"""Does a mark that a person gave stay with the answer that it was given for?"""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import nbformat
import pytest
from graded_class import enter_assignment, enter_graded, enter_mark
from nbformat import NotebookNode
from nbgrader.preprocessors import SaveAutoGrades
from one_notebook import submission, written_course
from rich.console import Console
from tiny_course import ASSIGNMENT

from coursepack.course import Course
from coursepack.feedback.class_feedback import write_feedback
from coursepack.grading.batch.console import print_changed
from coursepack.grading.batch.gradebook_writer import GradebookWriter
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.results import SubmissionResult
from coursepack.grading.workspace import GradingNote, Workspace
from coursepack.judge.verdict import Verdict
from coursepack.lms.marks import read_marks
from coursepack.notebooks.exercises import exercises_of
from coursepack.notebooks.reading import read_notebook
from coursepack.report.page import write_report

OLD, NEW = "Twice anything is even.", "Two times a whole number has the factor 2."
PICTURES = (
    "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
    "R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==",
)
WRONG = {"double-hidden": (Verdict.FAILED, "no")}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in whose gradebook Ann has a mark for her first answer; only to be copied."""
    course = written_course(tmp_path_factory.mktemp("prepared") / "course")
    found = Workspace(course, ASSIGNMENT)
    enter_assignment(found)
    with found.gradebook() as gradebook:
        gradebook.add_student("ann", first_name="Ann", last_name="Archer")
    grade(found, OLD)
    enter_mark(found, "ann", "why", 1.0, "A reason is missing.")
    return course.root


@pytest.fixture
def workspace(prepared: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(prepared, tmp_path / "course")
    return Workspace(Course(tmp_path / "course"), ASSIGNMENT)


def handed(why: str, double: str = "return number + number") -> NotebookNode:
    notebook = submission(double=double)
    notebook["cells"][-2]["source"] = f"**My answer**\n\n{why}"
    return nbformat.from_dict(notebook)


def grade(workspace: Workspace, why: str, *, passes: bool = True, **parts: str) -> SubmissionResult:
    """Grade a hand-in of Ann's; return the result."""
    enter_graded(workspace.course, ASSIGNMENT, "ann", handed(why, **parts), None if passes else WRONG)
    return read_results(workspace)[0]


def asked(workspace: Workspace) -> list[str]:
    """Return the cells for which formgrader asks for a mark."""
    with workspace.gradebook() as gradebook:
        grades = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ann").grades
        return [one.name for one in grades if one.needs_manual_grade]


def changed(result: SubmissionResult) -> list[str]:
    return [cell.grade_id for cell in result.changed]


def test_an_answer_that_stays_does_not_ask_again(workspace: Workspace) -> None:
    """Is a mark kept in peace when other answers change, and when the class is graded again?"""
    for double in ("return number + number", "return 2 * number"):
        result = grade(workspace, OLD + "\n", double=double)
        assert (changed(result), asked(workspace), result.score) == ([], [], 6.0)


def test_an_answer_that_changed_asks_until_somebody_looks(workspace: Workspace) -> None:
    """Is it told again after further gradings, and no more when it is marked, or the old answer comes back?"""
    for _ in range(2):
        result = grade(workspace, NEW)
        assert (changed(result), asked(workspace), result.score) == (["why"], ["why"], 6.0)
    assert changed(grade(workspace, OLD)) == [] and asked(workspace) == []
    grade(workspace, NEW)
    enter_mark(workspace, "ann", "why", 4.0)
    assert changed(read_results(workspace)[0]) == []
    assert changed(grade(workspace, NEW)) == [] and asked(workspace) == []
    assert changed(grade(workspace, OLD)) == ["why"]


def test_an_answer_whose_picture_changed_is_another_answer(workspace: Workspace) -> None:
    black, white = (f"![](data:image/gif;base64,{picture})" for picture in PICTURES)
    grade(workspace, black)
    enter_mark(workspace, "ann", "why", 2.0)
    assert changed(grade(workspace, black)) == []
    text = [cell.source for cell in read_notebook(workspace.notebook("autograded", "ann")).cells if cell.id == "why"]
    assert changed(grade(workspace, white)) == ["why"]
    again = [cell.source for cell in read_notebook(workspace.notebook("autograded", "ann")).cells if cell.id == "why"]
    assert text == again, "the pictures are no part of the text"


def test_an_answer_that_was_taken_back_asks_too(workspace: Workspace) -> None:
    """Is a mark for a text noticed where the new hand-in is as it was handed out?"""
    released = "YOUR ANSWER HERE"
    assert changed(grade(workspace, released)) == ["why"]


def test_points_of_a_check_changed_by_hand_belong_to_the_code(workspace: Workspace) -> None:
    grade(workspace, OLD, passes=False, double="return number**2")
    enter_mark(workspace, "ann", "double-hidden", 2.0)
    result = grade(workspace, NEW, passes=False, double="return number**2")
    assert changed(result) == ["why"] and result.score == 5.0
    assert changed(grade(workspace, OLD, passes=False, double="return 3 * number")) == ["double-hidden"]


@pytest.mark.parametrize("ours", [True, False], ids=["a grader error", "an unreadable file"])
@pytest.mark.parametrize("looked", [True, False], ids=["after a look", "unseen"])
def test_what_cannot_be_graded_in_between_forgets_nothing(workspace: Workspace, ours: bool, looked: bool) -> None:
    grade(workspace, NEW)
    if looked:
        enter_mark(workspace, "ann", "why", 1.0)
    note = GradingNote("s", "s", "no", ours=ours)
    with workspace.gradebook() as gradebook:
        writer = GradebookWriter(workspace, gradebook)
        writer.leave_ungraded("ann", note, "") if ours else writer.give_no_points("ann", note)
    assert read_results(workspace)[0].changed == ()
    assert changed(grade(workspace, NEW)) == ([] if looked else ["why"])
    assert changed(grade(workspace, OLD)) == (["why"] if looked else [])


def autograde(workspace: Workspace, why: str, double: str) -> SubmissionResult:
    """Grade a hand-in of Ann's as `nbgrader autograde` does; return the result."""
    path = workspace.notebook("autograded", "ann")
    notebook, new = read_notebook(path), {cell.id: cell.source for cell in handed(why, double).cells}
    for cell in notebook.cells:
        if cell.id in ("why", "double"):
            cell.source = new[cell.id]
    nbformat.write(notebook, path)
    names = {"notebook": ASSIGNMENT, "assignment": ASSIGNMENT, "student": "ann", "db_url": workspace.db_url}
    SaveAutoGrades().preprocess(notebook, {"nbgrader": names})
    return read_results(workspace)[0]


def test_nbgraders_own_grading_asks_as_it_always_does(workspace: Workspace) -> None:
    """Does `nbgrader autograde` ask for every mark again, and is only a changed answer told as changed?"""
    for why, expected in ((OLD, []), (NEW, ["why"])):
        assert changed(autograde(workspace, why, "return number + number")) == expected
        assert asked(workspace) == ["why"]


def test_points_changed_by_hand_belong_to_the_code_after_nbgraders_own_grading_too(workspace: Workspace) -> None:
    """Is the code noted of every submission? Nobody knows yet which checks a person will override."""
    grade(workspace, OLD, passes=False, double="return number**2")
    enter_mark(workspace, "ann", "double-hidden", 2.0)
    for double, expected in (("return number**2", []), ("return 3 * number", ["double-hidden"])):
        assert changed(autograde(workspace, OLD, double)) == expected
        assert "double-hidden" in asked(workspace)
    assert changed(grade(workspace, OLD, passes=False, double="return number**2")) == []
    assert asked(workspace) == []


def test_console_report_feedback_and_export_tell_it(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Do all who read a mark learn that it is for an earlier answer, until somebody marks it again?"""

    def told() -> tuple[str, str, str, str]:
        console = Console(file=io.StringIO(), width=200)
        print_changed(read_results(workspace), exercises_of(read_notebook(workspace.source)), console)
        report = write_report(workspace.course, ASSIGNMENT).read_text(encoding="utf-8")
        write_feedback(workspace.course, ASSIGNMENT)
        page = workspace.folder("feedback", "ann") / f"{ASSIGNMENT}.html"
        exported = read_marks(workspace.course, [ASSIGNMENT]).summary()[0]
        return console.file.getvalue(), report, page.read_text(encoding="utf-8"), exported  # type: ignore[attr-defined]

    grade(workspace, NEW)
    console, report, page, exported = told()
    title = "Exercise 3: Why is it even?"
    assert f"Ann Archer: {title}: the answer changed since it was marked; look at it again" in console
    attention = report[report.index("For your attention</h2>") :]
    assert f"<dt>Ann Archer</dt><dd>{title}</dd>" in attention
    assert "1 mark was given for an earlier version of your work, and may still change." in page
    assert "These points and this comment are for an earlier version of your answer." in page
    assert "points so far" in page
    assert "1 with a mark for an earlier answer (ann)" in exported
    enter_mark(workspace, "ann", "why", 2.0)
    console, report, page, exported = told()
    assert console == "" and "To mark again" not in report
    assert "earlier version" not in page and "so far" not in page and "earlier" not in exported
