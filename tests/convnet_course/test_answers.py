"""Are there enough right and wrong answers, and does the proof notice when the pack is wrong?"""

from __future__ import annotations

import copy
from collections import Counter
from typing import Literal

import pytest
from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.notebooks.cells import is_solution
from coursepack.notebooks.reading import read_notebook
from coursepack.validation.forking_runner import CellOutcome, NotebookRun
from coursepack.validation.snippets import load_snippets, solved_notebook
from coursepack.validation.validate import Answer, answers, faults, with_tests

# Exercises whose answer is a number or two have fewer ways to be right or wrong than a function or a network has.
KINDS: tuple[Literal["wrong"], Literal["right"]] = ("wrong", "right")
SHORT_ANSWERS = {
    *("short-answers", "feature-shapes", "parameter-arithmetic", "shapes", "parameters"),
    *("by-hand", "suspects", "count-it", "cost"),
}
# Without points, so `coursepack validate` cannot tell right from wrong: test_conv_backward does.
OPTIONAL = {"conv-backward"}
FAMILIES = {
    "ps1_conv_filters": {"read-idx", "output-size", "convolve2d", "max-pool2d", "conv-layer", "conv-parameters"},
    "ps2_mnist_cnn": {
        *("simple-fc", "simple-cnn", "train-epoch", "evaluate", "mlp", "two-conv-net", "dropout-cnn", "deep-mlp"),
        *("deep-cnn", "flexible-cnn", "euclidean-loss", "capstone"),
    },
    "ps3_backprop": {
        *("numerical-gradient", "relative-error", "gradient-check", "linear", "leaky-relu", "softmax"),
        *("cross-entropy", "mlp", "torch-mlp"),
    },
    "ps4_batchnorm": {"custom-autograd", "custom-function", "custom-module", "batch-norm", "start"},
    "ps5_conv_blocks": {"conv-max-pool", "conv-batch-norm", "results"},
    "ps6_cifar_convnet": {"conv-net", "train-steps"},
}


def solution_cells(notebook: NotebookNode) -> set[str]:
    """Return the ids of the cells of code that students write; written answers are marked by hand."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {cell.id for cell in cells if is_solution(cell)}


@pytest.mark.parametrize("assignment", FAMILIES)
def test_does_every_family_have_eight_mutants_and_five_variants(repository: Course, assignment: str) -> None:
    found = {kind: Counter(c for s in load_snippets(repository, kind, assignment) for c in s.cells) for kind in KINDS}
    for family in FAMILIES[assignment]:
        assert found["wrong"][family] >= 8, family
        assert found["right"][family] >= 5, family


@pytest.mark.parametrize("assignment", FAMILIES)
def test_is_every_exercise_a_family_or_a_short_answer(repository: Course, assignment: str) -> None:
    cells = solution_cells(read_notebook(repository.notebook("source", assignment)))
    assert cells - SHORT_ANSWERS - OPTIONAL == FAMILIES[assignment]


@pytest.mark.parametrize("assignment", FAMILIES)
def test_does_no_answer_repeat_another_or_the_solution(repository: Course, assignment: str) -> None:
    source = read_notebook(repository.notebook("source", assignment))
    solved = {cell.id: cell.source for cell in solved_notebook(source).cells}
    seen: dict[tuple[str, str], str] = {}
    for kind in KINDS:
        for snippet in load_snippets(repository, kind, assignment):
            changed = {cell: text for cell, text in snippet.cells.items() if text.strip() != solved[cell].strip()}
            assert changed, f"{snippet.path.name} is the solution"
            key = repr(sorted(snippet.cells.items()))
            assert key not in seen, f"{snippet.path.name} repeats {seen[key]}"
            seen[key] = snippet.path.name


def outcome(name: str, passed: bool, stderr: str = "", points: float = 2.0) -> CellOutcome:
    return CellOutcome(name, points, passed, "" if passed else "wrong", stderr)


def answer(kind: str, *loses: str) -> Answer:
    return Answer("a", kind, "b", frozenset(loses), NotebookNode())


def test_is_a_mutant_that_passes_a_fault() -> None:
    result = NotebookRun((outcome("x", True), outcome("y", True)))
    assert faults(answer("wrong answer", "x"), result) == ["should lose x, but passes"]


def test_is_a_mutant_that_loses_more_than_it_names_a_fault() -> None:
    result = NotebookRun((outcome("x", False), outcome("y", False)))
    assert faults(answer("wrong answer", "x"), result) == ["loses y: wrong"]


def test_is_a_variant_that_loses_or_writes_to_stderr_a_fault() -> None:
    assert faults(answer("right answer"), NotebookRun((outcome("x", False),)))
    assert faults(answer("right answer"), NotebookRun((outcome("x", True, "a warning"),)))
    assert not faults(answer("right answer"), NotebookRun((outcome("x", True),)))


def test_is_only_our_own_answer_at_fault_if_it_writes_to_stderr_in_a_cell_without_points() -> None:
    warned = NotebookRun((outcome("x", True, "a warning", points=0),))
    assert faults(answer("solution"), warned)
    assert not faults(answer("right answer"), warned)


def test_is_a_solution_whose_other_cells_raise_a_fault() -> None:
    assert faults(answer("solution"), NotebookRun((outcome("x", True),), broken=(("picture", "NameError: x"),)))


def test_is_a_process_that_died_a_fault() -> None:
    assert faults(answer("wrong answer", "x"), NotebookRun(fault="died")) == ["died"]


def test_does_a_mutant_of_an_unknown_cell_end_in_an_error(repository: Course) -> None:
    names = [answer.name for answer in answers(repository, "ps1_conv_filters", "flipped")]
    assert names[0] == "solution"
    assert len(names) > 1


def test_is_a_submission_run_with_the_sources_hidden_tests(repository: Course) -> None:
    source = read_notebook(repository.notebook("source", "ps2_mnist_cnn"))
    submission = copy.deepcopy(solved_notebook(source))
    for cell in submission.cells:
        if cell.id == "simple-fc-hidden":
            cell.source = "pass  # a student's edit"
    graded = {cell.id: cell.source for cell in with_tests(source, submission).cells}
    assert "assert_equivalent" in graded["simple-fc-hidden"]
    assert "BEGIN SOLUTION" not in graded["simple-fc"]
