"""Is the course pack in this repository sound and in step with itself?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from coursepack.authoring.build import check_pack
from coursepack.authoring.colab import ColabBadge
from coursepack.authoring.leaks import release_leaks, solution_leaks
from coursepack.authoring.points_table import TITLE_CELL, read_table
from coursepack.authoring.run_all import TagMayRaise
from coursepack.authoring.solution_notebook import worked_inputs
from coursepack.authoring.source_checks import find_mistakes
from coursepack.course import Course
from coursepack.feedback.exporter import FeedbackExporter
from coursepack.gradebook import load_config
from coursepack.notebooks.cells import points_of
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook

COURSE = Course.find(Path(__file__).parent)
NAMES = COURSE.assignments
REQUIRED = [
    "ps1_conv_filters",
    "ps2_mnist_cnn",
    "ps3_backprop",
    "ps4_batchnorm",
    "ps5_conv_blocks",
    "ps6_cifar_convnet",
]


def test_does_the_course_have_its_assignments() -> None:
    assert set(REQUIRED) <= set(NAMES)


@pytest.mark.parametrize("assignment", NAMES)
def test_are_ids_points_and_markers_of_the_source_sound(assignment: str) -> None:
    source = read_notebook(COURSE.notebook("source", assignment))
    assert [str(mistake) for mistake in find_mistakes(source, assignment, "convnet_course")] == []


@pytest.mark.parametrize("assignment", NAMES)
def test_does_the_points_table_promise_what_the_cells_carry(assignment: str) -> None:
    source = read_notebook(COURSE.notebook("source", assignment))
    title = next(cell for cell in source.cells if cell.id == TITLE_CELL)
    total = read_table(title.source, where=assignment)[-1].points
    assert total == sum(points_of(cell) for cell in source.cells) > 0


@pytest.mark.parametrize("assignment", NAMES)
def test_would_a_fresh_build_leak_nothing(assignment: str) -> None:
    source = read_notebook(COURSE.notebook("source", assignment))
    leaks = release_leaks(source, released_notebook(source), "release")
    leaks += solution_leaks(source, worked_inputs(source), "solutions")
    assert [str(leak) for leak in leaks] == []


@pytest.mark.parametrize("assignment", NAMES)
def test_are_release_and_solutions_in_step_with_the_source(assignment: str) -> None:
    check_pack(COURSE, [assignment])


@pytest.mark.parametrize("folder", ["release", "solutions"])
def test_has_every_derived_notebook_a_source(folder: str) -> None:
    derived = {path.parent.name for path in (COURSE.root / folder).glob("*/*.ipynb")}
    assert derived == set(NAMES)


@pytest.mark.parametrize("assignment", NAMES)
def test_are_worked_notebooks_small_enough_to_read_online(assignment: str) -> None:
    assert COURSE.notebook("solutions", assignment).stat().st_size <= 2_000_000


@pytest.mark.parametrize("assignment", NAMES)
def test_have_worked_notebooks_pictures_and_no_complaint(assignment: str) -> None:
    worked = read_notebook(COURSE.notebook("solutions", assignment))
    outputs = [output for cell in worked.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


def test_does_stock_nbgrader_make_the_same_release(tmp_path: Path) -> None:
    """The badge and everything else a release needs come from `nbgrader_config.py`, not from our command."""
    assignment = REQUIRED[0]
    shutil.copytree(COURSE.root / "source" / assignment, tmp_path / "source" / assignment)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(COURSE.root / name, tmp_path)
    for name in ("convnet_course", "data"):
        (tmp_path / name).symlink_to(COURSE.root / name)
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", assignment]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    made = tmp_path / "release" / assignment / f"{assignment}.ipynb"
    assert made.read_bytes() == COURSE.notebook("release", assignment).read_bytes()


def test_does_the_configuration_hide_tests_in_feedback_and_set_badges() -> None:
    config = load_config(COURSE)
    assert config.GenerateAssignment.preprocessors.get_value([]) == [ColabBadge, TagMayRaise]
    assert config.GenerateFeedback.exporter_class is FeedbackExporter
