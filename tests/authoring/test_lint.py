"""Does `coursepack lint` find what a build refuses, say why, and mend what can be mended without a guess?"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import nbformat
import notebook_parts as parts
import pytest

from coursepack.authoring import lint, points_table, source_checks
from coursepack.authoring.fixes import fix
from coursepack.authoring.rules import RULES, explain
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.reading import read_notebook

NAME = "doubling"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    parts.write_course(tmp_path, parts.notebook())
    return Course(tmp_path)


def as_from_jupyterlab(*, points: bool = True) -> parts.NotebookNode:
    """Return the sound notebook as somebody types it into JupyterLab: random ids, outputs, no nbgrader fields."""
    notebook = parts.notebook()
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{number:08x}"
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = 1, [nbformat.v4.new_output("stream", text="hello\n")]
        worth = cell.metadata.get("nbgrader", {}).get("points")
        cell.metadata.pop("nbgrader", None)
        if worth and points:
            cell.metadata["nbgrader"] = {"points": worth}
    return notebook


def used_rules() -> set[str]:
    """Return the rules that the checks name."""
    found = {"leak"}
    for module in (source_checks, points_table):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("RuleError", "_fault")
            ):
                found |= {ast.literal_eval(node.args[0])} if isinstance(node.args[0], ast.Constant) else set()
    return found


def test_has_every_rule_a_check_and_every_check_a_rule() -> None:
    assert used_rules() == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_is_a_rule_explained_in_sentences(rule: str) -> None:
    said = explain(rule)
    assert said.startswith(f"{rule}: ")
    assert all(text.endswith(".") for text in (RULES[rule].says, RULES[rule].why))
    assert rule in explain("all")


def test_is_an_unknown_rule_told_with_the_known_ones() -> None:
    with pytest.raises(CoursepackError, match=r"no rule “nonsense”(?s:.*)id-readable"):
        explain("nonsense")


def test_is_a_sound_notebook_passed(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    before = course.notebook("source", NAME).read_bytes()
    assert lint.lint(course, [NAME]) == 0
    assert lint.lint(course, [NAME], mend=True) == 0
    assert "no problem found" in capsys.readouterr().out
    assert course.notebook("source", NAME).read_bytes() == before


def test_is_a_mistake_printed_with_its_place_its_rule_and_how_to_learn_more(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    parts.write_course(course.root, parts.notebook({"double-visible": "assert double(2) == 4"}))
    assert lint.lint(course, [NAME]) == 1
    said = capsys.readouterr().out
    assert "source/doubling/doubling.ipynb, cell “double-visible”: the test cell does not begin" in said
    assert "[test-opening]" in said and "lint --explain test-opening" in said


def test_is_a_leak_found_without_a_build(course: Course) -> None:
    parts.write_course(course.root, parts.notebook({"picture": "secret_number = 73219"}))
    assert {mistake.rule for mistake in lint.mistakes(course, NAME)} == {"leak"}


def test_is_a_hidden_line_that_the_worked_version_would_show_found_without_a_build(tmp_path: Path) -> None:
    notebook = parts.notebook()
    solution = next(cell for cell in notebook.cells if "BEGIN SOLUTION" in cell.source)
    hidden = next(cell for cell in notebook.cells if "BEGIN HIDDEN TESTS" in cell.source)
    solution.source = solution.source.replace("### END SOLUTION", "penguins = [3.7, 5.1]\n    ### END SOLUTION")
    hidden.source = hidden.source.replace("### END HIDDEN TESTS", "penguins = [3.7, 5.1]\n### END HIDDEN TESTS")
    parts.write_course(tmp_path, notebook)
    found = lint.mistakes(Course(tmp_path), NAME)
    assert any(one.rule == "leak" and one.where.startswith("solutions/") and one.remedy for one in found), found


def test_are_a_leak_and_points_that_disagree_told_together(course: Course) -> None:
    notebook = read_notebook(course.notebook("source", NAME))
    hidden = next(cell for cell in notebook.cells if "BEGIN HIDDEN TESTS" in cell.source)
    telling = next(line for line in hidden.source.splitlines() if line.startswith("assert "))
    hidden.metadata.nbgrader.points = 17
    notebook.cells[0].source += f"\n\n{telling}"
    parts.write_course(course.root, notebook)
    assert {"leak", "points-sums"} <= {one.rule for one in lint.mistakes(course, NAME)}


def test_is_all_told_in_one_run_that_shows_after_a_fix(course: Course) -> None:
    """Of a notebook typed into JupyterLab: missing points, names that the judge lacks, a leak?"""
    notebook = as_from_jupyterlab(points=False)
    double_hidden, treble_hidden, picture = (notebook.cells[place] for place in (5, 7, 8))
    picture.source += "\nsecret_number = 73219"
    for cell in (double_hidden, treble_hidden):
        cell.source = cell.source.replace("### END", "assert math.pi > 3\n### END")
    notebook.cells.append(nbformat.from_dict(parts.text("000000aa", "## Exercise 3: why (2 points)")))
    answer = "**My answer**\n### BEGIN SOLUTION\nBecause twice one is two.\n### END SOLUTION"
    notebook.cells.append(nbformat.from_dict(parts.text("000000bb", answer)))
    parts.write_course(course.root, notebook)
    first = lint.mistakes(course, NAME)
    told = {(one.rule, one.where.partition("cell ")[2]) for one in first}
    assert {("test-names", "“00000005”"), ("test-names", "“00000007”"), ("leak", "“00000008”")} <= told
    assert {("points-number", f"“{name}”") for name in ("00000005", "00000007", "000000bb")} <= told
    lint.lint(course, [NAME], mend=True)
    after = lint.mistakes(course, NAME)
    assert after and {one.rule for one in after} <= {one.rule for one in first}
    assert len({(one.rule, one.where) for one in first}) == len(first), "told twice"


def test_has_an_answer_in_words_no_points_that_are_no_number(course: Course) -> None:
    notebook = parts.notebook()
    marks = {"grade": True, "grade_id": "why", "locked": False, "schema_version": 3, "solution": True, "task": False}
    answer = parts.text("why", "**My answer**\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION")
    notebook.cells.append(nbformat.from_dict({**answer, "metadata": {"nbgrader": marks}}))
    parts.write_course(course.root, notebook)
    [mistake] = lint.mistakes(course, NAME)
    assert (mistake.rule, mistake.what) == ("points-number", "the answer that a person marks has no points")


def test_is_a_remedy_printed_once(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    parts.write_course(course.root, as_from_jupyterlab())
    lint.lint(course, [NAME])
    printed = capsys.readouterr().out
    assert printed.count("the source cell holds outputs") > 1
    assert printed.count("remedy: run `coursepack lint --fix`\n") == 1


def test_needs_a_notebook_typed_into_jupyterlab_no_editing_by_hand(course: Course) -> None:
    """Are ids, fields and outputs all set, so that nothing is left to find?"""
    parts.write_course(course.root, as_from_jupyterlab())
    assert lint.lint(course, [NAME]) > 0
    assert lint.lint(course, [NAME], mend=True) == 0
    mended = read_notebook(course.notebook("source", NAME))
    names = [cell.id for cell in mended.cells]
    assert names[0] == "title" and names[2:8] == [
        *("setup", "double", "double-visible", "double-hidden"),
        *("treble", "treble-hidden"),
    ]
    fields = {cell.id: dict(cell.metadata.nbgrader) for cell in mended.cells if "nbgrader" in cell.metadata}
    wanted = {cell.id: dict(cell.metadata.nbgrader) for cell in parts.notebook().cells if "nbgrader" in cell.metadata}
    del wanted["setup"]  # whether a given cell is locked is the author's choice
    assert fields == wanted


def test_are_points_taken_from_a_heading_where_only_one_cell_lacks_them() -> None:
    notebook = as_from_jupyterlab(points=False)
    notebook.cells.insert(3, nbformat.from_dict(parts.text("00000099", "## Exercise 1: double (3 points)")))
    notebook.cells.insert(7, nbformat.from_dict(parts.text("00000098", "## Exercise 2: treble (2 points)")))
    said = fix(notebook)
    points = {cell.id: cell.metadata.nbgrader.get("points") for cell in notebook.cells if "nbgrader" in cell.metadata}
    assert (points["double-hidden"], points["treble-hidden"]) == (3, 2)
    assert "“double-hidden” is worth 3 points, as the heading above it says" in said


def test_are_points_left_alone_where_two_cells_could_carry_them() -> None:
    notebook = as_from_jupyterlab(points=False)
    notebook.cells.insert(3, nbformat.from_dict(parts.text("00000099", "## Both (5 points)")))
    fix(notebook)
    assert [c.id for c in notebook.cells if "points" in c.metadata.get("nbgrader", {})] == ["double-visible"]


def cell_of(source: str, kind: str = "code", **fields: Any) -> parts.NotebookNode:
    cell = parts.code("x", source, "plain") if kind == "code" else parts.text("x", source)
    return nbformat.from_dict({**cell, **fields})


@pytest.mark.parametrize(
    ("own", "grade_id", "becomes"),
    [
        ("5f1c2d3e", "double", "double"),
        ("double", "cell-bc7e6d59a1b2c3d4", "double"),
        ("5f1c2d3e", "cell-bc7e6d59a1b2c3d4", "twice"),
        ("other", "double", "double"),
        ("Has_Capitals", "Has_Capitals", "twice"),
    ],
)
def test_which_of_two_names_does_a_cell_keep(own: str, grade_id: str, becomes: str) -> None:
    source = "def twice(n):\n    ### BEGIN SOLUTION\n    return 2 * n\n    ### END SOLUTION"
    metadata = {"nbgrader": {"grade": False, "grade_id": grade_id, "locked": False, "solution": True}}
    notebook = parts.assemble([cell_of(source, id=own, metadata=metadata)])
    fix(notebook)
    [cell] = notebook.cells
    assert (cell.id, cell.metadata.nbgrader.grade_id) == (becomes, becomes)


def test_gets_a_copied_cell_a_name_of_its_own() -> None:
    notebook = parts.notebook()
    copied = nbformat.from_dict(notebook.cells[5])
    copied.id = "0badcafe"
    notebook.cells.insert(6, copied)
    assert "“0badcafe” is now “double-hidden-2”" in fix(notebook)
    assert notebook.cells[5].id == "double-hidden"


def test_are_set_fields_never_changed() -> None:
    """A solution in a test cell is a mistake that the author must settle."""
    notebook = parts.notebook({"double-visible": "# Check that\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION"})
    before = nbformat.from_dict(notebook)
    assert fix(notebook) == []
    assert notebook == before


@pytest.mark.parametrize(
    ("source", "kind", "name"),
    [
        ("## Exercise 3: the largest of all of them (4 points)", "markdown", "the-largest-of-all-text"),
        ("Just words.", "markdown", "t-text"),
        ("def max_pool2d(x):\n    return x", "code", "max-pool2d"),
        ("class ConvNet:\n    pass", "code", "conv-net"),
        ("print(1)", "code", "given"),
        ("a, b = 1, 2", "code", "a"),
    ],
)
def test_says_a_name_what_the_cell_holds(source: str, kind: str, name: str) -> None:
    notebook = parts.assemble([parts.text("title", "# T"), cell_of(source, kind, id="12345678")])
    if kind == "code":
        notebook.cells[1].update(outputs=[], execution_count=None)
    fix(notebook)
    assert notebook.cells[1].id == name
