"""Small source notebooks for the tests of the build room: no torch, no data."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

TITLE = """# Doubling

| exercise | points | minutes |
|---|---|---|
| 1. Double a number | 3 | 5 |
| 2. Treble a number | 2 | 5 |
| **Total** | **5** | **10** |"""
COLAB = (
    "> **Colab:** download this notebook and upload it at <https://colab.research.google.com> (File → Upload notebook)."
)
DOUBLE = '''def double(number):
    """Return twice the number."""
    # TODO: return twice the number
    ### BEGIN SOLUTION
    twice_as_much = number + number
    return twice_as_much
    ### END SOLUTION'''
DOUBLE_HIDDEN = """# Check that double works for other numbers
### BEGIN HIDDEN TESTS
secret_number = 73219
assert double(secret_number) == 146438, "the secret number is not doubled"
### END HIDDEN TESTS"""
TREBLE_HIDDEN = """# Check that treble works for other numbers
### BEGIN HIDDEN TESTS
assert treble(52.137) > 156.4
### END HIDDEN TESTS"""
KINDS = {"given": (False, True, False), "solution": (False, False, True), "test": (True, True, False)}


def code(name: str, source: str, kind: str = "given", points: int | None = None) -> dict[str, Any]:
    """Return a code cell of one of nbgrader's kinds; "plain" has no nbgrader metadata."""
    metadata: dict[str, Any] = {}
    if kind != "plain":
        grade, locked, solution = KINDS[kind]
        metadata["nbgrader"] = {
            "grade": grade,
            "grade_id": name,
            "locked": locked,
            "schema_version": 3,
            "solution": solution,
            "task": False,
        }
        if grade:
            metadata["nbgrader"]["points"] = points
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata,
        "source": source,
        "execution_count": None,
        "outputs": [],
    }


def text(name: str, source: str) -> dict[str, Any]:
    """Return a markdown cell."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def cells() -> list[dict[str, Any]]:
    """Return the cells of a sound source notebook with two exercises."""
    return [
        text("title", TITLE),
        text("colab", COLAB),
        code("setup", "import math"),
        code("double", DOUBLE, "solution"),
        code("double-visible", "# Check that double works for 2\nassert double(2) == 4", "test", 0),
        code("double-hidden", DOUBLE_HIDDEN, "test", 3),
        code("treble", "### BEGIN SOLUTION\ndef treble(n):\n    return 3 * n\n### END SOLUTION", "solution"),
        code("treble-hidden", TREBLE_HIDDEN, "test", 2),
        code("picture", 'print("twice the circle:", double(math.pi))', "plain"),
    ]


def notebook(changes: dict[str, str] | None = None) -> NotebookNode:
    """Return the sound notebook, with other sources for the cells named in `changes`."""
    changed = copy.deepcopy(cells())
    for cell in changed:
        cell["source"] = (changes or {}).get(cell["id"], cell["source"])
    return assemble(changed)


def assemble(parts: list[dict[str, Any]]) -> NotebookNode:
    """Return a notebook of these cells."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return nbformat.from_dict({"cells": parts, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


DATA = """def lay_out(root):
    folder = root / ".coursepack" / "data"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
"""


def write_course(root: Path, source: NotebookNode, assignment: str = "doubling") -> None:
    """Write a course folder with one assignment."""
    folder = root / "source" / assignment
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{assignment}.ipynb").write_text(json.dumps(source, indent=1, ensure_ascii=False) + "\n")
    (root / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.solution_directory = "solutions"\n')
    (root / "pyproject.toml").write_text('[tool.coursepack]\ngrading_data = "doubling_data:lay_out"\nrepository = ""\n')
    (root / "doubling_data.py").write_text(DATA)
