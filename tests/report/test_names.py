"""Does the report call exercises, checks and written answers what the notebook calls them?"""

from __future__ import annotations

import nbformat
from tiny_course import code, source_notebook, text

from coursepack.report.names import NotebookNames, name_cells

ANSWER = "**My answer**\n\n### BEGIN SOLUTION\n# Inside\nBecause.\n### END SOLUTION"


def written(name: str, source: str = ANSWER, **marks: object) -> dict[str, object]:
    fields = {"grade": True, "locked": False, "points": 2, "solution": True, "task": False, "schema_version": 3}
    return {**text(name, source), "metadata": {"nbgrader": {**fields, "grade_id": name, **marks}}}


def named(*cells: dict[str, object]) -> NotebookNames:
    notebook = source_notebook()
    notebook["cells"] += cells
    return name_cells(nbformat.from_dict(notebook))


def test_a_written_answer_is_named_by_the_heading_above_it() -> None:
    found = named(text("h", "### The derivation (written, 2 of the 5)\n\nDerive it."), written("why"))
    assert found.about["why"] == "The derivation (written answer)"
    assert found.sections["why"][1] == "Exercise 2: Treble a number · The derivation"
    assert found.written == {"why"}


def test_headings_in_an_answer_name_nothing() -> None:
    found = named(
        text("h", "## Exercise 3: Why? (2 points)"), written("why", "### Say why\n\n" + ANSWER), written("how")
    )
    assert found.about["why"] == "Exercise 3: Why? (written answer 1)"
    assert found.about["how"] == "Exercise 3: Why? (written answer 2)"


def test_answers_whose_headings_are_the_same_are_told_apart() -> None:
    heading = "### The derivation (written, 2 of the 5)"
    cells = [text("h", heading), written("why"), text("i", "## Exercise 3: Halve"), text("j", heading), written("how")]
    found = named(*cells)
    assert found.about["why"] == "Exercise 2: Treble a number · The derivation (written answer)"
    assert found.about["how"] == "Exercise 3: Halve · The derivation (written answer)"


def test_a_marking_scheme_is_no_answer_and_a_task_with_points_is_one() -> None:
    scheme = written("scheme", "*Marked by hand.*", grade=False, solution=False, task=True, points=0)
    task = written("draw", "Draw it.", grade=False, solution=False, task=True, points=3)
    found = named(text("h", "## Pictures"), scheme, task)
    assert found.written == {"draw"}
    assert found.about["draw"] == "Pictures (written answer)"
    assert "scheme" not in found.about


def test_code_that_a_person_marks_is_a_written_answer() -> None:
    cell = code("plot", "# Draw it", "test", 2)
    cell["metadata"]["nbgrader"].update(solution=True, locked=False)
    assert named(text("h", "## A plot of your own"), cell).about["plot"] == "A plot of your own (written answer)"


def test_checks_are_named_by_their_first_comment() -> None:
    assert named().about["double-hidden"] == "double works for other numbers"
