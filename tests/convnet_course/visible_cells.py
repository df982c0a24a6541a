"""The code cells of solved notebooks, and the answers whose visible tests are run without a kernel."""

from __future__ import annotations

import contextlib
import functools
import io
import re
import warnings
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Literal

import pytest
from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.notebooks.reading import read_notebook
from coursepack.validation.snippets import load_snippets, solved_notebook

COURSE = Course.find(Path(__file__).parent)


@functools.cache
def solved(assignment: str) -> dict[str, NotebookNode]:
    """Return the code cells of a solved notebook by id, in order."""
    notebook = solved_notebook(read_notebook(COURSE.notebook("source", assignment)))
    return {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}


def without_a_warning(source: str, namespace: dict[str, Any]) -> None:
    """Run a cell, and raise where it warns: what a test cell writes to stderr stands below it, in red."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="error"):
        exec(source, namespace)


def quietly(source: str, namespace: dict[str, Any]) -> None:
    """Run a cell without what it prints, warns of or installs: a student may be warned, and be right."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
        exec(re.sub(r"^( *)%pip .*$", r"\1pass", source, flags=re.MULTILINE), namespace)


def answers(assignments: Iterable[str], kind: Literal["right", "wrong"], left_out: Collection[str] = ()) -> list[Any]:
    """Return the answers of assignments as parameters, without those that replace a cell of `left_out`."""
    return [
        pytest.param(name, snippet, id=f"{name}-{snippet.name}")
        for name in assignments
        for snippet in load_snippets(COURSE, kind, name)
        if set(left_out).isdisjoint(snippet.cells)
    ]
