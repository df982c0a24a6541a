"""One exercise of ps1 by itself, for otter-grader (https://otter-grader.readthedocs.io) and for us: the same cells."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import solved_notebook

ASSIGNMENT = "single"
CELLS = ("setup", "conv-parameters", "conv-parameters-visible", "conv-parameters-hidden")
OTTER_TEST = """from otter.test_files import test_case

OK_FORMAT = False
name = "q1"
points = 2


@test_case(points=2, hidden=True)
def test_values(env):
    conv_parameters = env["conv_parameters"]
    assert conv_parameters(1, 10, 5) == 260
    assert conv_parameters(10, 20, 5) == 5020
    assert conv_parameters(3, 7, 1) == 28
"""


def single_exercise(course: Course) -> NotebookNode:
    """Return the source notebook of the exercise on counting parameters, with the set-up cell of ps1."""
    notebook = read_notebook(course.notebook("source", "ps1_conv_filters"))
    cells = {cell.id: cell for cell in notebook.cells}
    notebook.cells = [cells[name] for name in CELLS]
    return notebook


def add_single_exercise(course: Course) -> None:
    """Make the exercise an assignment of a course."""
    path = course.notebook("source", ASSIGNMENT)
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.writes(single_exercise(course)), encoding="utf-8")


def otter_seconds(otter: str, course: Course, size: int) -> float:
    """Return the seconds that `otter run` takes for one solved notebook, as the mean of `size` runs.

    Args:
        otter: the command, in an environment that has the notebook's imports too.
        course: where ps1 is.
        size: how many runs.
    """
    with _otter_folder(otter, course) as folder:
        begun = time.monotonic()
        for _ in range(size):
            command = [otter, "run", "-a", "autograder.zip", "-o", "out", "--no-logo", "exercise.ipynb"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603
            results = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
            if sum(test.get("score", 0) for test in results["tests"]) != 2:
                raise SystemExit(f"otter did not give full points: {results['tests']}")
        return (time.monotonic() - begun) / size


@contextmanager
def _otter_folder(otter: str, course: Course) -> Iterator[Path]:
    solved = {cell.id: cell.source for cell in solved_notebook(single_exercise(course)).cells}
    sources = (
        solved["setup"],
        "import otter\ngrader = otter.Notebook('exercise.ipynb')",
        solved["conv-parameters"],
        solved["conv-parameters-visible"],
        "grader.check('q1')",
    )
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    folder = Path(tempfile.mkdtemp(prefix="otter-"))
    try:
        nbformat.write(
            nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "exercise.ipynb"
        )
        (folder / "tests").mkdir()
        (folder / "out").mkdir()
        (folder / "tests" / "q1.py").write_text(OTTER_TEST, encoding="utf-8")
        command = [otter, "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
