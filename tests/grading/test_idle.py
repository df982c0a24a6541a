"""Is a cell left out of a rehearsal only if no test depends on it?"""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from coursepack.grading.idle import idle_cells

GIVEN = {
    "setup": "import torch\nfrom torch import nn\nhistory = {}\nloader = [1, 2]",
    "train": "def train(network):\n    model = network()\n    step(model, loader)\n    return model",
    "step": "def step(model, batches):\n    return sum(batches)",
    "small-training": "small = train(Small)",
    "large-training": "large = train(Large)",
    "experiment": "for rate in (1, 2):\n    history[rate] = train(Small)",
    "table": "print(history, large)",
}
GRADED = {
    "small": "class Small(nn.Module):\n    width = 3",
    "large": "class Large(nn.Module):\n    width = 9",
    "small-accuracy": "check.accuracy(student, 'small')",
}


def left_out(**others: str) -> set[str]:
    cells = [new_code_cell(text, id=name) for name, text in GIVEN.items()]
    cells += [new_code_cell(text, id=name, metadata={"nbgrader": {"solution": True}}) for name, text in GRADED.items()]
    cells += [new_code_cell(text, id=name) for name, text in others.items()]
    return idle_cells(new_notebook(cells=cells))


def test_what_no_test_needs_is_left_out_and_nothing_else() -> None:
    assert left_out() == {"large-training", "experiment", "table"}


@pytest.mark.parametrize(
    "maker",
    [
        "check = 1",
        "def check():\n    return large",
        "import check",
        "from x import check",
        "def f():\n    global check\n    check = 1",
    ],
)
def test_whatever_makes_a_name_that_a_test_mentions_is_kept(maker: str) -> None:
    assert "maker" not in left_out(maker=maker)


def test_what_a_needed_function_mentions_is_kept_wherever_it_stands() -> None:
    assert "maker" not in left_out(maker="def check():\n    return later()", last="def later():\n    return 1")
    assert "last" not in left_out(maker="def check():\n    return later()", last="def later():\n    return 1")


def test_magics_are_no_obstacle_and_a_cell_that_is_no_python_keeps_everything() -> None:
    assert left_out(install="%pip install -q x\n!ls") == {"large-training", "experiment", "table", "install"}
    assert left_out(broken="def (:") == set()
