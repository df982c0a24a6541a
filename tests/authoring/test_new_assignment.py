"""Does `coursepack new` begin an assignment that holds to every rule, and overwrite nothing?"""

from __future__ import annotations

from pathlib import Path

import pytest

from coursepack.authoring import lint
from coursepack.authoring.new_assignment import filled, new_assignment, source_of
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.cells import points_of
from coursepack.notebooks.reading import read_notebook


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    return Course(tmp_path)


def test_does_a_new_assignment_hold_to_the_rules(course: Course) -> None:
    assert new_assignment(course, "week2", "Means and ends") == "source/week2/week2.ipynb"
    assert course.assignments == ["week2"]
    assert lint.mistakes(course, "week2") == []
    cells = read_notebook(course.notebook("source", "week2")).cells
    assert cells[0].source.startswith("# Means and ends\n")
    assert sum(map(points_of, cells)) == 5
    assert "### BEGIN MARK SCHEME" in cells[-3].source
    assert not any("@@" in cell.source for cell in cells)


def test_is_a_title_made_from_the_name(course: Course) -> None:
    new_assignment(course, "two_means", "")
    assert read_notebook(course.notebook("source", "two_means")).cells[0].source.startswith("# Two means\n")


def test_is_what_exists_refused_and_left(course: Course) -> None:
    new_assignment(course, "week2", "")
    path = course.notebook("source", "week2")
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(CoursepackError, match="there is such an assignment already"):
        new_assignment(course, "week2", "")
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "../week2", "week 2", ".week2", "week+2", "a/b"])
def test_is_a_name_that_cannot_be_one_refused(course: Course, name: str) -> None:
    with pytest.raises(CoursepackError, match="cannot be the name"):
        new_assignment(course, name, "")
    assert not (course.root / "source").exists()


@pytest.mark.parametrize("template", ["assignment.py.txt", "first_assignment.py.txt"])
def test_is_the_list_of_exercises_made_by_the_code_of_our_own_course(repository: Course, template: str) -> None:
    """One copy of this code in the tool, one in the course: do they agree?"""
    ours = read_notebook(repository.notebook("source", repository.assignments[0]))
    code = {cell.id: cell.source for cell in ours.cells}
    made = {cell.id: cell.source for cell in source_of(filled(template, TITLE="x")).cells}
    assert made["where-you-stand"].partition("\n}\n")[2] == code["where-you-stand"].partition("\n}\n")[2]
    assert made["setup"].partition("visible_tests =")[2].strip() in code["setup"]
    assert made["where-you-stand-text"].split() == code["where-you-stand-text"].split()
