"""Does every command answer a mistake with one message, place and remedy, and exit code 2?"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from coursepack import __version__
from coursepack.cli import COMMANDS as TABLE
from coursepack.cli import Command, app, main
from coursepack.course import CONFIG_NAME

COMMANDS = ("build", "sample", "grade", "report", "validate", "demo")


@pytest.fixture
def empty_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course folder with one assignment whose notebook is no notebook."""
    (tmp_path / CONFIG_NAME).write_text("", encoding="utf-8")
    (tmp_path / "source" / "broken").mkdir(parents=True)
    (tmp_path / "source" / "broken" / "broken.ipynb").write_text("{", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["coursepack", *arguments])
    with pytest.raises(SystemExit) as exit_:
        main()
    return int(exit_.value.code or 0), capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_is_an_unknown_assignment_told_with_the_known_ones(
    empty_course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    code, said = run(monkeypatch, capsys, command, "nonsense")
    assert code == 2
    assert "there is no assignment “nonsense”" in said
    assert "use one of: broken" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "arguments", [("build", "broken"), ("build", "--check"), ("sample", "broken", "--yes"), ("validate",)]
)
def test_is_a_damaged_notebook_named(
    empty_course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    code, said = run(monkeypatch, capsys, *arguments)
    assert code == 2
    assert "broken.ipynb" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["grade broken", "report broken", "feedback broken", "feedback"])
def test_is_a_class_without_submissions_told_so(
    empty_course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    code, said = run(monkeypatch, capsys, *command.split())
    assert code == 2
    assert "remedy:" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(("place", "what"), [(".", f"no {CONFIG_NAME} here"), ("nowhere", "there is no such folder")])
@pytest.mark.parametrize("command", TABLE[1:], ids=lambda command: command.name)
def test_is_a_folder_that_is_no_course_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: Command,
    place: str,
    what: str,
) -> None:
    """Does every command but init, called as its help shows, name the folder and say what to do?"""
    monkeypatch.chdir(tmp_path)
    code, said = run(monkeypatch, capsys, *shlex.split(command.example)[1:], "--course", place)
    assert code == 2
    assert said.startswith(f"coursepack: {(tmp_path / place).resolve()}: {what}")
    assert "\n  remedy: " in said


def test_is_a_search_that_finds_no_answer_told(
    repository: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(Path(__file__).parent)
    code, said = run(monkeypatch, capsys, "validate", "ps1_conv_filters", "--only", "convolve2d_zzzz")
    assert code == 2
    assert "no answer's name contains “convolve2d_zzzz”" in said
    assert re.search(r"remedy: use a part of one of: convolve2d_\w+, .* and \d+ more\n", said)
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("grade", "x", "-j", "0"), "Invalid value for '-j' / '--jobs': "),
        (("grade", "x", "--timeout", "soon"), "Invalid value for '--timeout': "),
        (("grade",), "Missing argument "),
        (("export",), "Missing option "),
        (("init", "a", "b"), "Got unexpected extra argument"),
        (("nonsense",), "No such command 'nonsense'"),
        *[((one.name, "--nonsense"), "No such option: --nonsense") for one in TABLE],
    ],
)
def test_is_a_wrong_call_told_as_any_other_mistake(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], what: str
) -> None:
    """Are there two lines: what is wrong, and where to look?"""
    code, said = run(monkeypatch, capsys, *arguments)
    assert code == 2
    command = "coursepack" if arguments == ("nonsense",) else f"coursepack {arguments[0]}"
    first, second = said.splitlines()
    assert first.startswith(f"coursepack: {what}")
    assert second == f"  remedy: `{command} --help` shows what it takes"


def test_does_the_bare_command_list_all_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["coursepack"])
    with pytest.raises(SystemExit, match="2"):
        main()
    listed = capsys.readouterr().out
    assert [command.name for command in TABLE if command.name not in listed] == []


def test_does_the_module_run_as_the_command_does() -> None:
    command = [sys.executable, "-m", "coursepack", "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.strip() == f"coursepack {__version__}"


def test_is_a_missing_extra_told(
    empty_course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    for name in ("coursepack.grading.batch.class_run", "coursepack.grading.batch.cluster"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    code, said = run(monkeypatch, capsys, "grade", "broken")
    assert code == 2
    assert "grading needs the package distributed\n  remedy: pip install 'coursepack[grade]'" in said


@pytest.mark.parametrize("command", TABLE, ids=lambda command: command.name)
def test_does_every_commands_help_end_in_an_example_that_is_a_right_call(
    command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["coursepack", command.name, "--help"])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        main()
    shown = re.search(r"Example: +(coursepack .*?) *\n", capsys.readouterr().out)
    assert shown and shown[1] == command.example
    program, name, *arguments = shlex.split(command.example)
    assert (program, name) == ("coursepack", command.name)
    group: Any = typer.main.get_command(app)
    group.commands[name].make_context(name, arguments)


def test_do_shells_complete_commands() -> None:
    environment = {**os.environ, "COMP_WORDS": "coursepack gra", "COMP_CWORD": "1", "TERM": "dumb"}
    environment["_COURSEPACK_COMPLETE"] = "complete_bash"
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'coursepack'; from coursepack.cli import app; app()"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout
    assert said.split() == ["grade", "grade-one"]
