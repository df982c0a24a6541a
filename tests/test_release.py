"""Do the notebooks serve students and instructors as they are: alone, and with stock nbgrader?"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from coursepack.course import Course
from coursepack.notebooks.reading import read_notebook
from coursepack.settings import grading_environment
from coursepack.validation.snippets import solved_notebook

pytestmark = pytest.mark.long
ASSIGNMENTS = (
    *("ps1_conv_filters", "ps2_mnist_cnn", "ps3_backprop", "ps4_batchnorm", "ps5_conv_blocks"),
    "ps6_cifar_convnet",
)
# What a student's machine or Colab does not have.
BLOCK = "import sys\nsys.modules['coursepack'] = sys.modules['nbgrader'] = None"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_does_a_solved_student_version_run_where_coursepack_is_missing(
    repository: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, assignment: str
) -> None:
    for name, value in grading_environment(repository).items():
        monkeypatch.setenv(name, value)
    notebook = solved_notebook(read_notebook(repository.notebook("source", assignment)))
    assert not any("coursepack" in cell.source for cell in notebook.cells if cell.cell_type == "code")
    notebook.cells.insert(0, new_code_cell(BLOCK, id="block"))
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    errors = [o for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    assert errors == []


def nbgrader(course: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env={**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stderr + done.stdout


def settings(repository: Course, folder: Path) -> None:
    """Make the course's settings, its package and its data hold in another folder."""
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(repository.root / name, folder)
    for name in ("data", "convnet_course"):
        (folder / name).symlink_to(repository.root / name)


@pytest.mark.parametrize("assignment", ["ps5_conv_blocks"])
def test_does_stock_nbgrader_give_full_marks_to_a_solution_and_none_to_a_blank(
    repository: Course, tmp_path: Path, assignment: str
) -> None:
    settings(repository, tmp_path)
    shutil.copytree(repository.root / "source" / assignment, tmp_path / "source" / assignment)
    nbgrader(tmp_path, "generate_assignment", assignment, "--force")
    name = f"{assignment}.ipynb"
    released = tmp_path / "release" / assignment / name
    for student in ("ann", "bob"):
        (tmp_path / "submitted" / student / assignment).mkdir(parents=True)
    source = read_notebook(repository.notebook("source", assignment))
    nbformat.write(solved_notebook(source), tmp_path / "submitted" / "ann" / assignment / name)
    (tmp_path / "submitted" / "bob" / assignment / name).write_bytes(released.read_bytes())
    nbgrader(tmp_path, "autograde", assignment)
    nbgrader(tmp_path, "export")
    with (tmp_path / "grades.csv").open(newline="", encoding="utf-8") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {"ann": 20.0, "bob": 0.0}


def test_does_stock_nbgrader_validate_a_solved_student_version(repository: Course, tmp_path: Path) -> None:
    settings(repository, tmp_path)
    solved = solved_notebook(read_notebook(repository.notebook("source", "ps1_conv_filters")))
    nbformat.write(solved, tmp_path / "solved.ipynb")
    assert "Success" in nbgrader(tmp_path, "validate", "solved.ipynb")
    blank = read_notebook(repository.notebook("release", "ps1_conv_filters"))
    nbformat.write(blank, tmp_path / "blank.ipynb")
    assert "failed" in nbgrader(tmp_path, "validate", "blank.ipynb")
