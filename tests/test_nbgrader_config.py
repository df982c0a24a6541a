"""Has a course with two lines of configuration the jail, the judge and hidden feedback, or else no nbgrader at all?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course
from traitlets.config import Config

from coursepack.course import Course
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.workspace import Workspace
from coursepack.nbgrader_config import configure

TWO_LINES = """from coursepack.grading.batch.read_results import read_results
from coursepack.grading.workspace import Workspace
from coursepack.nbgrader_config import configure
c = configure(get_config(), __file__)
"""
READS = "__import__('os').path.exists('/etc/passwd'), __import__('os').path.exists(COURSE)"
CHEAT = """class Any(int):
        __eq__ = lambda *_: True
    return Any()"""


def nbgrader(course: Course, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nbgrader", *words]
    return subprocess.run(command, cwd=course.root, check=False, capture_output=True, text=True)


@pytest.fixture
def two_lines(tmp_path: Path) -> Course:
    """A course whose configuration has two lines."""
    course = make_tiny_course(tmp_path / "course")
    (course.root / "nbgrader_config.py").write_text(TWO_LINES, encoding="utf-8")
    return course


def test_have_two_lines_jail_judge_and_hidden_feedback(two_lines: Course) -> None:
    """Does stock nbgrader run a look around in the jail, refuse a cheat, and hide the tests?"""
    course = two_lines
    looks = answered(double=f"print({READS.replace('COURSE', repr(str(course.root)))}); return number + number")
    hand_in(course, "ann", looks)
    hand_in(course, "eve", answered(double=CHEAT))
    for command in ("generate_assignment", "autograde", "generate_feedback"):
        done = nbgrader(course, command, ASSIGNMENT)
        assert done.returncode == 0, done.stderr
    folder = course.root / "autograded"
    assert "False False" in (folder / "ann" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8")
    assert {one.student: one.score for one in read_results(Workspace(course, ASSIGNMENT))} == {"ann": 5, "eve": 2}
    page = (course.root / "feedback" / "eve" / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
    assert "double(21) == 42" not in page and "HIDDEN TESTS" not in page


@pytest.mark.parametrize("line", ["c.Execute.timeout = soon", "import no_such_module"])
def test_does_an_error_in_the_courses_own_lines_end_nbgrader(two_lines: Course, line: str) -> None:
    """Or does nbgrader log it, and go on without the jail?"""
    hand_in(two_lines, "ann", answered())
    assert nbgrader(two_lines, "generate_assignment", ASSIGNMENT).returncode == 0
    with (two_lines.root / "nbgrader_config.py").open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
    done = nbgrader(two_lines, "autograde", ASSIGNMENT)
    assert done.returncode != 0
    assert line.split()[-1] in done.stderr
    assert not (two_lines.root / "autograded").exists()


def test_does_a_wrong_setting_of_the_course_end_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.coursepack]\npakage = 1\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"nbgrader_config.py: nothing is done. .*no setting “pakage”"):
        configure(Config(), str(tmp_path / "nbgrader_config.py"))


def test_does_a_missing_package_end_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As without the extra `grade`: is it an error that says what to install?"""
    monkeypatch.setitem(sys.modules, "coursepack.nbgrader_config.settings", None)
    with pytest.raises(SystemExit, match=r"nothing is done, for coursepack cannot be imported(?s:.*)coursepack\[grade"):
        configure(Config(), str(tmp_path / "nbgrader_config.py"))
