"""Does the course's index page say what is in the notebooks, and does the story hang together?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nbformat import NotebookNode

from coursepack.authoring.points_table import TITLE_CELL, read_table
from coursepack.course import Course
from coursepack.notebooks.cells import points_of
from coursepack.notebooks.reading import read_notebook

NAMES = Course.find(Path(__file__).parent).assignments
ROW = re.compile(r"^\| (\d+) \| \[`(\w+)`\]\(([^)]+)\) \| (\d+) \| (\d+) \| (.+) \|$", re.MULTILINE)


def page(course: Course) -> str:
    return (course.root / "docs" / "course.md").read_text(encoding="utf-8")


def texts(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def test_does_the_page_list_every_assignment_in_order(repository: Course) -> None:
    rows = ROW.findall(page(repository))
    assert [int(number) for number, *_ in rows] == list(range(1, len(rows) + 1))
    assert [name for _, name, *_ in rows] == sorted(name for _, name, *_ in rows)
    assert set(NAMES) <= {name for _, name, *_ in rows}


@pytest.mark.parametrize("assignment", NAMES)
def test_are_points_and_minutes_those_of_the_notebook(repository: Course, assignment: str) -> None:
    rows = {name: (float(points), float(minutes)) for _, name, _, points, minutes, _ in ROW.findall(page(repository))}
    source = read_notebook(repository.notebook("source", assignment))
    title = next(cell.source for cell in source.cells if cell.id == TITLE_CELL)
    total = read_table(title, where=assignment)[-1]
    assert rows[assignment] == (total.points, total.minutes)
    assert total.points == sum(points_of(cell) for cell in source.cells)


@pytest.mark.parametrize("assignment", NAMES)
def test_does_its_link_lead_to_the_student_version(repository: Course, assignment: str) -> None:
    links = {name: link for _, name, link, *_ in ROW.findall(page(repository))}
    target = (repository.root / "docs" / links[assignment]).resolve()
    assert target == repository.notebook("release", assignment).resolve()
    assert target.exists()


def test_does_every_other_link_lead_somewhere(repository: Course) -> None:
    targets = re.findall(r"\]\(([^)#]+?)\)", page(repository))
    assert [target for target in targets if not (repository.root / "docs" / target).exists()] == []


@pytest.mark.parametrize("assignment", NAMES[1:])
def test_does_each_notebook_open_with_what_the_last_one_left_open(repository: Course, assignment: str) -> None:
    opening = texts(read_notebook(repository.notebook("source", assignment)))[0].split("\n\n")[1]
    assert re.search(r"[Ii]n (the last problem set|problem set \d)", opening)
    assert re.search(r"open|\?", opening)


@pytest.mark.parametrize("assignment", NAMES[:-1])
def test_does_each_notebook_but_the_last_name_what_comes_next(repository: Course, assignment: str) -> None:
    # After the conclusion only “Where you stand” follows.
    ending = texts(read_notebook(repository.notebook("source", assignment)))[-2]
    assert re.search(r"(next|last) (assignment|problem set)|problem set \d", ending)
