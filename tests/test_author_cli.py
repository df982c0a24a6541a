"""Do the commands for authors say what was done and what comes next, and end with the right code?"""

from __future__ import annotations

from pathlib import Path

import pytest

from coursepack.cli import app, main
from coursepack.course import Course


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["coursepack", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Course:
    """A course that `init` has written, and the working directory in it."""
    run(monkeypatch, capsys, "init", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path / "mine")
    return Course(tmp_path / "mine")


def test_says_init_what_it_wrote_and_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(monkeypatch, capsys, "init", "mine")
    assert code == 0
    assert "  source/week1/week1.ipynb\n" in out
    assert "  cd mine\n  coursepack build\n  coursepack validate\n" in out


def test_is_a_second_init_refused(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(monkeypatch, capsys, "init", ".")
    assert code == 2
    assert "the folder is not empty" in err and "coursepack new" in err


def test_does_lint_end_with_1_where_there_is_a_problem_and_0_once_it_is_mended(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = course.notebook("source", "week1")
    path.write_text(path.read_text(encoding="utf-8").replace('"median-visible"', '"cell-bc7e6d59"'), encoding="utf-8")
    code, out, _ = run(monkeypatch, capsys, "lint")
    assert code == 1
    assert "cell “cell-bc7e6d59”: the cell's id is not a readable name [id-readable]" in out
    code, out, _ = run(monkeypatch, capsys, "lint", "--fix")
    assert code == 0
    assert "“cell-bc7e6d59” is now “median-visible”" in out


def test_does_lint_explain_a_rule_without_a_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(monkeypatch, capsys, "lint", "--explain", "outputs")
    assert code == 0
    assert out.startswith("outputs: A source notebook holds no outputs.")


@pytest.mark.parametrize("options", [(), ("--script",)])
def test_says_new_what_it_wrote(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    code, out, _ = run(monkeypatch, capsys, "new", "week2", "--title", "Means", *options)
    assert code == 0
    assert ("source/week2.py is there" if options else "source/week2/week2.ipynb is there") in out
    assert course.assignments == ["week1", "week2"]


def test_are_the_commands_in_the_order_of_a_courses_life() -> None:
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert names[:5] == ["init", "new", "lint", "build", "validate"]
