"""Do the visible tests of ps4 to ps6 pass every right answer, and tell a wrong one of the right shape what to look at?

They carry no points, so `coursepack validate` does not ask.
"""

from __future__ import annotations

import ast
import functools
import re
from typing import Any

import pytest
import torch
from visible_cells import COURSE, answers, quietly, solved, without_a_warning

from convnet_course import gates
from convnet_course.reproduction.experiments import select_experiments
from convnet_course.reproduction.results_file import read_results, results_of
from coursepack.notebooks.cells import is_solution, is_test, points_of
from coursepack.notebooks.dependencies import Names
from coursepack.notebooks.reading import read_notebook
from coursepack.validation.snippets import Snippet, load_snippet

# The given cells that visible tests need.
GIVEN = {
    "ps4_batchnorm": ("setup", "networks"),
    "ps5_conv_blocks": ("setup", "training", "perceptron", "worked-weights"),
    "ps6_cifar_convnet": ("setup", "evaluate"),
}


def made_up_runs(namespace: dict[str, Any]) -> None:
    """Add what trainings leave behind, for the table of ps5 and the loop of ps6."""
    draw = torch.Generator().manual_seed(0)
    namespace["test_images"] = torch.randn(14, 3, 32, 32, generator=draw)
    for name in ("MultiLayerPerceptron", "ConvMaxPoolNetwork", "ConvBatchNormNetwork"):
        if name in namespace:
            model = namespace[name]()
            namespace["_".join(re.findall(r"[A-Z][a-z]+", name.removesuffix("Network"))).lower()] = model
            rising = [[0.1 * epoch + 0.01 * run for epoch in range(1, 6)] for run in range(3)]
            runs = [
                {"train loss": row[::-1], "test loss": row[::-1], "test accuracy": row, "seed": 0} for row in rising
            ]
            namespace.setdefault("history", {})[name] = runs
            namespace.setdefault("trained", {})[name] = model


@functools.cache
def base(assignment: str) -> dict[str, Any]:
    """Return the names of a notebook in which everything is solved, and nothing trained."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in solved(assignment).values():
        if is_solution(cell) and cell.id == "results":
            made_up_runs(namespace)
        if cell.id in GIVEN[assignment] or is_solution(cell):
            quietly(cell.source, namespace)
    made_up_runs(namespace)
    return namespace


def run_visible_tests(assignment: str, snippet: Snippet) -> None:
    """Run an answer, and then the visible tests of the cells that it replaces."""
    namespace = base(assignment) | {"visible_tests": {}}
    for cell in solved(assignment).values():
        for name in Names.of(cell.source).made if cell.id in snippet.cells else ():
            namespace.pop(name, None)
    for text in snippet.cells.values():
        quietly(text, namespace)
    for cell in solved(assignment).values():
        if is_test(cell) and not points_of(cell) and cell.id.removesuffix("-visible") in snippet.cells:
            quietly(cell.source, namespace)


@pytest.mark.parametrize("assignment", GIVEN)
def test_do_visible_tests_of_the_solution_warn_of_nothing(assignment: str) -> None:
    torch.manual_seed(0)
    namespace = base(assignment) | {"visible_tests": {}}
    tests = [cell for cell in solved(assignment).values() if is_test(cell) and not points_of(cell)]
    assert tests
    for cell in tests:
        without_a_warning(cell.source, namespace)


@pytest.mark.parametrize(("assignment", "snippet"), answers(GIVEN, "right"))
def test_does_a_right_answer_pass_its_visible_tests(assignment: str, snippet: Snippet) -> None:
    torch.manual_seed(0)
    run_visible_tests(assignment, snippet)


WRONG = {
    "ps4_batchnorm": {
        "custom_autograd_one_mean_for_all": "look at eps, and at the dimension",
        "custom_autograd_default_eps": "look at eps, and at the dimension",
        "custom_autograd_eps_outside_root": "look at eps, and at the dimension",
        "custom_autograd_plain_tensors": r"should be nn.Parameter; the layer's parameters are \[\]",
        "custom_autograd_no_shape_check": "but no ValueError was raised",
        "custom_function_no_eps": "look at eps in forward",
        "custom_function_ignores_needs": "only input needs a gradient here, .*; got gradients of",
        "custom_function_needs_all_or_nothing": r"only gamma needs a gradient here, .*; got gradients of \[\]",
        "custom_module_buffers": "should be nn.Parameter of shape",
        "custom_module_no_shape_check": "but no ValueError was raised",
        "custom_module_default_eps": "hand γ, β and ε on",
        "custom_module_swapped": "hand γ, β and ε on",
        "batch_norm_per_image": "each channel has one mean",
        "batch_norm_plain_tensors": "should be made by self.register_buffer",
        "batch_norm_biased_running_variance": "0.4 and 1.567",
        "batch_norm_batch_in_eval": "look at self.training",
        "batch_norm_no_shape_check": r"should name the shape \(4, 1, 2, 2\) .*, but no ValueError was raised",
        "batch_norm_single_value": "one pixel in train mode, .*: no ValueError was raised",
        "start_returns_nothing": "should return the network, got NoneType",
    },
    "ps5_conv_blocks": {
        "answers_missing": "have no value yet: ",
        "conv_max_pool_unused_batch_norm": "have another number of parameters than your",
        "conv_batch_norm_no_bias": r"than your [\d,]+; yours have the shapes",
        "conv_max_pool_average_pool": "logit k should be 15 . k: look at the max poolings",
        "conv_max_pool_log_softmax": "logit k should be 15 . k",
        "conv_max_pool_no_relu": "the convolution of block 1",
        "conv_max_pool_no_third_relu": "the convolution of block 3",
        "conv_batch_norm_no_relu": "the convolution of block 1",
        "conv_batch_norm_no_third_relu": "the convolution of block 3",
        "conv_batch_norm_before_relu": "does batch normalisation come after the ReLU",
        "conv_batch_norm_softmax": "logit k should be 12 . k",
        "conv_batch_norm_global_max_pool": "logit k should be 12 . k: look at strides, the mean",
        "results_missing_row": "rows",
        "results_first_epoch_accuracy": "test accuracy of the perceptron",
    },
    "ps6_cifar_convnet": {
        "conv_net_average_pool": "logit k should be 31 . k: look at the poolings",
        "conv_net_log_softmax": "logit k should be 31 . k",
        "conv_net_no_relu": "is there a ReLU after each",
        "train_steps_mean_of_means": "should be 1.3 = .*; got 1.1667",
        "train_steps_last_loss": "should be 1.3 = .*; got 0.5",
        "train_steps_loss_since_start": "each record holds its own batch's loss",
        "train_steps_eval_after_record": r"steps \[4, 5, 6, 7\] were taken in eval mode",
        "train_steps_no_step": "seven batches should be seven steps of the optimiser, got 0",
        "train_steps_no_last_record": "one record, after the last",
        "train_steps_other_key": "the history lacks train loss; its keys are",
        "train_steps_returns_nothing": "should return a dictionary, got NoneType",
        "train_steps_per_cent": "the last record says",
        "train_steps_swapped": "the last record says",
    },
}


@pytest.mark.parametrize(("assignment", "name"), [(each, name) for each, slips in WRONG.items() for name in slips])
def test_does_a_wrong_answer_of_the_right_shape_learn_what_to_look_at(assignment: str, name: str) -> None:
    torch.manual_seed(0)
    snippet = load_snippet(COURSE.root / "answers" / assignment / "wrong" / f"{name}.py")
    with pytest.raises(AssertionError, match=WRONG[assignment][name]):
        run_visible_tests(assignment, snippet)


@pytest.mark.parametrize(
    ("assignment", "cell", "gate"),
    [
        ("ps5_conv_blocks", "conv-max-pool-train-idea", gates.CONV_MAX_POOL),
        ("ps5_conv_blocks", "squeeze-trap-meaning", gates.CONV_BATCH_NORM),
        ("ps6_cifar_convnet", "training-idea", gates.CONV_NET),
    ],
)
def test_is_the_accuracy_that_a_hidden_test_asks_announced(assignment: str, cell: str, gate: Any) -> None:
    source = read_notebook(COURSE.notebook("source", assignment))
    text = next(str(one.source) for one in source.cells if one.id == cell)
    assert f"**{gate.threshold:.0%}**".replace("%", " %") in text


def test_are_the_runs_that_ps5_shows_those_that_were_measured() -> None:
    cells = {cell.id: cell.source for cell in read_notebook(COURSE.notebook("source", "ps5_conv_blocks")).cells}
    shown: dict[str, Any] = {}
    body = ast.parse(cells["reported-run"]).body
    given = [
        one for one in body if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) in ("OUR_RUNS", "REPORTED")
    ]
    exec(compile(ast.Module(given, type_ignores=[]), "reported-run", "exec"), shown)
    runs = read_results(COURSE.root / "docs")
    for experiment in select_experiments(list(shown["OUR_RUNS"])):
        measured = [run.outcome.accuracies[-1] for run in results_of(experiment, runs)]
        assert shown["OUR_RUNS"][experiment.name] == measured
        assert shown["REPORTED"][experiment.name] == experiment.figures[0].reference


@pytest.mark.parametrize("totals", ["85,526", "85_526", "77,918", "77_918"])
def test_does_nothing_of_ps5_tell_the_totals_that_its_second_exercise_asks_for(totals: str) -> None:
    release = read_notebook(COURSE.notebook("release", "ps5_conv_blocks"))
    assert [cell.id for cell in release.cells if totals in cell.source] == []


@pytest.mark.parametrize("assignment", GIVEN)
def test_does_every_picture_of_a_worked_version_say_in_words_what_it_shows(assignment: str) -> None:
    worked = read_notebook(COURSE.notebook("solutions", assignment))
    outputs = [(cell.id, output) for cell in worked.cells for output in cell.get("outputs", ())]
    pictures = [(name, kind, out) for name, out in outputs for kind in out.get("data", ()) if kind.startswith("image/")]
    assert pictures
    for name, kind, output in pictures:
        described = "<title>" in output.data[kind] if "svg" in kind else output.metadata.get(kind, {}).get("alt")
        assert described, name


def test_do_the_validation_images_of_ps6_come_from_all_classes_in_any_order_on_the_disk() -> None:
    """In a folder of pictures they lie class by class, so that the last thousand are of one class."""
    cell = solved("ps6_cifar_convnet")["rates"].source
    chosen, _, rest = cell.partition("rates = {}")
    assert rest
    labels = torch.arange(10).repeat_interleave(300)
    names = {"train_set": torch.utils.data.TensorDataset(labels, labels), "torch": torch, "SEED": 0}
    found: dict[str, Any] = names | vars(torch.utils.data)
    quietly(chosen, found)
    aside = [int(label) for _, label in found["set_aside"]]
    assert len(aside) == 1000 and len(set(aside)) == 10
    assert sorted(aside + [int(label) for _, label in found["learnt_from"]]) == labels.tolist()
