"""Is a student told what an answer's own cell raised, where a test misses what it would have made?"""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from lab import Lab, with_cell
from tiny_course import answered

from coursepack.grading.notebook.missing_names import MAX_ERROR, explained

MISSES = "double: name 'double' is not defined\n  hint: keep the given name, and make sure that its cell runs"


def cell(source: str, ename: str = "", evalue: str = "") -> Any:
    error = nbformat.v4.new_output("error", ename=ename, evalue=evalue, traceback=[])
    return nbformat.v4.new_code_cell(source, outputs=[error] if ename else [])


MAKES = (
    "def double(number):\n    return (number",
    "@decorated\ndef double(number): pass",
    "class double:\n    pass",
    "double = undefined",
    "treble, double = undefined",
    "double: int = undefined",
    "from missing import double",
    "import missing as double",
    "if undefined:\n    double = 1",
    "%%time\ndef double(): pass",
)


@pytest.mark.parametrize("source", MAKES)
def test_is_the_error_of_the_cell_shown_that_makes_the_name(source: str) -> None:
    """Is it found whatever makes the name, in a text that is no Python too?"""
    said = explained(MISSES, [cell("x = 1"), cell(source, "ImportError", "No module named 'missing'")])
    why = "double is missing, because its cell ended with ImportError: No module named 'missing'"
    assert said == f"double: {why}\n  hint: run that cell by itself and fix its error"


OTHERS = ("print(double(2))", "assert double == 4", "def doubled(): pass", "redouble = 1", "# double = 1", "x = double")


@pytest.mark.parametrize("source", OTHERS)
def test_is_a_cell_that_only_uses_the_name_not_blamed(source: str) -> None:
    """Does the message stay where no cell that makes the name raised?"""
    assert explained(MISSES, [cell(source, "TypeError", "x"), cell("double = 1")]) == MISSES


def test_is_a_test_that_sets_the_name_not_blamed() -> None:
    """Is the failure of an earlier test, which has such a name of its own, no reason?"""
    test = cell("import numpy as double", "CheckFailed", "another one")
    test.metadata["nbgrader"] = {"grade": True, "grade_id": "other-hidden", "solution": False}
    assert explained(MISSES, [test]) == MISSES


def test_does_another_message_stay_as_it_is() -> None:
    """Is a message left alone that misses no name?"""
    assert explained("double(21) gives 0", [cell(MAKES[0], "SyntaxError", "x")]) == "double(21) gives 0"


def test_is_what_a_student_wrote_cut_and_cleaned() -> None:
    """Is a long error with control characters one short line?"""
    said = explained(MISSES, [cell("double = 1", "Error\x1b[2J", "a\nb\x00" + "x" * 10_000)])
    assert said.split("\n")[0].startswith("double: double is missing, because its cell ended with Error[2J: a bx")
    assert len(said) < 2 * MAX_ERROR + 200


BROKEN = {
    "a syntax error": ("return (number", "SyntaxError"),
    "an indentation error": ("return 1\n   return 2", "IndentationError"),
    "a missing name": ("return number\nundefined", "NameError: name 'undefined' is not defined"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_is_a_broken_answer_told_its_error(lab: Lab, what: str) -> None:
    """Does the hidden test's record name the error of the answer's cell, with its line and no file?"""
    body, error = BROKEN[what]
    text = f"def double(number):\n    {body}" if "undefined" not in body else "undefined\ndef double(number): pass"
    submission = answered()
    [answer] = [each for each in submission["cells"] if each["id"] == "double"]
    answer["source"] = text
    [record] = [record for record in lab.grade(submission).records if record.grade_id == "double-hidden"]
    assert "double is missing, because its cell ended with " + error in record.message
    assert "(line " in record.message or error.startswith("NameError")
    assert ".py" not in record.message


def test_is_a_missing_module_told_where_the_name_is_used(lab: Lab) -> None:
    """Is an import that failed named where an answer's function misses what it would have brought?"""
    graded = lab.grade(with_cell("import not_there as helper", double="return helper.twice(number)"))
    [record] = [record for record in graded.records if record.grade_id == "double-hidden"]
    assert (
        "helper is missing, because its cell ended with ModuleNotFoundError: No module named 'not_there'"
        in record.message
    )
