"""Are snippets read as written, and do they make the submission that a student would hand in?"""

from __future__ import annotations

from pathlib import Path

import notebook_parts as parts
import pytest

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.validation.snippets import (
    apply_snippet,
    load_snippet,
    load_snippets,
    released_notebook,
    solved_notebook,
)

GOOD = '''"""Adds one too much.

More about it.
"""
# loses: double-hidden,
# loses: treble-hidden
# %% double
def double(number):
    """Return twice the number."""

    return 2 * number + 1

# %% treble
treble = lambda n: 3 * n + 1
'''


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def source_of(notebook: parts.NotebookNode, name: str) -> str:
    return str(next(cell.source for cell in notebook.cells if cell.id == name))


def test_is_a_snippet_read_in_full(tmp_path: Path) -> None:
    snippet = load_snippet(write(tmp_path / "off_by_one.py", GOOD))
    assert snippet.name == "off_by_one"
    assert snippet.summary == "Adds one too much."
    assert snippet.loses == ("double-hidden", "treble-hidden")
    assert list(snippet.cells) == ["double", "treble"]
    assert snippet.cells["double"].endswith("\n\n    return 2 * number + 1")


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ('"""About."""\n', 2, "no cell is replaced"),
        ("# %% double\nx = 1\n", 1, "docstring is missing"),
        ('"""  """\n# %% double\nx = 1\n', 1, "docstring is missing"),
        ('"""About.\n# %% double\nx = 1\n', 1, "the head is not Python"),
        ('"""About."""\nx = 1\n# %% double\nx = 1\n', 2, "there is code above"),
        ('"""About."""\n\n# looses: a\n# %% double\nx = 1\n', 3, "not understood"),
        ('"""About."""\n# loses: a b\n# %% double\nx = 1\n', 2, "cell id"),
        ('"""About."""\n# loses:\n# %% double\nx = 1\n', 2, "cell id"),
        ('"""About."""\n# loses: a\n# loses: a\n# %% double\nx = 1\n', 3, "repeated"),
        ('"""About."""\n# %%\nx = 1\n', 2, "has no id"),
        ('"""About."""\n# %% double\n\n# %% treble\nx = 1\n', 2, "is empty"),
        ('"""About."""\n# %% double\nx = 1\n# %% double\nx = 2\n', 4, "occurs twice"),
        ('"""About."""\n# %% double\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n', 2, "no markers"),
    ],
)
def test_does_a_malformed_snippet_name_file_and_line(tmp_path: Path, content: str, line: int, message: str) -> None:
    path = write(tmp_path / "bad.py", content)
    with pytest.raises(CoursepackError, match=message) as caught:
        load_snippet(path)
    assert caught.value.where == f"{path}:{line}"


def test_is_a_missing_snippet_one_error(tmp_path: Path) -> None:
    with pytest.raises(CoursepackError, match="cannot be read"):
        load_snippet(tmp_path / "absent.py")


def test_are_snippets_sorted_by_name(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write(tmp_path / "answers" / "doubling" / "wrong" / f"{name}.py", GOOD)
    names = [snippet.name for snippet in load_snippets(Course(tmp_path), "wrong", "doubling")]
    assert names == ["a", "b"]


def test_is_an_assignment_without_snippets_an_empty_list(tmp_path: Path) -> None:
    assert load_snippets(Course(tmp_path), "right", "doubling") == []


def test_must_a_wrong_answer_lose_something(tmp_path: Path) -> None:
    write(tmp_path / "answers" / "doubling" / "wrong" / "a.py", '"""About."""\n# %% double\nx = 1\n')
    with pytest.raises(CoursepackError, match="must lose"):
        load_snippets(Course(tmp_path), "wrong", "doubling")


def test_may_a_right_answer_lose_nothing_only(tmp_path: Path) -> None:
    write(tmp_path / "answers" / "doubling" / "right" / "a.py", GOOD)
    with pytest.raises(CoursepackError, match="loses nothing"):
        load_snippets(Course(tmp_path), "right", "doubling")


def test_does_a_snippet_replace_only_its_cells(tmp_path: Path) -> None:
    solved = solved_notebook(parts.notebook())
    changed = apply_snippet(solved, load_snippet(write(tmp_path / "bad.py", GOOD)))
    assert source_of(changed, "treble") == "treble = lambda n: 3 * n + 1"
    differing = [a.id for a, b in zip(solved.cells, changed.cells, strict=True) if a != b]
    assert differing == ["double", "treble"]


def test_does_a_snippet_leave_the_given_notebook_alone(tmp_path: Path) -> None:
    solved = solved_notebook(parts.notebook())
    apply_snippet(solved, load_snippet(write(tmp_path / "bad.py", GOOD)))
    assert solved == solved_notebook(parts.notebook())


def test_is_an_unknown_cell_an_error(tmp_path: Path) -> None:
    snippet = load_snippet(write(tmp_path / "bad.py", '"""About."""\n# %% quadruple\nx = 1\n'))
    with pytest.raises(CoursepackError, match="no cell “quadruple”") as caught:
        apply_snippet(solved_notebook(parts.notebook()), snippet)
    assert "double" in caught.value.remedy


def test_does_the_release_hold_a_stub_and_no_hidden_test() -> None:
    released = released_notebook(parts.notebook())
    assert "raise NotImplementedError()" in source_of(released, "double")
    assert source_of(released, "double").startswith("def double(number):")
    assert source_of(released, "double-hidden") == "# Check that double works for other numbers"


def test_does_the_solved_notebook_differ_from_the_release_in_solutions_only() -> None:
    released, solved = released_notebook(parts.notebook()), solved_notebook(parts.notebook())
    differing = [a.id for a, b in zip(released.cells, solved.cells, strict=True) if a != b]
    assert differing == ["double", "treble"]
    assert all(a.metadata == b.metadata for a, b in zip(released.cells, solved.cells, strict=True))


def test_has_the_solved_notebook_no_marker_line() -> None:
    solved = solved_notebook(parts.notebook())
    assert source_of(solved, "treble") == "def treble(n):\n    return 3 * n"
    assert not any("BEGIN" in cell.source or "END " in cell.source for cell in solved.cells)


def test_does_deriving_leave_the_source_alone() -> None:
    source = parts.notebook()
    solved_notebook(source)
    assert source == parts.notebook()


def test_is_a_notebook_nbgrader_refuses_one_error() -> None:
    with pytest.raises(CoursepackError, match="cannot make a student version"):
        released_notebook(parts.notebook({"double": "### BEGIN SOLUTION\nx = 1"}))
