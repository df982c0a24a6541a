"""Has a course with two lines of configuration the jail, the judge and hidden feedback, or else no nbgrader at all?"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import Exchange
from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course
from traitlets.config import Application, Config

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


class Server(Application):  # type: ignore[misc]
    """Stands in for Jupyter's server, in which formgrader reads the configuration."""


@pytest.fixture
def server() -> Iterator[Server]:
    Server.clear_instance()
    yield Server.instance()
    Server.clear_instance()


def test_alarms_in_jupyterlab_only_an_exchange_that_is_meant_and_not_there(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is nobody told of nbgrader's default exchange, which formgrader looks for, and everybody of one's own?"""
    said: list[str] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", lambda record: said.append(record.getMessage()))
    server.log.addHandler(handler)
    lister = Exchange(coursedir=CourseDirectory(), parent=server)
    monkeypatch.setattr(Exchange.root, "default_value", str(tmp_path / "nobody made it"))

    def looks_for(root: Path) -> int:
        said.clear()
        lister.root = str(root)
        with contextlib.suppress(ExchangeError):
            lister.ensure_root()
        return len(said)

    assert looks_for(tmp_path / "nobody made it") == 1
    configure(Config(), str(tmp_path / "nbgrader_config.py"))
    assert looks_for(tmp_path / "nobody made it") == 0
    assert looks_for(tmp_path / "our own") == 1
    (tmp_path / "nobody made it").touch()
    assert looks_for(tmp_path / "nobody made it") == 1
