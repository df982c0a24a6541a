"""Are the accuracy gates what was measured, and does a right solution practically always pass them?"""

from __future__ import annotations

import ast
import importlib.util
import os
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from convnet_course import scoring_sets
from convnet_course.datasets.mnist import MEAN, STD, load_mini_mnist
from coursepack.course import Course
from coursepack.notebooks.reading import read_notebook

NETWORKS = ("SimpleFC", "SimpleCNN", "ConvBatchNormNetwork", "ConvMaxPoolNetwork", "Capstone", "ConvNet")
OTHER_DESIGNS = ("Capstone: SimpleCNN, normalised",)
MNIST, BLOCKS = ("SimpleFC", "SimpleCNN"), ("ConvBatchNormNetwork", "ConvMaxPoolNetwork")
# Where a notebook says how it trains: assignment, cell, name; what the benchmark calls it, and for which networks.
AS_GRADED = (
    ("ps2_mnist_cnn", "train-network", "EPOCHS", "epochs", MNIST),
    ("ps2_mnist_cnn", "train-network", "BATCH_SIZE", "batch_size", MNIST),
    ("ps5_conv_blocks", "load-data", "TRAIN_IMAGES", "images", BLOCKS),
    ("ps5_conv_blocks", "load-data", "batch_size", "batch_size", BLOCKS),
    ("ps5_conv_blocks", "train-network", "EPOCHS", "epochs", BLOCKS),
    ("ps6_cifar_convnet", "train-network", "STEPS", "steps", ("ConvNet",)),
    ("ps6_cifar_convnet", "train-network", "batch_size", "batch_size", ("ConvNet",)),
)


@pytest.fixture(scope="module")
def benchmark(repository: Course) -> ModuleType:
    spec = importlib.util.spec_from_file_location("gates_benchmark", repository.root / "benchmarks" / "gates.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(importlib.import_module("sys").modules, "gates_benchmark", module)
        spec.loader.exec_module(module)
    return module


def value_in(code: str, name: str) -> Any:
    """Return what a name, an argument or a default stands for in a cell while its notebook is graded."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.keyword) and node.arg == name:
            return ast.literal_eval(node.value)
        if isinstance(node, ast.arguments) and name in (names := [one.arg for one in node.args]):
            return ast.literal_eval(node.defaults[names.index(name) - len(names)])
        if isinstance(node, ast.Assign) and name in (names := ast.unparse(node.targets[0]).strip("()").split(", ")):
            # Grading sets COURSE_GRADED, and its training set is not the full one.
            value = eval(ast.unparse(node.value), {"os": os, "train_set": ()})
            return value[names.index(name)] if len(names) > 1 else value
    raise AssertionError(f"the cell has no {name}")


@pytest.mark.parametrize(("assignment", "cell", "name", "setting", "networks"), AS_GRADED)
def test_are_gates_measured_with_what_notebooks_train_with(
    benchmark: ModuleType,
    repository: Course,
    monkeypatch: pytest.MonkeyPatch,
    assignment: str,
    cell: str,
    name: str,
    setting: str,
    networks: tuple[str, ...],
) -> None:
    """Or has a number been changed in a notebook, and not in the benchmark that its gate rests on?"""
    monkeypatch.setenv("COURSE_GRADED", "1")
    cells = {one.id: one.source for one in read_notebook(repository.notebook("source", assignment)).cells}
    found = value_in(cells[cell], name)
    assert {getattr(benchmark.SETTINGS[network], setting) for network in networks} == {found}


def test_are_ps5s_networks_scored_on_images_that_are_new_to_them(
    repository: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Does its notebook load none of them while it is graded, and is each digit as frequent as the others?"""
    monkeypatch.setenv("COURSE_GRADED", "1")
    cells = {one.id: one.source for one in read_notebook(repository.notebook("source", "ps5_conv_blocks")).cells}
    trained_on = load_mini_mnist("train")[0][: value_in(cells["load-data"], "TRAIN_IMAGES")]
    tested_on = load_mini_mnist("test")[0][: value_in(cells["load-data"], "TEST_IMAGES")]
    images, labels = scoring_sets.fresh_mnist()
    assert (images.shape, images.dtype) == ((200, 1, 28, 28), np.float32)
    shown = {image.tobytes() for image in (*trained_on, *tested_on)}
    pixels = np.round((images[:, 0] * STD + MEAN) * 255).astype(np.uint8)
    assert not shown & {image.tobytes() for image in pixels}
    assert np.bincount(labels).tolist() == [20] * 10
    every = {(image.tobytes(), label) for image, label in zip(*scoring_sets.mini_mnist(), strict=True)}
    assert {(image.tobytes(), label) for image, label in zip(images, labels, strict=True)} < every


@pytest.mark.parametrize("network", NETWORKS)
def test_does_a_right_solution_fail_in_at_most_one_of_a_thousand(benchmark: ModuleType, network: str) -> None:
    rows = [row for row in benchmark.read_rows(benchmark.DOCS / "gates.csv") if row["network"] == network]
    assert len({row["seed"] for row in rows}) == len(rows) >= 200
    gate = benchmark.SETTINGS[network].gate
    below = sum(float(row["accuracy"]) < gate.threshold for row in rows)
    assert benchmark.upper_bound(below, len(rows)) ** gate.tries <= 0.001


@pytest.mark.parametrize("network", OTHER_DESIGNS)
def test_does_another_good_design_pass_the_capstones_gate(benchmark: ModuleType, network: str) -> None:
    rows = [row for row in benchmark.read_rows(benchmark.DOCS / "gates.csv") if row["network"] == network]
    assert len({row["seed"] for row in rows}) == len(rows) >= 20
    assert min(float(row["accuracy"]) for row in rows) >= benchmark.gates.CAPSTONE.threshold


def test_does_a_network_that_never_saw_the_capstones_tricks_stay_below_its_gate(benchmark: ModuleType) -> None:
    rows = [row for row in benchmark.read_rows(benchmark.DOCS / "gates.csv") if row["network"] == "SimpleCNN"]
    assert max(float(row["accuracy"]) for row in rows) < benchmark.gates.CAPSTONE.threshold


def test_is_the_page_made_from_the_measurements(benchmark: ModuleType) -> None:
    page = (benchmark.DOCS / "gates.md").read_text(encoding="utf-8")
    assert page == benchmark.summary(benchmark.DOCS / "gates.csv")


def test_is_every_measured_network_a_gate(benchmark: ModuleType) -> None:
    assert set(benchmark.SETTINGS) == {*NETWORKS, *OTHER_DESIGNS}
