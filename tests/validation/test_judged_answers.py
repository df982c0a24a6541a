"""Does `coursepack validate` run what grading runs, and notice where grading would judge otherwise?"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from nbformat import NotebookNode
from rich.console import Console
from tiny_course import ASSIGNMENT, source_notebook

from coursepack import cli
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.notebook.verdict_records import GradedNotebook, VerdictRecord
from coursepack.judge.verdict import Verdict
from coursepack.sandbox import jail
from coursepack.validation import validate
from coursepack.validation.answers import Answer, answers, faults
from coursepack.validation.forking_runner import NotebookRun
from coursepack.validation.judged_answers import Judged, as_notebook_run, judge_all, selection
from coursepack.validation.validate import Proof, prove_pack

HIDDEN = {"double-hidden", "treble-hidden"}
MUTANT = '"""{name}."""\n# loses: {loses}\n# %% {cell}\ndef {cell}(number):\n    return {value}\n'


def set_cell(course: Course, name: str, text: str) -> None:
    """Give a cell of the source another text."""
    path = course.notebook("source", ASSIGNMENT)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    next(cell for cell in notebook["cells"] if cell["id"] == name)["source"] = text
    path.write_text(json.dumps(notebook), encoding="utf-8")


def add_mutant(course: Course, name: str, cell: str, value: str, loses: str) -> None:
    path = course.root / "answers" / ASSIGNMENT / "wrong" / f"{name}.py"
    path.write_text(MUTANT.format(name=name, cell=cell, value=value, loses=loses), encoding="utf-8")


def chosen(course: Course, *, everything: bool = False, costs: dict[str, float] | None = None) -> list[Judged]:
    """Return what is judged of a course, if answers cost so much and others nothing."""
    family = list(answers(course, ASSIGNMENT))
    runs = [NotebookRun(seconds=(costs or {}).get(answer.name, 0.0)) for answer in family]
    return selection(family, runs, everything=everything)


def validated(course: Course, *options: str) -> tuple[int, str]:
    """Run `coursepack validate`; return its exit code and what it says."""
    command = [sys.executable, "-m", "coursepack", "validate", "--course", str(course.root), "-j", "1", *options]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return run.returncode, run.stdout


@pytest.mark.long
def test_does_a_test_that_only_a_plain_run_passes_fail_the_proof(tiny_course: Course) -> None:
    """Is a hidden test that uses the notebook's `np`, right in a plain process, found before it meets a class?"""
    set_cell(tiny_course, "setup", "import numpy as np")
    test = "assert treble(np.ones(1)) == 3\nassert treble(5) == 15"
    set_cell(
        tiny_course, "treble-hidden", f"# Check that it works\n### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS"
    )
    code, said = validated(tiny_course)
    assert code == 1
    assert "6 of 6 answers judged as they should be" in said
    assert "✗ tiny solution: in jail and judge: grader error in treble-hidden: the test uses “np”" in said


@pytest.mark.long
def test_is_a_sound_pack_proved_both_ways(tiny_course: Course) -> None:
    code, said = validated(tiny_course)
    assert code == 0, said
    assert "Through jail and judge" in said
    assert "6 of 6 answers judged as they should be" in said
    assert "6 of 6 answers judged as they should be in jail and judge" in said


def test_has_every_hidden_test_a_right_and_a_wrong_answer(tiny_course: Course) -> None:
    """Are solution, untouched release, and answers for each hidden test chosen, the cheapest first?"""
    add_mutant(tiny_course, "treble_nothing", "treble", "0", "treble-hidden")
    for costly, cheap in (("treble_nothing", "treble_doubles"), ("treble_doubles", "treble_nothing")):
        some = chosen(tiny_course, costs={costly: 5.0})
        assert [answer.kind for answer in some] == ["solution", "untouched", "right answer", "wrong answer"]
        assert set(some[2].name.split(" + ")) == {"double_by_shift", "treble_by_sum"}
        assert {part.name for part in some[3].parts} == {"double_squares", cheap}
        assert some[3].loses == HIDDEN
        assert some[3].count == 2


def test_are_all_answers_judged_when_asked_for(tiny_course: Course) -> None:
    add_mutant(tiny_course, "treble_nothing", "treble", "0", "treble-hidden")
    every = [one for answer in chosen(tiny_course, everything=True) for one in (answer.parts or (answer,))]
    assert sum(answer.count for answer in every) == sum(answer.count for answer in answers(tiny_course, ASSIGNMENT))
    assert [answer.name for answer in every if answer.kind == "wrong answer"] == [
        *("double_squares", "treble_doubles", "treble_nothing")
    ]


def test_do_answers_that_would_hide_one_another_stay_apart(tiny_course: Course) -> None:
    """Does no notebook hold two answers to one cell, or two that lose the same test?"""
    add_mutant(tiny_course, "double_both", "double", "0", "double-hidden, treble-hidden")
    mutants = [answer for answer in chosen(tiny_course, everything=True) if answer.kind == "wrong answer"]
    assert sorted(sorted(part.name for part in one.parts) or [one.name] for one in mutants) == [
        ["double_both"],
        ["double_squares", "treble_doubles"],
    ]


@pytest.fixture
def judged(tiny_course: Course) -> Iterator[list[tuple[Judged, NotebookRun]]]:
    """What comes of a tiny course's answers in jail and judge: its second exercise uses the first."""
    set_cell(
        tiny_course,
        "treble",
        "def treble(number):\n    ### BEGIN SOLUTION\n    return double(number) + number\n    ### END SOLUTION",
    )
    add_mutant(tiny_course, "double_squares", "double", "number**2 if number == 21 else 2 * number", "double-hidden")
    add_mutant(tiny_course, "treble_doubles", "treble", "2 * number if double(21) == 42 else 15", "treble-hidden")
    add_mutant(tiny_course, "treble_right", "treble", "3 * number", "treble-hidden")
    every = chosen(tiny_course, everything=True)
    yield [(every[place], result) for place, result in judge_all(tiny_course, every, 1)]


def test_are_answers_that_undo_one_another_judged_one_by_one(judged: list[tuple[Judged, NotebookRun]]) -> None:
    """Is a notebook of two wrong answers, one of which saves the other, no fault, and a right one among them one?"""
    by_name = {answer.name: faults(answer, result) for answer, result in judged}
    assert by_name.pop("treble_right") == ["should lose treble-hidden, but passes"]
    assert "double_squares + treble_doubles" in by_name
    assert list(by_name.values()) == [[]] * len(by_name)


def test_do_kernels_have_imported_what_they_have_in_grading(tiny_course: Course) -> None:
    """Is an answer proven among the modules that a student's submission meets, and among no others?"""
    (tiny_course.root / "pyproject.toml").write_text('[tool.coursepack]\npreload = ["colorsys"]\n', encoding="utf-8")
    set_cell(tiny_course, "setup", "import sys")
    alone = "    ### BEGIN SOLUTION\n    return 3 * number * ('colorsys' not in sys.modules)\n    ### END SOLUTION"
    set_cell(tiny_course, "treble", f"def treble(number):\n{alone}")
    every = [one for one in chosen(tiny_course) if one.kind == "solution"]
    assert [faults(every[place], result) for place, result in judge_all(tiny_course, every, 1)] == [[]]


def test_is_a_grader_error_no_way_to_lose_points() -> None:
    """Does a wrong answer that only breaks the check not count as caught?"""
    records = (VerdictRecord("x", 2, Verdict.GRADER_ERROR, "the check crashed"), VerdictRecord("y", 1, Verdict.PASSED))
    result = as_notebook_run(GradedNotebook(records, cpu_seconds=1.5))
    mutant = Answer("a", "wrong answer", "b", frozenset({"x"}), source_notebook())
    assert faults(mutant, result) == ["grader error in x: the check crashed"]
    assert result.seconds == 1.5


def test_without_a_jail_nothing_is_proved_unless_asked_for(
    tiny_course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Does a machine without a jail say so at once, with the remedy, and take --unsafe-no-jail for an answer?"""

    def refuse() -> None:
        raise CoursepackError("student code cannot be jailed: bubblewrap is missing", remedy=jail.REMEDY)

    monkeypatch.setattr(jail, "check_jail", refuse)
    with pytest.raises(CoursepackError, match="--unsafe-no-jail"):
        prove_pack(tiny_course, [ASSIGNMENT], Proof(jobs=1))
    monkeypatch.setattr(validate, "run_all", lambda *_: iter(()))
    monkeypatch.setattr(validate, "answers", lambda *_, **__: iter(()))
    monkeypatch.setattr(validate, "selection", lambda *_, **__: [])
    assert prove_pack(tiny_course, [ASSIGNMENT], Proof(jobs=1, unsafe_no_jail=True)) == 0


@pytest.mark.parametrize("options", [(), ("--full",)])
def test_is_a_wrong_answer_told_by_its_name_where_several_share_a_notebook(
    tiny_course: Course, options: tuple[str, ...]
) -> None:
    """Is one that passes what it should lose found, and its neighbour in the notebook not accused?"""
    add_mutant(tiny_course, "double_right", "double", "number + number", "double-hidden")
    code, said = validated(tiny_course, "--skip-quick", *options)
    assert code == 1
    assert [line for line in said.splitlines() if "✗" in line] == [
        "✗ tiny wrong answer double_right: should lose double-hidden, but passes"
    ]
    assert "6 of 7 answers judged as they should be" in said


def all_lose_everything(_: Course, families: Sequence[Sequence[NotebookNode]], __: int) -> Iterator[tuple[Any, Any]]:
    """Stand in for `run_all`: no test of any notebook passes."""
    yield from (((f, i), NotebookRun(fault="ended")) for f, family in enumerate(families) for i in range(len(family)))


def test_does_skip_quick_run_all_answers_but_none_in_jail_and_judge(
    tiny_course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def judge(*_: object, **__: object) -> None:
        raise AssertionError("judged")

    monkeypatch.setattr(validate, "judge_all", judge)
    monkeypatch.setattr(validate, "run_all", all_lose_everything)
    assert prove_pack(tiny_course, [ASSIGNMENT], Proof(jobs=1, skip_quick=True)) == 1
    printed = capsys.readouterr().out
    assert "0 of" in printed
    assert "no answer went through jail and judge" in printed


def all_lack_a_package(_: Course, families: Sequence[Sequence[NotebookNode]], __: int) -> Iterator[tuple[Any, Any]]:
    """Stand in for `run_all`: the set-up cell of every notebook imports what is not installed."""
    lacking = NotebookRun(broken=(("setup", "ModuleNotFoundError: No module named 'not_there'"),))
    yield from (((f, i), lacking) for f, family in enumerate(families) for i in range(len(family)))


def test_is_a_package_that_is_missing_told_with_what_to_do_once(
    tiny_course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(validate, "run_all", all_lack_a_package)
    assert prove_pack(tiny_course, [ASSIGNMENT], Proof(jobs=1, skip_quick=True)) == 1
    printed = capsys.readouterr().out
    assert "setup raises ModuleNotFoundError: No module named 'not_there'\n  remedy: `pip install not_there`" in printed
    assert printed.count("remedy:") == 1


def test_are_names_whole_in_a_narrow_terminal() -> None:
    """Does the sentence fold in 80 columns, and not the assignment's name?"""
    answer = Answer("ps5_conv_blocks", "wrong answer", "wrong", frozenset(), NotebookNode())
    console = Console(width=80, file=io.StringIO())
    console.print(validate._table("Proof", [(answer, NotebookRun())]))
    assert "│ ps5_conv_blocks │ wrong answer " in console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("other", ["--quick", "--all-judged"])
def test_do_options_that_contradict_end_in_one_error(
    tiny_course: Course, other: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["coursepack", "validate", "--skip-quick", other, "--course", str(tiny_course.root)]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "leave one of them out" in capsys.readouterr().err
