"""Does `coursepack grade-one` answer a mistake before anything is run, with one message?"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from one_notebook import submission, written_course
from tiny_course import ASSIGNMENT

from coursepack.cli import main
from coursepack.course import Course
from coursepack.grading.batch import task
from coursepack.sandbox import jail


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    made = written_course(tmp_path / "course")
    (made.root / "ann.ipynb").write_text(json.dumps(submission()), encoding="utf-8")
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail if a notebook is graded."""

    def forbidden(*arguments: object) -> None:
        raise AssertionError("a notebook was graded")

    monkeypatch.setattr(task, "grade_notebook", forbidden)
    monkeypatch.setattr(task, "shared_worker", forbidden)
    monkeypatch.setattr(jail, "check_jail", lambda: None)


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return the exit code, and what went to standard output and to standard error."""
    monkeypatch.setattr(sys, "argv", ["coursepack", "grade-one", *arguments])
    with pytest.raises(SystemExit) as exit_:
        main()
    said = capsys.readouterr()
    return int(exit_.value.code or 0), said.out, said.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nonsense", "ann.ipynb"), "there is no assignment “nonsense”"),
        ((ASSIGNMENT, "missing.ipynb"), "there is no such notebook"),
        ((ASSIGNMENT, "."), "this folder holds the course itself"),
        ((ASSIGNMENT, "ann.ipynb", "--format", "nonsense"), "there is no format “nonsense”"),
        ((ASSIGNMENT, "ann.ipynb", "--into", "nowhere/result.txt"), "there is no such folder"),
        ((ASSIGNMENT, "ann.ipynb", "--into", "source"), "this is a folder"),
        ((ASSIGNMENT, "ann.ipynb", "--format", "text", "--format", "json", "--into", "x"), "2 of one, 1 of the other"),
        ((ASSIGNMENT, "ann.ipynb", "--format", "json", "--format", "json"), "a format is named twice"),
        ((ASSIGNMENT, "ann.ipynb", "--extra", "missing.csv"), "no such file to put beside the notebook"),
        ((ASSIGNMENT, "ann.ipynb", "--fail-under", "101"), "--fail-under"),
    ],
)
@pytest.mark.usefixtures("nothing_runs")
def test_is_wrong_use_told_before_anything_is_run(
    course: Course,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    code, _, said = run(monkeypatch, capsys, *arguments)
    assert code == 2
    assert message in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"cells": [', "ann.ipynb is not JSON (line 1)"),
        ("[]", "ann.ipynb is JSON but not a notebook"),
        ('{"nbformat": 4}', "it is JSON but not a notebook: it has no cells"),
        (
            json.dumps({"cells": [{"cell_type": "markdown", "source": "x", "metadata": {}}], "nbformat": 4}),
            "none of the assignment's cells is in it: this is another notebook",
        ),
    ],
)
@pytest.mark.usefixtures("nothing_runs")
def test_is_a_file_that_is_no_notebook_of_the_assignment_not_graded(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: str, message: str
) -> None:
    (course.root / "ann.ipynb").write_text(content, encoding="utf-8")
    code, said, complained = run(monkeypatch, capsys, ASSIGNMENT, "ann.ipynb", "--format", "json")
    assert code == 1
    assert message in complained
    assert message in json.loads(said)["problem"]
    assert json.loads(said)["points"] is None


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "tiny.ipynb is missing"),
        (("a.ipynb", "b.ipynb"), "there are 2 notebooks in it, and only one can count: a.ipynb, b.ipynb"),
        ((".hidden/a.ipynb", "__MACOSX/tiny.ipynb"), "tiny.ipynb is missing"),
    ],
)
@pytest.mark.usefixtures("nothing_runs")
def test_is_a_folder_without_one_notebook_not_graded(
    course: Course,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    names: tuple[str, ...],
    message: str,
) -> None:
    folder = course.root / "handed in"
    folder.mkdir()
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("{}", encoding="utf-8")
    code, _, said = run(monkeypatch, capsys, ASSIGNMENT, "handed in")
    assert (code, message in said) == (1, True), said


@pytest.mark.parametrize("link", ["source", "solutions"])
@pytest.mark.usefixtures("nothing_runs")
def test_leads_no_link_of_a_submission_to_the_courses_own_notebooks(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], link: str
) -> None:
    own = course.notebook(link, ASSIGNMENT)
    own.parent.mkdir(parents=True, exist_ok=True)
    (course.root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.solution_directory = "solutions"\n', encoding="utf-8"
    )
    own.write_text(own.read_text(encoding="utf-8") if own.exists() else json.dumps(submission()), encoding="utf-8")
    student = tmp_path / "student"
    student.mkdir()
    (student / "week").symlink_to(own.parent)
    (student / f"{ASSIGNMENT}.ipynb").symlink_to(own)
    for given in (student, student / "week" / own.name, student / own.name):
        code, _, said = run(monkeypatch, capsys, ASSIGNMENT, str(given))
        assert code == 1, said


@pytest.mark.usefixtures("nothing_runs")
def test_does_a_line_of_the_log_show_no_odd_names(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Can a file's name write a line of its own into a job's log, which may take it as a command?"""
    folder = course.root / "odd"
    folder.mkdir()
    for name in ("a\n::error::x.ipynb", "b.ipynb"):
        (folder / name).write_text("{}", encoding="utf-8")
    _, said, complained = run(monkeypatch, capsys, ASSIGNMENT, "odd")
    assert not [line for line in (said + complained).splitlines() if line.lstrip().startswith("::")]


def test_refuses_a_machine_without_a_jail_as_grade_does(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_bubblewrap(name: str) -> None:
        raise ImportError(name)

    jail.check_jail.cache_clear()
    monkeypatch.setattr(jail.shutil, "which", lambda name: None)
    monkeypatch.setattr(jail.importlib, "import_module", no_bubblewrap)
    code, _, said = run(monkeypatch, capsys, ASSIGNMENT, "ann.ipynb", "--into", "result.txt")
    assert code == 2
    assert "bubblewrap is missing" in said
    assert "--unsafe-no-jail" in said
    assert not (course.root / "result.txt").exists()
