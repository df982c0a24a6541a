"""Is the kernel that grades the student's kernel? A plain one, as Jupyter starts it, and a graded one are compared."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from engine.lab import Lab, added, said
from nbclient import NotebookClient
from tiny_course import source_notebook, text

from coursepack.grading.engine import outputs
from coursepack.grading.engine.inside import warm

PROBE = Path(__file__).with_name("probe.py").read_text(encoding="utf-8")
FIRST = """import sys as _sys
BEFORE, NAMES = [name for name in _sys.modules if "." not in name], list(globals())
for _name in {libraries}:
    try:
        __import__(_name)
    except ModuleNotFoundError:
        pass"""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"
PATIENT = {"cell_cpu_seconds": 60.0, "cell_wall_seconds": 240.0}


def run_plainly(folder: Path, *cells: str) -> list[Any]:
    """Return cells as a kernel ran them that jupyter_client started, in an empty folder and a bare environment."""
    work = folder / "home" / "work"
    work.mkdir(parents=True)
    home = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(work.parent), "PWD": str(work), "USER": "student"}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": str(work)}}).execute(env=home)
    for cell in notebook.cells:
        cell.outputs, _ = outputs.safe_outputs(cell.outputs, room=10**6)
    return list(notebook.cells)


def run_graded(lab: Lab, *cells: str) -> list[Any]:
    """Return cells as a grading kernel ran them."""
    source = {**source_notebook(), "cells": [text("title", "# Nothing")]}
    submission = {**source, "cells": [*source["cells"], *map(added, cells)]}
    graded = lab.grade(submission, source=source, **PATIENT)
    assert graded.notes == ()
    return list(graded.notebook.cells[1:])


@pytest.fixture(scope="module")
def looks(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the probe says of a plain kernel, and of one that grades."""
    libraries = [name for name in warm.IMPORTS if not name.startswith("subject_agent")]
    cells = FIRST.format(libraries=libraries), PROBE
    plain, graded = run_plainly(tmp_path_factory.mktemp("plain"), *cells)[-1], run_graded(lab, *cells)[-1]
    return json.loads(said(plain)), json.loads(said(graded))


def meant() -> dict[str, str]:
    """Return what the page on security says is different on purpose, and why."""
    section = PAGE.read_text(encoding="utf-8").split("## Where a graded kernel differs")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", section, re.MULTILINE)[2:])


def test_every_difference_to_a_plain_kernel_is_meant(looks: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Does docs/security.md name, with a reason, whatever a notebook can see that is not as in Jupyter?"""
    plain, graded = looks
    different = {name: (plain[name], graded[name]) for name in plain if plain[name] != graded[name]}
    assert {name: pair for name, pair in different.items() if name not in meant()} == {}


def test_the_page_lists_nothing_that_nobody_looks_at(looks: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Is every row of the page's table a thing that is compared?"""
    assert set(meant()) <= set(looks[0])
    assert all(len(reason) > 20 for reason in meant().values())
