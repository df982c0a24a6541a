"""Whose doing is it when a hidden test does not pass: the student's, or ours?"""

from __future__ import annotations

from typing import Any

import pytest
from lab import Lab, verdicts, with_cell
from tiny_course import answered, source_notebook

from coursepack.grading.notebook.grade_notebook import NOT_GRADED
from coursepack.grading.notebook.verdict_records import GradedNotebook

SECRET = "the hidden test's own words"


def with_hidden(test: str, *, setup: str = "import math") -> dict[str, Any]:
    """Return a source notebook whose first hidden test is this."""
    source = source_notebook()
    for cell in source["cells"]:
        if cell["id"] == "double-hidden":
            text = f"# Check that double works\n### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS"
            cell["source"] = text
        if cell["id"] == "setup":
            cell["source"] = setup
    return source


def verdict(graded: GradedNotebook) -> str:
    assert verdicts(graded)["treble-hidden"] == "passed", "the other test was not judged by itself"
    return verdicts(graded)["double-hidden"]


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("from coursepack.checks import arrays\narrays.assert_matches('double', cases=3)", "TypeError"),
        (
            "from coursepack.checks import arrays, student\narrays.assert_returns(student, 'double', [2])",
            "AttributeError",
        ),
        ("import no_such_module\nassert double(2) == 4", "ModuleNotFoundError"),
        ("assert double(2) == 4\nfrom coursepack.checks import no_such_check", "ImportError"),
        ("import math\nassert double(math.two) == 4", "AttributeError"),
        ("assert double(2) == 4\nimport math\nassert math.cosinus(0) == 1", "AttributeError"),
        ("1 / 0\nassert double(2) == 4", "ZeroDivisionError"),
        ("assert double(2) == 4\nraise SystemExit", "SystemExit"),
        ("assert double(2).value == 4", "nor the solution"),
        ("expected = 4\nassert double(2) == expected[0]", "nor the solution"),
        ("assert double(2) == 4\nassert dubble(2) == 4", "“dubble”"),
    ],
)
def test_is_a_crash_of_a_test_ours(lab: Lab, test: str, message: str) -> None:
    """Does a test that breaks, whatever the answer, count as not graded, told with a traceback?"""
    graded = lab.grade(answered(), source=with_hidden(f"# {SECRET}\n{test}"))
    assert verdict(graded) == "grader error"
    [error] = graded.grader_errors
    assert message in error.message
    assert "Traceback" in error.details
    assert error.points == 0


CARELESS = """from coursepack.checks import arrays, student

class Careless:
    def call(self, name, *args):
        return student.call(name, *args) + 1

arrays.assert_returns(Careless(), "double", [arrays.Case("two", 2, expected=5)])"""


def test_does_a_check_that_cannot_handle_an_answer_cost_nobody_a_point(lab: Lab) -> None:
    """Is it the check's fault if it breaks at an odd answer, even at one student's only?"""
    assert verdict(lab.grade(answered(), source=with_hidden(CARELESS))) == "passed"
    assert verdict(lab.grade(answered(double="return 0"), source=with_hidden(CARELESS))) == "failed"
    assert verdict(lab.grade(answered(double="return None"), source=with_hidden(CARELESS))) == "grader error"


def test_is_a_grader_error_never_shown_to_a_student(lab: Lab) -> None:
    """Does the notebook that feedback is made from say nothing but that the test was not graded?"""
    graded = lab.grade(answered(), source=with_hidden(f"words = {SECRET!r}\nwords.nothing({SECRET!r})\ndouble(2)"))
    [cell] = [cell for cell in graded.notebook.cells if cell.id == "double-hidden"]
    [shown] = cell.outputs
    assert (shown.ename, shown.evalue) == ("NotGraded", NOT_GRADED)
    assert SECRET not in str(cell.outputs)
    assert SECRET in graded.grader_errors[0].details


@pytest.mark.parametrize(
    ("test", "setup"),
    [
        ("assert double(np.ones(1)) == 2", "import numpy as np"),
        ("assert double(ones(1)) == 2", "from numpy import ones"),
        ("assert [double(case) for case in CASES] == [2]", "CASES = [1]"),
        ("assert close(double(1), 2)", "def close(one, other):\n    return one == other"),
    ],
)
def test_are_the_notebooks_own_names_an_authors_mistake(lab: Lab, test: str, setup: str) -> None:
    """Is a test that uses what the notebook imports, or what its given cells make, not graded for anybody?"""
    graded = lab.grade(answered(), source=with_hidden(test, setup=setup))
    assert verdict(graded) == "grader error"
    assert (
        "neither the test nor an answer defines: import it or define it in the test" in graded.grader_errors[0].message
    )


def test_can_a_student_not_take_the_place_of_a_name(lab: Lab) -> None:
    """Does a student who defines what a test forgot to define gain nothing by it?"""
    cheat = with_cell("def close(one, other):\n    return True", double="return 0")
    graded = lab.grade(cheat, source=with_hidden("assert close(double(1), 2)"))
    assert verdict(graded) == "grader error"


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("assert double(2) + 1 == 5", "return None"),
        ("assert len(double('ab')) == 4", "return 3"),
        ("import numpy as np\nnp.testing.assert_allclose(double(2), 4)", "return 'four'"),
        ("import math\nassert math.isclose(double(2), 4)", "return [4]"),
        ("assert double([1])[1] == 1", "return []"),
        ("assert [double(n) for n in range(3)][2].real == 4", "return None"),
        ("from coursepack.checks import student\nassert student.call('double', 2) + 1 == 5", "return None"),
        ("if double(2) == 4:\n    pass", "import numpy as np\n    return np.ones(2)"),
    ],
)
def test_is_an_answer_that_plain_assertions_cannot_use_the_students(lab: Lab, test: str, answer: str) -> None:
    """Does an answer of the wrong kind, an unfinished one above all, fail a plain test and not the grader?"""
    graded = lab.grade(answered(double=answer), source=with_hidden(test))
    assert verdict(graded) == "student error"
    assert not any(record.details for record in graded.records), "the test's own text stays with the instructor"


def test_is_the_solution_asked_once_about_a_test_that_breaks(lab: Lab) -> None:
    """Does a class of unfinished answers cost one grading more, not one each?"""
    lab.worker.solutions.clear()
    source = with_hidden("assert double(3) + 1 == 7")
    for _ in range(3):
        assert verdict(lab.grade(answered(double="pass"), source=source)) == "student error"
    assert [sorted(passed) for passed in lab.worker.solutions.values()] == [
        ["double-hidden", "double-visible", "treble-hidden"]
    ]


def test_is_a_check_that_crashes_on_a_dead_kernel_the_students(lab: Lab) -> None:
    """Does ending the kernel under a check earn no more than before?"""
    graded = lab.grade(answered(double="import os; os._exit(0)"), source=with_hidden("assert double(2) + 1 == 5"))
    assert verdicts(graded)["double-hidden"] == "student error"
