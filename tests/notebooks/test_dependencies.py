"""Is a cell left out of a proof only if no test depends on it?"""

from __future__ import annotations

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from coursepack.notebooks.dependencies import irrelevant_cells, unaffected_cells

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
    cells += [new_code_cell(text, id=name) for name, text in others.items()]
    cells += [new_code_cell(text, id=name, metadata={"nbgrader": {"solution": True}}) for name, text in GRADED.items()]
    return irrelevant_cells(new_notebook(cells=cells))


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
        "%%time\ncheck = 1",
        "%%capture said\n%%time\ncheck = 1",
        "%time check = 1",
        "check = !ls",
    ],
)
def test_whatever_makes_a_name_that_a_test_mentions_is_kept(maker: str) -> None:
    assert "maker" not in left_out(maker=maker)


def test_what_a_needed_function_mentions_is_kept_wherever_it_stands() -> None:
    assert "maker" not in left_out(maker="def check():\n    return later()", last="def later():\n    return 1")
    assert "last" not in left_out(maker="def check():\n    return later()", last="def later():\n    return 1")


def test_magics_are_no_obstacle_and_a_cell_that_is_no_python_keeps_everything() -> None:
    assert left_out(install="%pip install -q x\n!ls") == {"large-training", "experiment", "table", "install"}
    assert left_out(files="files = !ls\nhistory?") == {"large-training", "experiment", "table", "files"}
    assert left_out(broken="def (:") == set()


COURSE = {
    "setup": "import torch\nfrom torch import nn\nloader = [1, 2]",
    "small": "class Small(nn.Module):\n    width = 3",
    "small-visible": "network = Small()\nfor size in (1, 2):\n    scores = network(size)\nassert scores",
    "small-hidden": "check(student, 'Small')",
    "run": "def run(network):\n    return sum(loader), judge(network)",
    "small-training": "small = run(Small())",
    "small-accuracy": "check(student, 'small')",
    "large": "class Large(nn.Module):\n    width = 9",
    "large-visible": "network = Large()\nfor size in (1, 2):\n    scores = network(size)\nassert scores",
    "large-training": "large = run(Large())",
    "large-hidden": "check(student, 'large')",
    "judge": "def judge(network):\n    return True",
}
ANSWERS = {"small", "large", "run", "judge"}


def course_of(**texts: str) -> NotebookNode:
    cells = []
    for name, text in (COURSE | texts).items():
        kind = "solution" if name in ANSWERS else "grade" if name.endswith(("visible", "hidden", "accuracy")) else ""
        cells.append(new_code_cell(text, id=name, metadata={"nbgrader": {kind: True}} if kind else {}))
    return new_notebook(cells=cells)


def judged(**texts: str) -> set[str]:
    """Return the tests that are run when cells of the course have another text."""
    answer = course_of(**texts)
    run = {cell.id for cell in answer.cells} - unaffected_cells(course_of(), answer)
    return {name for name in run if name.endswith(("visible", "hidden", "accuracy"))}


SMALL, LARGE = {"small-visible", "small-hidden", "small-accuracy"}, {"large-visible", "large-hidden"}


def test_only_tests_that_depend_on_what_differs_are_run() -> None:
    assert judged(small="class Small(nn.Module):\n    width = 4") == SMALL
    assert judged(large="class Large(nn.Module):\n    width = 4") == LARGE


def test_what_the_tests_that_are_run_need_is_run_and_nothing_else() -> None:
    answer = course_of(large="class Large(nn.Module):\n    width = 4")
    assert unaffected_cells(course_of(), answer) == SMALL | {"small", "small-training"}


def test_a_function_that_calls_what_differs_moves_all_that_call_it() -> None:
    assert judged(judge="def judge(network):\n    return False") == {"small-accuracy", "large-hidden"}
    assert judged(run="def run(network):\n    return 0") == {"small-accuracy", "large-hidden"}


@pytest.mark.parametrize(
    "text",
    [
        "torch.manual_seed(0)",
        "setattr(torch, 'relu', None)",
        "torch.set_default_dtype(torch.float64)",
        "import sys\nsys.modules.clear()",
        "nn.Module.__call__ = None",
        "exec('loader = 3')",
        "def broken(:",
    ],
)
def test_all_tests_are_run_where_what_differs_may_change_more_than_its_names(text: str) -> None:
    assert judged(large=f"{COURSE['large']}\n{text}") == SMALL | LARGE


@pytest.mark.parametrize(
    "text",
    [
        "Small.width = 4",
        "Small.sizes[0] += 1",
        "Small.weight.zero_()",
        "Small.parts.append(1)",
        "def again():\n    global Small",
        "if Large:\n    Small = Large",
        "from somewhere import Small\nSmall = Small",
        "def later():\n    Small.width = 4",
        "del Small.width",
    ],
)
def test_what_a_cell_alters_counts_as_made_by_it(text: str) -> None:
    before = course_of(small="Small = Large = 1", last="", large="pass")
    answer = course_of(small=f"Large = 1\n{text}" if "global" not in text else "Large = 1", last="", large="pass")
    assert not SMALL & unaffected_cells(before, answer)


def test_a_name_that_is_made_anew_carries_nothing_on() -> None:
    assert not LARGE & judged(small="class Small(nn.Module):\n    width = 4\n\n\nscores = network = size = 0")


def test_a_name_that_may_be_made_anew_carries_on() -> None:
    before = course_of(large="if loader:\n    Large = Small", small="Small = 1")
    answer = course_of(large="if loader:\n    Large = Small", small="Small = 2")
    assert not LARGE & unaffected_cells(before, answer)
