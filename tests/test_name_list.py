"""Is a long list of names cut by one rule, wherever it is told?"""

from __future__ import annotations

import ast

import pytest

from coursepack.course import Course
from coursepack.name_list import MOST, name_list


@pytest.mark.parametrize(
    ("names", "most", "told"),
    [
        ([], 3, ""),
        (["ann"], 3, "ann"),
        (["ann", "bob", "cyd"], 3, "ann, bob, cyd"),
        (["ann", "bob", "cyd", "dan"], 3, "ann, bob, cyd and 1 more"),
        (list("abcdefg"), MOST, "a, b, c, d, e and 2 more"),
        (list("abc"), 1, "a and 2 more"),
    ],
)
def test_are_the_first_names_told_and_how_many_more_there_are(names: list[str], most: int, told: str) -> None:
    assert name_list(iter(names), most) == told


def is_cut_list(node: ast.AST) -> bool:
    """Tell whether code joins, with commas, what it has cut."""
    joins = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join"
    if not joins or ast.unparse(node.func.value) != "', '":
        return False
    return any(isinstance(part, ast.Slice) and part.upper is not None for one in node.args for part in ast.walk(one))


def test_does_no_place_cut_lists_by_a_rule_of_its_own(repository: Course) -> None:
    found = [
        path.relative_to(repository.root).as_posix()
        for path in sorted((repository.root / "coursepack").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and is_cut_list(node)
    ]
    assert found == ["coursepack/name_list.py"]
