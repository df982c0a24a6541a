"""Does an author read what students will read about a wrong answer, and only where that was asked for?"""

from __future__ import annotations

import sys

import notebook_parts as parts
import pytest
from nbformat import NotebookNode
from tiny_course import ASSIGNMENT

from coursepack import cli
from coursepack.authoring.student_messages import redactor
from coursepack.course import Course
from coursepack.validation.answer_messages import message_lines
from coursepack.validation.answers import Answer
from coursepack.validation.forking_runner import CellOutcome, NotebookRun

HEAD = "What students read about each wrong answer:"
SQUARES = [f"{ASSIGNMENT} double_squares", "  double-hidden: double(21) gives 441, not 42"]
DOUBLES = [f"{ASSIGNMENT} treble_doubles", "  treble-hidden: treble is wrong"]


def wrong(name: str, loses: str) -> Answer:
    return Answer("tiny", "wrong answer", name, frozenset({loses}), NotebookNode())


def unchanged(_: str, message: str) -> str:
    return message


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["--only", "double_squares"], [HEAD, *SQUARES]),
        (["--only", "double_by_shift"], []),  # a right answer
        (["--messages"], [HEAD, *SQUARES, *DOUBLES]),
        ([], []),
    ],
)
def test_are_messages_shown_where_they_are_asked_for(
    tiny_course: Course,
    options: list[str],
    shown: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = ["coursepack", "validate", "--course", str(tiny_course.root), "-j", "1", "--skip-quick", *options]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().out
    assert ended.value.code == 0, said
    assert [line for line in said.splitlines() if line in {HEAD, *SQUARES, *DOUBLES}] == shown


def test_is_each_answer_of_a_shared_notebook_told_what_it_loses() -> None:
    """Also without the names of our own errors, with all lines, and where an assertion says nothing?"""
    outcomes = (
        CellOutcome("a-visible", 0, True),
        CellOutcome("a-hidden", 2, False, "CheckFailed: value\n  hint: look again"),
        CellOutcome("b-hidden", 2, False, "AssertionError: "),
    )
    told = message_lines([wrong("one", "a-hidden"), wrong("two", "b-hidden")], NotebookRun(outcomes), unchanged)
    assert [*told] == [
        *("tiny one", "  a-hidden: value", "      hint: look again"),
        *("tiny two", "  b-hidden: the assertion failed"),
    ]


def test_is_a_visible_test_that_fails_told_too() -> None:
    outcomes = (CellOutcome("a-visible", 0, False, "ValueError: too big"),)
    told = message_lines([wrong("one", "a-hidden")], NotebookRun(outcomes), unchanged)
    assert [*told] == ["tiny one", "  a-visible: ValueError: too big"]


def test_is_taken_out_of_a_message_what_feedback_takes_out(tiny_course: Course) -> None:
    parts.write_course(tiny_course.root, parts.notebook())
    students_see = redactor(tiny_course)
    assert students_see("doubling", "double(73219) gives 5") == "double(…) gives 5"
