"""A tiny course without torch: two exercises, so that a grading run takes seconds."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from coursepack.course import Course

ASSIGNMENT = "tiny"
KINDS = {"given": (False, True, False), "solution": (False, False, True), "test": (True, True, False)}
DOUBLE = """def double(number):
    \"\"\"Return twice the number.\"\"\"
    # TODO: return twice the number
    ### BEGIN SOLUTION
    return number + number
    ### END SOLUTION"""
TREBLE = """def treble(number):
    \"\"\"Return three times the number.\"\"\"
    # TODO: return three times the number
    ### BEGIN SOLUTION
    return 3 * number
    ### END SOLUTION"""
DOUBLE_HIDDEN = """# Check that double works for other numbers
### BEGIN HIDDEN TESTS
assert double(21) == 42, f"double(21) gives {double(21)}, not 42"
### END HIDDEN TESTS"""
TREBLE_HIDDEN = """# Check that treble works for other numbers
### BEGIN HIDDEN TESTS
assert treble(5) == 15, "treble is wrong"
### END HIDDEN TESTS"""


def code(name: str, source: str, kind: str, points: int | None = None) -> dict[str, Any]:
    """Return a code cell of one of nbgrader's kinds."""
    grade, locked, solution = KINDS[kind]
    fields = {"grade": grade, "grade_id": name, "locked": locked, "solution": solution}
    metadata = {"nbgrader": {**fields, "schema_version": 3, "task": False}}
    if grade:
        metadata["nbgrader"]["points"] = points
    cell = {"cell_type": "code", "id": name, "metadata": metadata, "source": source}
    return {**cell, "execution_count": None, "outputs": []}


def text(name: str, source: str) -> dict[str, Any]:
    """Return a markdown cell."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def source_notebook() -> dict[str, Any]:
    """Return the tiny source notebook."""
    cells = [
        text("title", "# Numbers"),
        code("setup", "import math", "given"),
        text("first", "## Exercise 1: Double a number (3 points)"),
        code("double", DOUBLE, "solution"),
        code("double-visible", "# Check that double works for 2\nassert double(2) == 4", "test", 0),
        code("double-hidden", DOUBLE_HIDDEN, "test", 3),
        text("second", "## Exercise 2: Treble a number (2 points)"),
        code("treble", TREBLE, "solution"),
        code("treble-hidden", TREBLE_HIDDEN, "test", 2),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


SNIPPETS = {
    "right": {
        "double_by_shift": '"""Shifts bits."""\n# %% double\ndef double(number):\n    return number << 1\n',
        "treble_by_sum": '"""Sums up."""\n# %% treble\ndef treble(number):\n    return sum([number] * 3)\n',
    },
    "wrong": {
        "double_squares": '"""Squares."""\n# loses: double-hidden\n# %% double\ndef double(number):\n'
        "    return number**2\n",
        "treble_doubles": '"""Doubles."""\n# loses: treble-hidden\n# %% treble\ndef treble(number):\n'
        "    return 2 * number\n",
    },
}


def answered(double: str = "return number + number", treble: str = "return 3 * number") -> dict[str, Any]:
    """Return a submission with these answers; the tests are those of the student version."""
    notebook = copy.deepcopy(source_notebook())
    for cell in notebook["cells"]:
        if cell["id"] in ("double", "treble"):
            cell["source"] = f"def {cell['id']}(number):\n    {double if cell['id'] == 'double' else treble}"
        elif cell["id"].endswith("-hidden"):
            cell["source"] = cell["source"].split("\n")[0]
    return notebook


def make_tiny_course(root: Path) -> Course:
    """Make a course folder with one tiny assignment and its snippets, nothing handed in."""
    source = root / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text(json.dumps(source_notebook()), encoding="utf-8")
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 20\n", encoding="utf-8")
    for kind, snippets in SNIPPETS.items():
        folder = root / "answers" / ASSIGNMENT / kind
        folder.mkdir(parents=True)
        for name, snippet in snippets.items():
            (folder / f"{name}.py").write_text(snippet, encoding="utf-8")
    return Course(root)


def hand_in(course: Course, student: str, content: dict[str, Any] | str, timestamp: str = "") -> Path:
    """Put a student's notebook (a dictionary or text) into `submitted/` and return its path."""
    path = course.notebook(f"submitted/{student}", ASSIGNMENT)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    if timestamp:
        (path.parent / "timestamp.txt").write_text(timestamp, encoding="utf-8")
    return path


@pytest.fixture
def tiny_course(tmp_path: Path) -> Course:
    """A course folder with one tiny assignment and its snippets, nothing handed in."""
    return make_tiny_course(tmp_path / "course")
