"""Is an exercise known by its heading, whatever else stands in the notebook?"""

from __future__ import annotations

import nbformat
import notebook_parts as parts

from coursepack.course import Course
from coursepack.notebooks.exercises import exercises_of, title_of
from coursepack.notebooks.reading import read_notebook


def notebook(*cells: object) -> nbformat.NotebookNode:
    return parts.assemble(list(cells))  # type: ignore[arg-type]


def test_is_an_exercise_the_heading_above_its_cells_without_its_points() -> None:
    source = notebook(
        parts.text("title", "# Numbers"),
        parts.text(
            "one",
            "Text\n\n## Exercise 1 · `double`: twice a number (3 points, 5 minutes)\nMore\n\n```\n# no heading\n```",
        ),
        parts.code("a", "# Check that double is right\nassert 1", "test", 3),
        parts.text("two", "Exercise 2\n---"),
        parts.code("b", "assert 1", "test", 2),
        parts.text("three", "## Only looking"),
        parts.code("c", "assert 1", "test", 0),
    )
    assert title_of(source) == "Numbers"
    found = exercises_of(source)
    assert [(one.title, one.max_points) for one in found] == [
        ("Exercise 1 · double: twice a number", 3),
        ("Exercise 2", 2),
    ]
    assert [cell.about for one in found for cell in one.cells] == ["Check that double is right", ""]


def test_are_two_headings_of_one_name_told_apart() -> None:
    cells = [parts.text("title", "# Numbers")]
    for part in ("A", "B"):
        cells += [parts.text(f"part-{part}", f"## Part {part}"), parts.text(f"text-{part}", "### Try it")]
        cells += [parts.code(f"test-{part}", "assert 1", "test", 1)]
    assert [one.title for one in exercises_of(notebook(*cells))] == ["Part A · Try it", "Part B · Try it"]


def test_does_a_marked_region_give_no_heading() -> None:
    source = notebook(
        parts.text("title", "# Numbers\n## Exercise 1\n### BEGIN SOLUTION\n## secret\n### END SOLUTION"),
        parts.code("a", "assert 1", "test", 1),
    )
    assert [one.title for one in exercises_of(source)] == ["Exercise 1"]


def test_is_every_exercise_of_the_course_named_and_all_points_counted(repository: Course) -> None:
    for name in repository.assignments:
        source = read_notebook(repository.notebook("source", name))
        found = exercises_of(source)
        assert all(one.title.startswith("Exercise ") for one in found), name
        points = sum(cell.metadata.nbgrader.get("points", 0) for cell in source.cells if "nbgrader" in cell.metadata)
        assert sum(one.max_points for one in found) == points
