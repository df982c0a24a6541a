"""Does every exercise tell students which libraries its tests forbid, one by one?"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook

ASSIGNMENTS = ("ps1_conv_filters", "ps3_backprop")


def rules_of(cell: NotebookNode) -> set[str]:
    """Return the dotted names that a hidden test forbids."""
    found: set[str] = set()
    nodes = list(ast.walk(ast.parse(cell.source))) if "coursepack.checks" in cell.source else []
    places = {alias.name: node.module for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("source.without", "source.assert_avoids"):
            for argument in node.args[2:]:
                value = argument.value if isinstance(argument, ast.Starred) else argument
                found |= set(_read(value, places)) if isinstance(argument, ast.Starred) else {_read(value, places)}
    return found


def _read(value: ast.expr, places: Mapping[str, str | None]) -> Any:
    if isinstance(value, ast.Constant):
        return value.value
    module, _, name = ast.unparse(value).partition(".")
    return getattr(importlib.import_module(f"{places[module]}.{module}"), name)


def exercises(course: Course, assignment: str) -> Iterator[tuple[str, str, set[str]]]:
    """Yield (hidden cell, what students read of its exercise above it, what it forbids)."""
    source = read_notebook(course.notebook("source", assignment))
    text = {cell.id: cell.source for cell in released_notebook(source).cells}
    read: list[str] = []
    for cell in source.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            read = []
        rules = rules_of(cell) if cell.cell_type == "code" else set()
        if rules:
            yield cell.id, "\n".join(read), rules
        read.append(text.get(cell.id, ""))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_is_what_a_test_forbids_announced_and_nothing_else(repository: Course, assignment: str) -> None:
    found = list(exercises(repository, assignment))
    assert len(found) >= 6
    for cell, read, rules in found:
        [sentence] = re.findall(r"Solve this exercise,?[^.]*? without ((?:`[\w.]+`(?:,| and)? ?)+)", read)
        named = {re.sub(r"^np\.", "numpy.", name) for name in re.findall(r"`([\w.]+)`", sentence)}
        assert named == rules, cell


def test_does_every_test_that_forbids_a_library_watch_for_it(repository: Course) -> None:
    """Is the subject that watches the one that the checks ask, and no exercise with a rule left out above?"""
    for assignment in repository.assignments:
        for cell in read_notebook(repository.notebook("source", assignment)).cells:
            if cell.cell_type == "code" and rules_of(cell):
                assert assignment in ASSIGNMENTS
                assert "\nstudent = source.without(student, " in cell.source, cell.id
