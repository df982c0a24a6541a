"""Do the notebooks serve students and instructors as they are: alone, and with stock nbgrader?"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from coursepack.course import Course
from coursepack.notebooks.cells import is_solution, is_test, points_of
from coursepack.notebooks.plot_cells import plot_cells
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
# What the last cell says of exercises without a visible test.
TOLD = re.compile("written|no visible test")


# The two that take more than a minute wait for `make nightly`.
SLOW = {"ps4_batchnorm", "ps5_conv_blocks"}


@pytest.mark.parametrize(
    "assignment", [pytest.param(name, marks=[pytest.mark.nightly] if name in SLOW else []) for name in ASSIGNMENTS]
)
def test_does_a_solved_student_version_run_where_coursepack_is_missing(
    repository: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, assignment: str
) -> None:
    """Cells that only draw are left out: they take most of the time, and a build runs them."""
    notebook = solved_notebook(read_notebook(repository.notebook("source", assignment)))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(name in cell.source for cell in code for name in ("coursepack", "nbgrader"))
    drawn = plot_cells(notebook)
    for cell in code:
        cell.source = "" if cell.id in drawn else cell.source
    run_all(repository, tmp_path, notebook, monkeypatch)
    errors = [o for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    assert errors == []
    for cell in notebook.cells:
        if is_test(cell) and points_of(cell) == 0:
            # A progress bar that a student's loop shows is gone once the line is written.
            assert re.fullmatch(r"✓ .+: .+\n", printed(cell).rpartition("\r")[2]), cell.id
    assert {state for state in standing(notebook).values() if not TOLD.match(state)} == {"✓ passed"}


def printed(cell: NotebookNode) -> str:
    """Return what a cell printed; it must have shown nothing else."""
    assert {output.get("name") for output in cell.outputs} == {"stdout"}, cell.id
    return "".join(output.text for output in cell.outputs)


def standing(notebook: NotebookNode) -> dict[str, str]:
    """Return what the last cell of a notebook that has run says about each exercise."""
    assert notebook.cells[-1].id == "where-you-stand"
    return dict(re.findall(r"^ *\d+  (.*?) {2,}(.*)$", printed(notebook.cells[-1]), re.MULTILINE))


def run_all(repository: Course, folder: Path, notebook: NotebookNode, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a notebook as JupyterLab's “Run All Cells” does, without the pack: up to a cell that raises without a tag."""
    for name, value in grading_environment(repository).items():
        monkeypatch.setenv(name, value)
    notebook.cells.insert(0, new_code_cell(BLOCK, id="block"))
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()


def student_version(repository: Course, assignment: str, solved: Collection[str] = ()) -> NotebookNode:
    """Return the student version as it is handed out, with the solution in some of its cells."""
    solution = {
        cell.id: cell.source for cell in solved_notebook(read_notebook(repository.notebook("source", assignment))).cells
    }
    notebook = read_notebook(repository.notebook("release", assignment))
    for cell in notebook.cells:
        cell.source = solution[cell.id] if cell.id in solved else cell.source
    return notebook


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_does_run_all_reach_the_end_of_an_untouched_student_version(
    repository: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, assignment: str
) -> None:
    notebook = student_version(repository, assignment)
    run_all(repository, tmp_path, notebook, monkeypatch)
    assert {state for state in standing(notebook).values() if not TOLD.match(state)} == {"– not begun"}


HALF_DONE = {
    "read_idx": "✓ passed",
    "output_size": "✗ failing: its visible test says why",
    "short answers": "? changed since its visible test passed: run the test again",
    "convolve2d": "✓ passed",
    "max_pool2d": "? begun: run its visible test",
    "conv_layer": "– not begun",
    "conv_parameters": "– not begun",
}


def test_does_a_half_solved_student_version_say_what_is_done(
    repository: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved = ("read-idx", "short-answers", "convolve2d", "max-pool2d")
    notebook = student_version(repository, "ps1_conv_filters", solved)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["output-size"].source = "def output_size(size, kernel_size, stride=1, padding=0):\n    return 0"
    cells["short-answers-hidden"].source += "\ninput_units = 0.5"
    cells["max-pool2d-visible"].source = "# not run"
    run_all(repository, tmp_path, notebook, monkeypatch)
    assert standing(notebook) == HALF_DONE


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
    """Also with the tags that let “Run All” go past a cell that raises: they must hide no failure."""
    settings(repository, tmp_path)
    blank = student_version(repository, "ps1_conv_filters")
    solved = student_version(repository, "ps1_conv_filters", [cell.id for cell in blank.cells if is_solution(cell)])
    tagged = [cell for cell in blank.cells if "raises-exception" in cell.metadata.get("tags", ())]
    visible = [cell for cell in blank.cells if is_test(cell) and not points_of(cell)]
    assert all(cell in tagged for cell in visible)
    nbformat.write(solved, tmp_path / "solved.ipynb")
    assert "Success" in nbgrader(tmp_path, "validate", "solved.ipynb")
    nbformat.write(blank, tmp_path / "blank.ipynb")
    said = nbgrader(tmp_path, "validate", "blank.ipynb")
    assert f"VALIDATION FAILED ON {len(visible)} CELL(S)" in said
    assert all(cell.source.splitlines()[0][:60] in said for cell in visible)
