"""Do visible tests accept every right answer, and say of wrong ones with the right shapes what to look at?

They carry no points, so `coursepack validate` does not ask.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
from visible_cells import COURSE, answers, quietly, solved, without_a_warning

from coursepack.notebooks.cells import is_solution, is_test, points_of
from coursepack.notebooks.reading import read_notebook
from coursepack.validation.snippets import Snippet, load_snippet

# The given cells that visible tests need, and the answers whose tests need data or a training.
GIVEN = {
    "ps1_conv_filters": ("setup", "worked-example", "pooling-example"),
    "ps2_mnist_cnn": ("setup", "white-pixel"),
    "ps3_backprop": ("setup", "example-module", "suspects-given"),
}
LEFT_OUT = {"read-idx", "capstone"}
LEFT_OUT_TESTS = {"simple-fc-accuracy-visible", "simple-cnn-accuracy-visible"}
NAMES = tuple(GIVEN)


@functools.cache
def base(assignment: str) -> dict[str, Any]:
    """Return the names of a notebook in which everything is solved that needs neither data nor a training."""
    namespace: dict[str, Any] = {"digit": np.zeros((28, 28), np.uint8)}
    for name, cell in solved(assignment).items():
        if name in GIVEN[assignment] or (is_solution(cell) and name not in LEFT_OUT):
            quietly(cell.source, namespace)
    return namespace


def begun(assignment: str) -> dict[str, Any]:
    """Return the names again, with arrays that an answer may write into."""
    names = {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in base(assignment).items()}
    return names | {"visible_tests": {}}


def visible_tests(assignment: str, cells: set[str]) -> dict[str, str]:
    """Return the visible tests of some answers."""
    return {
        name: cell.source
        for name, cell in solved(assignment).items()
        if is_test(cell) and not points_of(cell) and any(name.startswith(f"{each}-") for each in cells)
    }


def run(assignment: str, snippet: Snippet, only: str = "") -> None:
    namespace = begun(assignment)
    for text in snippet.cells.values():
        quietly(text, namespace)
    for name, source in visible_tests(assignment, set(snippet.cells)).items():
        if name not in LEFT_OUT_TESTS and only in ("", name):
            quietly(source, namespace)


@pytest.mark.parametrize("assignment", NAMES)
def test_do_visible_tests_of_the_solution_warn_of_nothing(assignment: str) -> None:
    cells = {name for name, cell in solved(assignment).items() if is_solution(cell)} - LEFT_OUT
    tests = visible_tests(assignment, cells)
    namespace = begun(assignment)
    assert tests
    for name in tests.keys() - LEFT_OUT_TESTS:
        without_a_warning(tests[name], namespace)


@pytest.mark.parametrize(("assignment", "snippet"), answers(NAMES, "right", LEFT_OUT))
def test_does_a_right_answer_pass_its_visible_tests(assignment: str, snippet: Snippet) -> None:
    run(assignment, snippet)


RELUS, DROPOUT = "the ReLUs: one", "features of 1 should spread"
PS2_WRONG = {
    "simple_fc_relu_on_scores": ("simple-fc-visible", "whether anything comes after the layer"),
    "simple_fc_softmax": ("simple-fc-visible", "whether anything comes after the layer"),
    "simple_fc_divides_pixels": ("simple-fc-visible", "each score should lie 0.59 above"),
    "simple_cnn_no_relu": ("simple-cnn-visible", "a white image: .* the ReLUs: one in both blocks"),
    "simple_cnn_one_relu": ("simple-cnn-visible", RELUS),
    "simple_cnn_relu_on_scores": ("simple-cnn-visible", "no ReLU at the end"),
    "simple_cnn_sigmoid": ("simple-cnn-visible", "one white pixel in row 17, column 13"),
    "simple_cnn_overlapping_pool": ("simple-cnn-visible", "max .not mean. pooling"),
    "simple_cnn_flattens_channels_last": ("simple-cnn-visible", "the order of layers"),
    "mlp_no_relu": ("mlp-visible", RELUS),
    "mlp_one_relu": ("mlp-visible", RELUS),
    "mlp_relu_on_scores": ("mlp-visible", "none after the last"),
    "mlp_sigmoid": ("mlp-visible", RELUS),
    "two_conv_net_average_pool": ("two-conv-net-visible", "max .not mean. pooling"),
    "two_conv_net_strides": ("two-conv-net-visible", "max .not mean. pooling"),
    "two_conv_net_no_relu": ("two-conv-net-visible", RELUS),
    "two_conv_net_one_relu": ("two-conv-net-visible", "ReLU"),
    "dropout_cnn_no_relu": ("dropout-cnn-visible", "the ReLUs"),
    "dropout_cnn_a_fifth": ("dropout-cnn-visible", DROPOUT),
    "dropout_cnn_before_hidden": ("dropout-cnn-visible", DROPOUT),
    "dropout_cnn_no_scaling": ("dropout-cnn-visible", "features of 1 should stay 1 on average"),
    "deep_mlp_default_p": ("deep-mlp-visible", DROPOUT),
    "deep_mlp_one_dropout": ("deep-mlp-visible", "the dropout after both hidden layers"),
    "deep_cnn_norm_after_relu": ("deep-cnn-visible", "BN before ReLU"),
    "deep_cnn_no_relu": ("deep-cnn-visible", "a ReLU in each block"),
    "flexible_cnn_activation_once": ("flexible-cnn-visible", "once in each block"),
    "flexible_cnn_ignores_activation": ("flexible-cnn-visible", "where the activation is used"),
    "flexible_cnn_first_kernel_only": ("flexible-cnn-visible", "the kernel size of both convolutions"),
}
PS3_WRONG = {
    "linear_bias_mean": ("linear-visible", "grads.'bias'.: expected"),
    "linear_weight_gradient_transposed": ("linear-visible", "grads.'weight'"),
    "softmax_unstable": ("softmax-visible", "largest logit"),
    "cross_entropy_zero_unguarded": ("cross-entropy-visible", "counts as 10⁻¹²"),
    "mlp_slope_fixed": ("mlp-visible", "forward of a known network"),
    "mlp_step_uphill": ("mlp-visible", "after a step of 0.1"),
    "torch_mlp_log_softmax": ("torch-mlp-visible", "known weights"),
    "torch_mlp_relu": ("torch-mlp-visible", "leaky ReLU"),
}
TURNED = "did you turn or transpose the kernel"
PS1_WRONG = {
    "output_size_stride_zero": ("output-size-visible", "should raise ValueError, got ZeroDivisionError"),
    "output_size_nothing_refused": ("output-size-visible", "should raise ValueError"),
    "output_size_no_pixels": ("output-size-visible", "an image has at least one pixel: .* should raise ValueError"),
    "output_size_negative_padding": ("output-size-visible", "a padding is not negative: .* should raise ValueError"),
    "output_size_rounds_to_nearest": ("output-size-visible", r"\(13, 4, 3, 1\): expected 4, got 5"),
    "convolve2d_flipped_kernel": ("convolve2d-visible", TURNED),
    "convolve2d_transposed_kernel": ("convolve2d-visible", TURNED),
    "convolve2d_square_images_only": ("convolve2d-visible", "are height and width kept apart"),
    "convolve2d_bytes_overflow": ("convolve2d-visible", "convert image and kernel before you multiply"),
    "convolve2d_result_type_only": ("convolve2d-visible", "convert image and kernel before you multiply"),
    "max_pool2d_stride_ignored": ("max-pool2d-visible", "look at where you use the stride"),
    "max_pool2d_square_images_only": ("max-pool2d-visible", "height and width may differ"),
    "conv_layer_flipped_kernels": ("conv-layer-visible", TURNED),
    "conv_layer_transposed_kernels": ("conv-layer-visible", TURNED),
}
WRONG = [
    pytest.param(assignment, name, test, words, id=name)
    for assignment, table in zip(NAMES, (PS1_WRONG, PS2_WRONG, PS3_WRONG), strict=True)
    for name, (test, words) in table.items()
]


@pytest.mark.parametrize(("assignment", "name", "test", "words"), WRONG)
def test_does_a_visible_test_say_of_a_wrong_answer_what_to_look_at(
    assignment: str, name: str, test: str, words: str
) -> None:
    snippet = load_snippet(COURSE.root / "answers" / assignment / "wrong" / f"{name}.py")
    with pytest.raises(AssertionError, match=words):
        run(assignment, snippet, only=test)


MISSING = {
    "ps1_conv_filters": ("short-answers-visible", "largest_filter"),
    "ps2_mnist_cnn": ("count-it-visible", "deep_mlp_parameters"),
    "ps3_backprop": ("by-hand-visible", "d_matrix"),
}


@pytest.mark.parametrize("assignment", NAMES)
def test_is_a_missing_answer_told_in_a_sentence(assignment: str) -> None:
    test, name = MISSING[assignment]
    namespace = begun(assignment)
    del namespace[name]
    with pytest.raises(AssertionError, match=f"{name} is missing: give it a value in the cell above"):
        quietly(solved(assignment)[test].source, namespace)


def test_is_a_missing_gradient_told_in_a_sentence() -> None:
    namespace = begun("ps3_backprop")
    quietly("class LinearModule:\n    def __init__(self, n, m):\n        self.params = {}", namespace)
    with pytest.raises(AssertionError, match="should put the weight into self"):
        quietly(solved("ps3_backprop")["linear-visible"].source, namespace)


@pytest.mark.parametrize("assignment", NAMES)
def test_does_given_code_fold_away_in_jupyterlab_and_in_colab(assignment: str) -> None:
    cells = read_notebook(COURSE.notebook("source", assignment)).cells
    folded = [cell for cell in cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert len(folded) >= 10
    for cell in folded:
        assert cell.metadata.cellView == "form"
        assert cell.source.startswith(("# @title ", "# Where you stand"))
        assert not is_solution(cell) and not is_test(cell)
    pictures = [cell.id for cell in cells if cell.id.endswith("picture") and cell.cell_type == "code"]
    assert set(pictures) <= {cell.id for cell in folded}


@pytest.mark.parametrize("assignment", NAMES)
def test_does_a_notebook_say_what_it_needs_and_what_to_do_before_handing_in(assignment: str) -> None:
    cells = read_notebook(COURSE.notebook("source", assignment)).cells
    assert "**You need** " in cells[0].source
    assert "**Before you hand in:** " in cells[-3].source
