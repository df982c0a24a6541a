"""Is an assignment that is written as a script built from it, and never at the cost of somebody's changes?"""

from __future__ import annotations

from pathlib import Path

import pytest

from coursepack.authoring import lint
from coursepack.authoring.drift import input_drift
from coursepack.authoring.new_assignment import new_assignment
from coursepack.authoring.scripts import refresh
from coursepack.authoring.solution_notebook import worked_inputs
from coursepack.authoring.worked_on import WorkedData, with_note, without_note
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.reading import read_notebook


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with one assignment, a script."""
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    new_assignment(Course(tmp_path), "week3", "", script=True)
    return Course(tmp_path)


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_is_a_script_an_assignment_that_lies_where_nbgrader_copies_nothing(course: Course) -> None:
    assert course.assignments == ["week3"]
    assert course.script("week3").is_file()
    assert not (course.root / "source" / "week3").exists()


def test_is_a_module_no_assignment(course: Course) -> None:
    """A file with helpers that some author keeps in source/."""
    (course.root / "source" / "helpers.py").write_text("x = 1\n", encoding="utf-8")
    assert course.assignments == ["week3"]


def test_is_a_script_linted_as_a_notebook_is(course: Course) -> None:
    """Also before there is a notebook, and with the script's own name?"""
    assert lint.mistakes(course, "week3") == []
    change(course.script("week3"), "# %% mean-hidden", "# %% MeanHidden")
    assert [(one.rule, one.where) for one in lint.mistakes(course, "week3")] == [
        ("id-readable", "source/week3.py, cell “MeanHidden”")
    ]
    assert not (course.root / "source" / "week3").exists()


def test_is_the_notebook_written_and_kept_in_step(course: Course) -> None:
    refresh(course, ["week3"])
    path = course.notebook("source", "week3")
    first = path.read_bytes()
    refresh(course, ["week3"])
    assert path.read_bytes() == first
    change(course.script("week3"), "return sum(values) / len(values)", "return math.fsum(values) / len(values)")
    with pytest.raises(CoursepackError, match=r"out of step with source/week3\.py"):
        refresh(course, ["week3"], check=True)
    assert path.read_bytes() == first
    refresh(course, ["week3"])
    assert "math.fsum" in path.read_text(encoding="utf-8")
    refresh(course, ["week3"], check=True)


@pytest.mark.parametrize("holds", ["", "all the numbers"])
def test_is_a_worked_version_of_a_script_in_step_with_its_source(course: Course, holds: str) -> None:
    """Also where it says what it ran on, in the same entry of the metadata in which a source names its script?"""
    refresh(course, ["week3"])
    inputs = worked_inputs(read_notebook(course.notebook("source", "week3")))
    assert input_drift(inputs, without_note(with_note(inputs, WorkedData("full", None, holds))), "week3") == []


def test_is_a_notebook_that_somebody_changed_refused_and_left(course: Course) -> None:
    refresh(course, ["week3"])
    path = course.notebook("source", "week3")
    change(path, "the worked number, 5", "the worked number, five")
    mine = path.read_bytes()
    with pytest.raises(CoursepackError, match=r"was changed since(?s:.*)carry the changes over to source/week3.py"):
        refresh(course, ["week3"])
    assert path.read_bytes() == mine


def test_is_a_notebook_of_somebody_elses_refused(course: Course) -> None:
    refresh(course, ["week3"])
    path = course.notebook("source", "week3")
    notebook = read_notebook(path)
    change(path, notebook.metadata.coursepack.digest, "0" * 64)
    with pytest.raises(CoursepackError, match=r"was not made from source/week3\.py"):
        refresh(course, ["week3"])
    assert path.is_file()


def test_does_fix_name_cells_and_set_points_in_their_lines_alone(course: Course) -> None:
    """Is every other line left as it is, and is the assignment then the one that it was?"""
    script = course.script("week3")
    right = script.read_text(encoding="utf-8")
    change(script, "# %% mean-hidden points=4", "# %%")
    change(script, "# %% mean\n", "# %% Mean\n")
    change(script, "# %% mean-text [markdown]", "# %% [markdown]")
    assert lint.lint(course, ["week3"], mend=True) == 0
    mended = right.replace("# %% mean-text [markdown]", "# %% the-mean-text [markdown]")  # after its heading
    assert script.read_text(encoding="utf-8") == mended


def test_is_a_script_that_needs_no_mending_left_as_it_is(course: Course) -> None:
    before = course.script("week3").stat()
    assert lint.lint(course, ["week3"], mend=True) == 0
    assert course.script("week3").stat() == before


def test_is_a_script_told_whose_first_cell_begins_with_no_line_of_its_own(course: Course) -> None:
    """Is nothing written where the lines that begin cells are not as many as the cells?"""
    script = course.script("week3")
    change(script, "# %% title [markdown]\n", "")
    change(script, "# %% mean\n", "# %%\n")
    text = script.read_text(encoding="utf-8")
    with pytest.raises(CoursepackError, match=r"source/week3\.py: the script's cells cannot be named line by line"):
        lint.lint(course, ["week3"], mend=True)
    assert script.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("script", [True, False])
def test_is_no_second_assignment_of_that_name_begun(course: Course, script: bool) -> None:
    with pytest.raises(CoursepackError, match="there is such an assignment already"):
        new_assignment(course, "week3", "", script=script)
