"""Does each habit of real students earn what a careful reader would give, by `coursepack grade` and by nbgrader?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cases.submissions import ALL, CASES, DUE, hand_in_case
from conftest import COURSE_PARTS, REPOSITORY

from coursepack.course import Course
from coursepack.grading.batch.class_run import Options, grade_class
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.results import Status, SubmissionResult
from coursepack.grading.workspace import Workspace
from coursepack.notebooks.cells import grade_id_of
from coursepack.notebooks.reading import read_notebook

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
ROUTES = ("coursepack", "nbgrader")
Results = dict[str, SubmissionResult]


def class_of_habits(root: Path) -> Course:
    """Return a copy of the course in which every case is handed in, and due dates are set."""
    for part in COURSE_PARTS:
        original, copied = REPOSITORY / part, root / part
        copied.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if original.is_dir() else shutil.copy)(original, copied)
    course = Course(root)
    for name in CASES:
        hand_in_case(course, name)
    for assignment in ALL:
        subprocess.run(
            [sys.executable, "-m", "nbgrader", "generate_assignment", assignment],
            cwd=root,
            check=True,
            capture_output=True,
        )
        with Workspace(course, assignment).gradebook() as gradebook:
            gradebook.update_or_create_assignment(assignment, duedate=DUE)
    return course


@pytest.fixture(scope="module", params=ROUTES)
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, str, Results]:
    """The class after grading, what was said, and the results."""
    course, said = class_of_habits(tmp_path_factory.mktemp("habits") / "course"), ""
    for assignment in ALL:
        if request.param == "coursepack":
            grade_class(course, assignment, Options(jobs=1))
        else:
            command = [sys.executable, "-m", "nbgrader", "autograde", assignment]
            said += subprocess.run(command, cwd=course.root, check=False, capture_output=True, text=True).stderr
    found = {one.student: one for name in ALL for one in read_results(Workspace(course, name)) if one.submitted}
    return course, said, found


@pytest.mark.parametrize("name", CASES)
def test_a_habit_earns_what_it_deserves(graded: tuple[Course, str, Results], name: str) -> None:
    """Are the points what a careful reader gives, and did no kernel end?"""
    _, said, results = graded
    result = results[name]
    assert result.status is not Status.NOT_GRADED, result.problem
    lost = {cell.grade_id: cell.message for cell in result.lost}
    assert sum(cell.points for cell in result.cells) == CASES[name].earns, lost
    assert "ended the kernel" not in " ".join(result.notes) + "".join(
        line for line in said.splitlines() if name in line
    )


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.told])
def test_the_instructor_is_told(graded: tuple[Course, str, Results], name: str) -> None:
    """Is there a note that says what was found and done?"""
    _, said, results = graded
    notes = [*results[name].notes, *(line for line in said.splitlines() if name in line)]
    assert any(CASES[name].told in note for note in notes), notes


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.late_by])
def test_a_time_is_read_rightly(graded: tuple[Course, str, Results], name: str) -> None:
    """Is the submission late by as much as its clock says?"""
    assert graded[2][name].late_by == CASES[name].late_by


def test_a_students_own_plots_are_drawn(graded: tuple[Course, str, Results]) -> None:
    """Are the eight plots of the student's own cells drawn here, so that their points show that none ends a kernel?"""
    course = graded[0]
    notebook = read_notebook(course.notebook("autograded/many-plots", CASES["many-plots"].assignment))
    plots = [cell for cell in notebook.cells if "plt.loglog(" in cell.source and not grade_id_of(cell)]
    assert len(plots) == 8
    for cell in plots:
        assert any("image/png" in output.get("data", {}) for output in cell.outputs)


def test_a_pasted_picture_reaches_the_marker(graded: tuple[Course, str, Results]) -> None:
    """Does the graded notebook hold the picture that was pasted into an answer?"""
    course = graded[0]
    text = course.notebook("autograded/pasted-picture", CASES["pasted-picture"].assignment).read_text(encoding="utf-8")
    assert '"sheet.png"' in text
    assert '"image/png"' in text
