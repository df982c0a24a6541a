"""Are the accuracy gates what was measured, and does a right solution practically always pass them?"""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from coursepack.course import Course

NETWORKS = ("SimpleFC", "SimpleCNN", "ConvBatchNormNetwork", "ConvMaxPoolNetwork", "Capstone", "ConvNet")
OTHER_DESIGNS = ("Capstone: SimpleCNN, normalised",)


@pytest.fixture(scope="module")
def benchmark(repository: Course) -> ModuleType:
    spec = importlib.util.spec_from_file_location("gates_benchmark", repository.root / "benchmarks" / "gates.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(importlib.import_module("sys").modules, "gates_benchmark", module)
        spec.loader.exec_module(module)
    return module


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
