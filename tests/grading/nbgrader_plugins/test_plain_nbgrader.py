"""Does `nbgrader autograde`, with the course's own configuration, grade by the engine, whatever was handed in?"""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course, source_notebook

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.gradebook import load_config
from coursepack.grading.batch.provenance import is_graded
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.results import Status, SubmissionResult
from coursepack.grading.workspace import Workspace

REPOSITORY = Path(__file__).resolve().parents[3]
READS = "__import__('os').listdir('.'), __import__('os').path.exists('/etc/passwd')"
CHEAT = """class Any(int):
        __eq__ = lambda *_: True
    return Any()"""


def run(course: Course, *words: str) -> str:
    """Run an nbgrader command in a course and return its log."""
    command = [sys.executable, "-m", "nbgrader", *words]
    return subprocess.run(command, cwd=course.root, check=False, capture_output=True, text=True).stderr


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, str]:
    """A course with the repository's configuration after `nbgrader autograde`, and its log."""
    course = make_tiny_course(tmp_path_factory.mktemp("plain") / "course")
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", course.root / "nbgrader_config.py")
    hand_in(course, "ann", answered())
    twice = answered()
    twice["cells"].append({**copy.deepcopy(twice["cells"][5]), "id": "twin"})
    hand_in(course, "bob-duplicate", twice)
    future = answered()
    future["cells"][5]["metadata"]["nbgrader"]["schema_version"] = 99
    hand_in(course, "cat-future", future)
    hand_in(course, "dan-dead", answered(double="import os; os._exit(1)"))
    hand_in(course, "eve-cheats", answered(double=CHEAT))
    forged = hand_in(course, "fay-forges", answered(treble="return 0")).parent / "verdicts.json"
    forged.write_text(json.dumps({"records": [], "notes": [], "seconds": 0, "cpu_seconds": 0}), encoding="utf-8")
    skips = answered(double="return 0", treble="return 0")
    for cell in skips["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]
    hand_in(course, "gus-skips", skips)
    stranger = hand_in(course, "hal-looks", answered(double=f"return print({READS})"))
    (stranger.parent / "mine.txt").write_text("mine", encoding="utf-8")
    hand_in(course, "zoe", answered())
    run(course, "generate_assignment", ASSIGNMENT)
    return course, run(course, "autograde", ASSIGNMENT)


@pytest.fixture(scope="module")
def results(graded: tuple[Course, str]) -> dict[str, SubmissionResult]:
    return {result.student: result for result in read_results(Workspace(graded[0], ASSIGNMENT))}


@pytest.mark.parametrize("student", ["ann", "bob-duplicate", "cat-future", "zoe"])
def test_right_work_earns_all_points_beside_any_other(results: dict[str, SubmissionResult], student: str) -> None:
    assert (results[student].status, results[student].score) == (Status.GRADED, 5.0)


@pytest.mark.parametrize(
    ("student", "score"),
    [("dan-dead", 2.0), ("eve-cheats", 2.0), ("fay-forges", 3.0), ("gus-skips", 0.0), ("hal-looks", 2.0)],
)
def test_nobody_gets_a_point_undeserved(results: dict[str, SubmissionResult], student: str, score: float) -> None:
    assert (results[student].status, results[student].score) == (Status.GRADED, score)


def test_records_are_the_engines(graded: tuple[Course, str]) -> None:
    workspace = Workspace(graded[0], ASSIGNMENT)
    assert [str(one.verdict) for one in workspace.verdicts("fay-forges").values()] == ["passed", "passed", "failed"]
    assert str(workspace.verdicts("dan-dead")["double-visible"].verdict) == "student error"


def test_student_code_sees_its_own_files_only(graded: tuple[Course, str]) -> None:
    text = Workspace(graded[0], ASSIGNMENT).notebook("autograded", "hal-looks").read_text(encoding="utf-8")
    assert "['mine.txt'] False" in text


def test_the_log_says_what_was_put_right(graded: tuple[Course, str]) -> None:
    assert "bob-duplicate, tiny: cell double-hidden occurs more than once: cell 10 of the notebook counts" in graded[1]
    assert "dan-dead, tiny: cell double-visible ended the kernel" in graded[1]


def test_it_counts_as_graded(graded: tuple[Course, str]) -> None:
    workspace = Workspace(graded[0], ASSIGNMENT)
    assert all(is_graded(workspace, student) for student in workspace.students())


def test_formgraders_button_grades_within_its_running_loop(graded: tuple[Course, str], tmp_path: Path) -> None:
    """Does grading work where formgrader calls it: in a server whose event loop is running?"""
    course = Course(tmp_path / "course")
    shutil.copytree(graded[0].root, course.root)
    script = (
        "import asyncio\n"
        "from nbgrader.apps.api import NbGraderAPI\n"
        "from coursepack.gradebook import course_directory, load_config\n"
        "from coursepack.course import Course\n"
        "async def main():\n"
        "    course = Course.find()\n"
        "    api = NbGraderAPI(course_directory(course), config=load_config(course))\n"
        f"    done = api.autograde({ASSIGNMENT!r}, 'fay-forges', force=True)\n"
        "    assert done['success'], done['log']\n"
        "asyncio.run(main())\n"
    )
    before = course.notebook("autograded/fay-forges", ASSIGNMENT).stat().st_mtime_ns
    subprocess.run([sys.executable, "-c", script], cwd=course.root, check=True, capture_output=True)
    assert course.notebook("autograded/fay-forges", ASSIGNMENT).stat().st_mtime_ns > before
    (result,) = (one for one in read_results(Workspace(course, ASSIGNMENT)) if one.student == "fay-forges")
    assert result.score == 3.0


BROKEN = """# Check that treble works
### BEGIN HIDDEN TESTS
answer = treble(5)
import no_such_module
### END HIDDEN TESTS"""


def test_a_grader_error_fails_the_submission_and_enters_no_zero(tmp_path: Path) -> None:
    """Does nbgrader keep its exit code for it, name place and remedy, and give nobody 0 points?"""
    course = make_tiny_course(tmp_path / "course")
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", course.root / "nbgrader_config.py")
    source = source_notebook()
    next(cell for cell in source["cells"] if cell["id"] == "treble-hidden")["source"] = BROKEN
    course.notebook("source", ASSIGNMENT).write_text(json.dumps(source), encoding="utf-8")
    hand_in(course, "ann", answered())
    run(course, "generate_assignment", ASSIGNMENT)
    command = [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT]
    done = subprocess.run(command, cwd=course.root, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "ann, tiny: grader error in treble-hidden: the check could not handle" in done.stderr
    assert "not the student's fault: fix the test, then grade the submission again" in done.stderr
    workspace = Workspace(course, ASSIGNMENT)
    assert not workspace.folder("autograded", "ann").exists()
    with workspace.gradebook() as gradebook:
        [notebook] = gradebook.find_submission(ASSIGNMENT, "ann").notebooks
        assert {grade.auto_score for grade in notebook.grades} == {None}
    (result,) = read_results(workspace)
    assert result.status is Status.NOT_GRADED


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("from nbgrader.apps.nbgraderapp import main; main()", "No module named 'no_such_package'"),
        (
            "import sys; sys.modules['coursepack'] = None; from nbgrader.apps.nbgraderapp import main; main()",
            "coursepack cannot be imported",
        ),
    ],
)
def test_does_a_configuration_that_fails_stop_nbgrader(tmp_path: Path, program: str, says: str) -> None:
    """Or does nbgrader only log it, and run student code without the jail and the judge?"""
    course = make_tiny_course(tmp_path / "course")
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", course.root / "nbgrader_config.py")
    hand_in(course, "ann", answered())
    run(course, "generate_assignment", ASSIGNMENT)
    settings = '[tool.coursepack]\ngrading_data = "no_such_package:grading_data"\n'
    (course.root / "pyproject.toml").write_text(settings, encoding="utf-8")
    command = [sys.executable, "-c", program, "autograde", ASSIGNMENT]
    done = subprocess.run(command, cwd=course.root, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "nbgrader_config.py: nothing is done" in done.stderr
    assert says in done.stderr
    assert not (course.root / "autograded").exists()
    with pytest.raises(CoursepackError, match=r"^the grading data cannot be provided|pyproject\.toml"):
        load_config(course)
