"""Is a cell left out of a proof only if it draws and nothing depends on it?"""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from coursepack.notebooks.plot_cells import plot_cells


def cells_left_out(*sources: str) -> set[str]:
    cells = [new_code_cell(source, id=f"c{number}") for number, source in enumerate(sources)]
    return plot_cells(new_notebook(cells=cells))


def test_is_a_cell_that_only_draws_left_out() -> None:
    picture = "figure, axes = plt.subplots()\nfor axis in axes:\n    axis.plot(x)\nplt.show()"
    assert cells_left_out("x = 1", picture, picture, "print(x)") == {"c1", "c2"}


@pytest.mark.parametrize(
    "later",
    [
        "axes.plot(1)",
        "axes += 1",
        "axes = axes[0]",
        "def f():\n    return axes",
        "[a for a in axes]",
        "f(axes)\naxes = 2",
    ],
)
def test_is_a_cell_kept_whose_names_are_used_later(later: str) -> None:
    assert cells_left_out("figure, axes = plt.subplots()\nplt.show()", later) == set()


@pytest.mark.parametrize("later", ["axes = 1", "for axes in y:\n    print(axes)", "[axes for axes in y]"])
def test_may_a_later_cell_use_the_name_for_something_else(later: str) -> None:
    assert cells_left_out("figure, axes = plt.subplots()\nplt.show()", later) == {"c0"}


@pytest.mark.parametrize(
    "trains",
    [
        "train(x)\nplt.show()",
        "trainer.train(x)\nplt.show()",
        "model.train_epoch()\nplt.show()",
        "torch.manual_seed(1)\nplt.show()",
        "run_trials(2)\nplt.show()",
    ],
)
def test_is_a_cell_kept_that_does_more_than_draw(trains: str) -> None:
    assert cells_left_out(trains) == set()


@pytest.mark.parametrize("mode", ["train()", "train(True)", "train(False)", "eval()"])
def test_may_a_cell_that_draws_set_a_networks_mode(mode: str) -> None:
    assert cells_left_out(f"plt.plot(model.{mode}(x))\nplt.show()") != set()


def test_is_a_graded_cell_kept() -> None:
    cell = new_code_cell("plt.show()", id="x", metadata={"nbgrader": {"grade": True}})
    assert plot_cells(new_notebook(cells=[cell])) == set()


@pytest.mark.parametrize(
    "unreadable",
    ["def broken(:\n    axes", "axes = '\ud800'", "axes" + "()" * 50_000, "x = " + "-" * 100_000 + "axes"],
    ids=["no Python", "no Unicode", "calls too deep", "signs too deep"],
)
def test_is_everything_kept_that_a_cell_which_cannot_be_read_may_use(unreadable: str) -> None:
    assert cells_left_out("figure, axes = plt.subplots()\nplt.show()", unreadable) == set()
