"""Is each mistake of an author one error that names notebook and cell?"""

from __future__ import annotations

from typing import Any

import notebook_parts as parts
import pytest

from coursepack.authoring.source_checks import find_mistakes

NAME = "source/doubling/doubling.ipynb"


def mistakes(source: parts.NotebookNode) -> list[str]:
    return [str(mistake) for mistake in find_mistakes(source, NAME)]


def with_cell(name: str, **changes: Any) -> parts.NotebookNode:
    """Return the sound notebook with some fields of one cell changed."""
    notebook = parts.notebook()
    next(cell for cell in notebook.cells if cell.id == name).update(changes)
    return notebook


def with_points(name: str, points: Any) -> parts.NotebookNode:
    notebook = parts.notebook()
    next(cell for cell in notebook.cells if cell.id == name).metadata.nbgrader["points"] = points
    return notebook


def test_has_a_sound_notebook_no_mistake() -> None:
    assert mistakes(parts.notebook()) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def double(n):\n    ### BEGIN SOLUTION\n    return 2 * n", "BEGIN SOLUTION has no END"),
        ("def double(n):\n    return 2 * n\n    ### END SOLUTION", "END SOLUTION has no BEGIN"),
        (
            "### BEGIN SOLUTION\nx = 1\n### BEGIN SOLUTION\ny = 2\n### END SOLUTION\n### END SOLUTION",
            "inside a region",
        ),
        ("### BEGIN SOLUTION\nx = 1\n### END HIDDEN TESTS", "END HIDDEN TESTS has no BEGIN"),
        ("def double(n):\n    return 2 * n", "no solution region"),
        ("def double(n):\n    ### BEGIN SOLUTION\n\n    ### END SOLUTION", "region is empty"),
        ("### BEGIN HIDDEN TESTS\nassert 1\n### END HIDDEN TESTS", "not a test cell"),
    ],
)
def test_are_faulty_markers_of_a_solution_cell_named(source: str, message: str) -> None:
    found = mistakes(parts.notebook({"double": source}))
    assert any(message in text and f"{NAME}, cell “double”" in text for text in found)


@pytest.mark.parametrize(
    ("cell", "source", "message"),
    [
        ("setup", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "not a solution cell"),
        ("double-visible", "assert double(2) == 4", "does not begin with a comment"),
        ("double-visible", "# Check that it works\ndouble(2)\n2 + 2", "ends in a value"),
        ("double-visible", "# Check that it works\ndouble(2) == 4", "ends in a value"),
        ("double-visible", "# Check that it works\nassert double(2 == 4", "not Python"),
        (
            "double-hidden",
            "# Check that it works\n### BEGIN HIDDEN TESTS\nanswer = 3\nanswer\n### END HIDDEN TESTS",
            "ends in a value",
        ),
        ("double-hidden", "# Check that it works\nassert double(2) == 4", "points belong on hidden tests"),
        (
            "double-visible",
            "# Check that it works\n### BEGIN HIDDEN TESTS\nassert double(2) == 4\n### END HIDDEN TESTS",
            "worth 0 points",
        ),
    ],
)
def test_is_a_faulty_cell_named(cell: str, source: str, message: str) -> None:
    found = mistakes(parts.notebook({cell: source}))
    assert any(message in text and f"cell “{cell}”" in text for text in found)


@pytest.mark.parametrize("points", [None, -1, "2", True])
def test_are_points_that_are_no_number_a_mistake(points: Any) -> None:
    said = "has no points" if points is None else f"has {points!r} for points"
    assert any(f"the test cell {said}" in text for text in mistakes(with_points("double-hidden", points)))


@pytest.mark.parametrize(
    "name", ["cell-bc7e6d59", "bc7e6d59", "0f8a4b6e-1c2d-4e5f-8a9b-0c1d2e3f4a5b", "17", "Double", "a b"]
)
def test_is_an_id_that_nobody_can_read_a_mistake(name: str) -> None:
    assert any("not a readable name" in text for text in mistakes(with_cell("picture", id=name)))


def test_is_a_cell_without_id_a_mistake() -> None:
    notebook = parts.notebook()
    del notebook.cells[2]["id"]
    assert any("has no id" in text for text in mistakes(notebook))


def test_is_an_id_used_twice_one_mistake() -> None:
    found = [text for text in mistakes(with_cell("picture", id="setup")) if "same id" in text]
    assert len(found) == 1
    assert "cell “setup”" in found[0]


def test_must_id_and_grade_id_agree() -> None:
    found = mistakes(with_cell("setup", id="imports"))
    assert any("differs from its nbgrader grade_id “setup”" in text for text in found)


def test_are_outputs_left_in_the_source_a_mistake() -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "4"}
    assert any("holds outputs" in text for text in mistakes(with_cell("picture", outputs=[output])))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("| 1. Double a number | 3 |", "| 1. Double a number | 2 |", "add up to 4, the total says 5"),
        ("| **5** |", "| **6** |", "the cells carry 5"),
        ("| **10** |", "| **11** |", "minutes add up to 10, the total says 11"),
        ("| 3 | 5 |", "| three | 5 |", "lacks a number"),
        ("| **Total** | **5** | **10** |", "", "does not end in a row of totals"),
        ("| exercise | points | minutes |", "| exercise | marks | minutes |", "there is no table"),
    ],
)
def test_is_a_points_table_that_disagrees_a_mistake(old: str, new: str, message: str) -> None:
    assert old in parts.TITLE
    found = mistakes(parts.notebook({"title": parts.TITLE.replace(old, new)}))
    assert any(message in text and "cell “title”" in text for text in found)


def test_is_a_missing_title_a_mistake() -> None:
    found = mistakes(parts.assemble(parts.cells()[1:]))
    assert found == [f"{NAME}: there is no markdown cell “title” with the points table"]


@pytest.mark.parametrize(("promised", "expected"), [("3 points", 0), ("4 points", 1), ("no grade", 0)])
def test_must_a_heading_promise_what_its_cells_carry(promised: str, expected: int) -> None:
    heading = parts.text("heading", f"## 1. Double a number ({promised})")
    next_heading = parts.text("next-heading", "## 2. Treble a number (2 points)")
    cells = parts.cells()
    found = mistakes(parts.assemble([*cells[:3], heading, *cells[3:6], next_heading, *cells[6:]]))
    assert len(found) == expected
    assert all("heading promises 4 points, the cells below it carry 3" in text for text in found)


def test_is_a_notebook_that_nbgrader_refuses_a_mistake() -> None:
    notebook = parts.notebook()
    notebook.cells[2].metadata.nbgrader["schema_version"] = 99
    assert any("nbgrader cannot make a student version" in text for text in mistakes(notebook))


def test_is_a_count_left_in_the_source_a_mistake() -> None:
    assert any("holds outputs" in text for text in mistakes(with_cell("picture", execution_count=3)))


def test_may_a_test_cell_end_in_a_call() -> None:
    assert mistakes(parts.notebook({"double-visible": "# Check that it works\ndouble(2)"})) == []


def of_hidden(test: str, **others: str) -> list[str]:
    """Return the mistakes of a notebook whose hidden test is this."""
    text = f"# Check that it works\n### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS"
    return mistakes(parts.notebook({**others, "double-hidden": text}))


SETUP = "%matplotlib inline\nimport numpy as np\nimport os.path\nfrom math import sqrt as root\nCASES = [1, 2]"


@pytest.mark.parametrize(
    ("test", "message", "remedy"),
    [
        ("assert double(np.ones(1)) == 2", "the notebook's “np”", "add `import numpy as np` to the cell"),
        ("for case in np.ones(3):\n    assert double(case) == 2", "the notebook's “np”", "`import numpy as np`"),
        ("assert double(root(4)) == 4", "the notebook's “root”", "add `from math import sqrt as root` to the cell"),
        ("assert os.path.exists('/')", "the notebook's “os”", "add `import os.path` to the cell"),
        (
            "def case():\n    return np.ones(3)\nassert double(case()) == 2",
            "the notebook's “np”",
            "`import numpy as np`",
        ),
        (
            "assert [double(c) for c in CASES] == [2, 4]",
            "“CASES”, which cell “setup” makes",
            "`student.value('CASES')`",
        ),
        ("assert double(factor) == 4", "“factor”, which nothing defines", "import it or define it"),
        ("display(double(2))", "“display”, which nothing defines", "import it or define it"),
        ("from math import *\nassert double(sqrt(4)) == 4", "imports “*”", "import them by name"),
        ("%time double(2)\nassert double(2) == 4", "not plain Python", "leave out magics"),
        ("assert (await double(2)) == 4", "not plain Python", "leave out magics"),
    ],
)
def test_is_a_name_that_the_judge_does_not_have_a_mistake(test: str, message: str, remedy: str) -> None:
    """Does the build tell a hidden test that could only fail, for every student, with the line that mends it?"""
    found = of_hidden(test, setup=SETUP)
    assert len(found) == 1
    assert message in found[0]
    assert "cell “double-hidden”" in found[0]
    assert remedy in found[0]


def test_is_a_class_of_the_students_named_with_the_way_to_it() -> None:
    classes = "class Counter:\n    ### BEGIN SOLUTION\n    count = 0\n    ### END SOLUTION\ndouble = treble = Counter"
    [found] = [text for text in of_hidden("assert Counter().count == 0", double=classes) if "hidden" in text]
    assert "student's class “Counter”" in found
    assert "`student.instance('Counter')`" in found


@pytest.mark.parametrize(
    "test",
    [
        "assert double(21) == 42",
        "import numpy as np\nassert double(np.ones(1)) == 2",
        "try:\n    import numpy as np\nexcept ImportError:\n    np = None\nassert np and double(2) == 4",
        "def close(one, other):\n    return abs(one - other) < 1e-6\nassert close(double(2), 4)",
        "total = 0\nfor number in range(3):\n    total += double(number)\nassert total == 6",
        "assert all(double(n) == 2 * n for n in range(3)), f'{double(2)!r}'",
    ],
)
def test_are_the_tests_own_names_and_the_answers_functions_no_mistake(test: str) -> None:
    assert of_hidden(test, setup=SETUP) == []


def test_may_a_visible_test_use_the_notebooks_own_names() -> None:
    visible = "# Check that it works\nassert double(np.ones(1)) == 2"
    assert mistakes(parts.notebook({"setup": SETUP, "double-visible": visible})) == []


HIDDEN = "# Check that it works\n### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"


def of_package(**changes: str) -> list[str]:
    """Return the mistakes of a notebook in a course whose own package is `our_course`."""
    return [str(mistake) for mistake in find_mistakes(parts.notebook(changes), NAME, "our_course")]


@pytest.mark.parametrize(
    ("cell", "source", "named"),
    [
        ("setup", "import math\nfrom our_course import data", "our_course"),
        ("setup", "import math, our_course.data as data", "our_course.data"),
        ("setup", "import importlib, math\nimportlib.import_module('our_course.data')", "our_course.data"),
        ("setup", "import math\n%time import our_course", "our_course"),
        ("picture", "from coursepack.checks import student", "coursepack.checks"),
        ("picture", "!python -m coursepack.judge.server", "coursepack.judge.server"),
        ("double", "### BEGIN SOLUTION\nfrom our_course.right import double\n### END SOLUTION", "our_course.right"),
        ("double-visible", "# Check that it works\nfrom our_course import cases\nassert double(2) == 4", "our_course"),
        ("double-hidden", "# Check it\nimport our_course\n" + HIDDEN.format("assert double(2) == 4"), "our_course"),
        ("double-hidden", HIDDEN.format("assert double(2) == 4") + "\nimport our_course", "our_course"),
    ],
)
def test_is_a_package_that_students_do_not_have_a_mistake_outside_hidden_tests(
    cell: str, source: str, named: str
) -> None:
    [found] = [text for text in of_package(**{cell: source}) if "students do not have" in text]
    assert f"{NAME}, cell “{cell}”: the cell uses “{named}”" in found
    assert "between `### BEGIN HIDDEN TESTS` and `### END HIDDEN TESTS`" in found


@pytest.mark.parametrize(
    ("cell", "source"),
    [
        ("double-hidden", HIDDEN.format("from our_course import cases\nassert double(2) == cases.FOUR")),
        (
            "double-hidden",
            "# Check that it works\nfor n in (1, 2):\n    ### BEGIN HIDDEN TESTS\n    from our_course import cases\n"
            "    assert double(n) == cases.TWICE[n]\n    ### END HIDDEN TESTS",
        ),
        ("colab", "This course is made with coursepack; its package is `our_course.data`."),
        ("setup", "import math  # coursepack.checks grades this"),
        ("setup", "import math\nour_course = [1]\nour_course.append(2)"),
        ("setup", "import math\nprint('made with coursepack')"),
        ("setup", "import math, our_courses.data"),
        ("picture", "from . import our_course"),
    ],
)
def test_is_a_package_that_students_do_not_have_free_elsewhere(cell: str, source: str) -> None:
    """Are hidden tests, prose, comments, and variables of the same name no mistake?"""
    assert of_package(**{cell: source}) == []


def test_is_only_the_tools_name_taken_where_a_course_has_no_package() -> None:
    assert mistakes(parts.notebook({"setup": "import math, our_course"})) == []
    [found] = mistakes(parts.notebook({"setup": "import math, coursepack"}))
    assert "“coursepack”, which students do not have" in found
