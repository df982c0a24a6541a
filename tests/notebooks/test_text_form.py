"""Is a script with cells read as the notebook that it stands for?"""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest

from coursepack.errors import CoursepackError
from coursepack.notebooks.cells import is_solution, is_task, is_test, points_of
from coursepack.notebooks.text_form import notebook_of, read_script

SCRIPT = """# %% title [markdown]
# # Numbers

# %% setup locked=true
import math
# %matplotlib inline

# %% double tags=["raises-exception"]
def double(number):
    ### BEGIN SOLUTION
    return 2 * number
    ### END SOLUTION


# %% double-visible
# Check that double works for 2
assert double(2) == 4

# %% double-hidden points=3
# Check that double works for other numbers
### BEGIN HIDDEN TESTS
assert double(21) == 42
### END HIDDEN TESTS

# %% why [markdown] points=2
# ### BEGIN SOLUTION
# Because.
# ### END SOLUTION

# %% why-marking [markdown]
# ### BEGIN MARK SCHEME
# **1.** Because (2).
# ### END MARK SCHEME
"""


def test_are_ids_kinds_and_points_those_that_title_and_text_say() -> None:
    cells = {cell.id: cell for cell in notebook_of(SCRIPT, where="x").cells}
    assert list(cells) == ["title", "setup", "double", "double-visible", "double-hidden", "why", "why-marking"]
    assert "nbgrader" not in cells["title"].metadata
    assert cells["setup"].metadata.nbgrader["locked"] is True
    assert is_solution(cells["double"]) and not cells["double"].metadata.nbgrader["grade"]
    assert cells["double"].metadata.tags == ["raises-exception"]
    assert is_test(cells["double-visible"]) and cells["double-visible"].metadata.nbgrader["points"] == 0
    assert is_test(cells["double-hidden"]) and points_of(cells["double-hidden"]) == 3
    assert is_solution(cells["why"]) and points_of(cells["why"]) == 2
    assert is_task(cells["why-marking"]) and points_of(cells["why-marking"]) == 0
    for name, cell in cells.items():
        assert cell.metadata.get("nbgrader", {}).get("grade_id", name) == name


def test_is_the_text_of_a_cell_what_jupyter_shows() -> None:
    cells = {cell.id: cell for cell in notebook_of(SCRIPT, where="x").cells}
    assert cells["title"].source == "# Numbers"
    assert cells["setup"].source == "import math\n%matplotlib inline"
    assert cells["why"].source == "### BEGIN SOLUTION\nBecause.\n### END SOLUTION"


def test_does_it_come_back_from_jupytext_as_it_went() -> None:
    """JupyterLab with Jupytext saves scripts anew, with nbgrader's fields in full: is that the same notebook?"""
    once = notebook_of(SCRIPT, where="x")
    for cell in once.cells:
        cell.metadata["title"] = cell.id
    again = notebook_of(jupytext.writes(once, fmt="py:percent"), where="x")
    for cell in once.cells:
        del cell.metadata["title"]
    assert again == once


@pytest.mark.parametrize("text", ["", "x = 1\n"])
def test_is_a_script_without_cells_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    with pytest.raises(CoursepackError, match="the script has no cells"):
        read_script(tmp_path / "a.py")


def test_has_a_cell_without_a_title_an_id_that_no_rule_accepts_and_that_stays() -> None:
    first, second = (notebook_of("# %% a\n1\n# %%\n2\n", where="x") for _ in range(2))
    assert first == second
    assert first.cells[1].id == "cell-2"
