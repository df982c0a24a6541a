"""Is each mistake of an author one error that names notebook and cell?"""

from __future__ import annotations

from typing import Any

import notebook_parts as parts
import pytest

from coursepack.build.authoring import find_mistakes

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
        ("### BEGIN HIDDEN TESTS\nassert 1\n### END HIDDEN TESTS", "no test cell"),
    ],
)
def test_are_faulty_markers_of_a_solution_cell_named(source: str, message: str) -> None:
    found = mistakes(parts.notebook({"double": source}))
    assert any(message in text and f"{NAME}, cell “double”" in text for text in found)


@pytest.mark.parametrize(
    ("cell", "source", "message"),
    [
        ("setup", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "no solution cell"),
        ("double-visible", "assert double(2) == 4", "does not begin with a comment"),
        ("double-visible", "# Check that it works\ndouble(2)\n2 + 2", "ends in a value"),
        ("double-visible", "# Check that it works\ndouble(2) == 4", "ends in a value"),
        ("double-visible", "# Check that it works\nassert double(2 == 4", "no Python"),
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
    assert any("has points" in text for text in mistakes(with_points("double-hidden", points)))


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
