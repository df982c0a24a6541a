"""Does every exercise of problem sets 3 and 4 count by itself, and does every right way through it earn its points?

The answers are those of `tests/mutants` and `tests/variants`, in the solution's cells; the checks are called directly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from convnet_course.backprop import cross_entropy, gradient_checks, gradient_report, numpy_modules, perceptron
from convnet_course.batchnorm import autograd_function, batchnorm1d, batchnorm2d, batchnorm2d_contract
from coursepack.checks import CheckFailed, student
from coursepack.course import Course
from coursepack.notebooks.reading import read_notebook
from coursepack.subject import LocalSubject
from coursepack.validation.snippets import apply_snippet, load_snippets, solved_notebook

PS3_CELLS = ("numerical-gradient", "relative-error", "example-module", "gradient-check", "linear", "leaky-relu")
PS3_CELLS += ("softmax", "cross-entropy", "mlp")
PS4_CELLS = ("custom-autograd", "custom-function", "custom-module", "batch-norm")
FUNCTION, MODULE = "CustomBatchNormManualFunction", "CustomBatchNormManualModule"
CHECKS: dict[str, Callable[[LocalSubject], None]] = {
    "numerical-gradient": lambda subject: gradient_checks.assert_numerical_gradient(subject, "numerical_gradient"),
    "relative-error": lambda subject: gradient_checks.assert_relative_error(subject, "relative_error"),
    "gradient-check": lambda subject: gradient_report.assert_gradient_check(subject, "gradient_check"),
    "linear-start": lambda subject: numpy_modules.assert_linear_start(subject, "LinearModule"),
    "linear-forward": lambda subject: numpy_modules.assert_linear_forward(subject, "LinearModule"),
    "linear-backward": lambda subject: numpy_modules.assert_linear_backward(subject, "LinearModule"),
    "leaky-relu": lambda subject: numpy_modules.assert_leaky_relu(subject, "LeakyReLUModule"),
    "softmax-forward": lambda subject: numpy_modules.assert_softmax_forward(subject, "SoftMaxModule"),
    "softmax-stable": lambda subject: numpy_modules.assert_softmax_stable(subject, "SoftMaxModule"),
    "softmax-backward": lambda subject: numpy_modules.assert_softmax_backward(subject, "SoftMaxModule"),
    "cross-entropy-forward": lambda subject: cross_entropy.assert_cross_entropy_forward(subject, "CrossEntropyModule"),
    "cross-entropy-backward": lambda subject: cross_entropy.assert_cross_entropy_backward(
        subject, "CrossEntropyModule"
    ),
    "cross-entropy-zero": lambda subject: cross_entropy.assert_cross_entropy_of_zero(subject, "CrossEntropyModule"),
    "mlp-forward": lambda subject: perceptron.assert_network_forward(subject, "MLP"),
    "mlp-backward": lambda subject: perceptron.assert_network_backward(subject, "MLP"),
    "mlp-step": lambda subject: perceptron.assert_network_step(subject, "MLP"),
    "custom-autograd-shapes": lambda subject: batchnorm1d.assert_refuses_shapes(
        subject, "CustomBatchNormAutograd", 13, [(4, 7), (5, 1)]
    ),
    "custom-function-forward": lambda subject: autograd_function.assert_function_forward(subject, FUNCTION),
    "custom-function-backward": lambda subject: autograd_function.assert_function_backward(subject, FUNCTION),
    "custom-function-needs": lambda subject: autograd_function.assert_function_needs(subject, FUNCTION),
    "custom-module": lambda subject: autograd_function.assert_wraps(subject, MODULE, FUNCTION),
    "batch-norm-train": lambda subject: batchnorm2d.assert_train(subject, "BatchNorm2d"),
    "batch-norm-eval": lambda subject: batchnorm2d.assert_eval(subject, "BatchNorm2d"),
    "batch-norm-keeps": lambda subject: batchnorm2d_contract.assert_keeps(subject, "BatchNorm2d"),
}


def subject_of(repository: Course, assignment: str, kind: Any = "wrong", *names: str) -> LocalSubject:
    """Return a subject that holds the solution of an assignment, with the named answers in place of its own."""
    notebook = solved_notebook(read_notebook(repository.notebook("source", assignment)))
    snippets = {snippet.name: snippet for snippet in load_snippets(repository, kind, assignment)}
    for name in names:
        notebook = apply_snippet(notebook, snippets[name])
    cells = {cell.id: cell.source for cell in notebook.cells}
    namespace: dict[str, Any] = {"np": np, "torch": torch, "nn": nn, "__name__": "__main__"}
    for cell in PS3_CELLS if assignment == "ps3_backprop" else PS4_CELLS:
        exec(cells[cell], namespace)
    return LocalSubject(namespace)


def lost(subject: LocalSubject, family: str) -> set[str]:
    """Return the names of the checks beginning with `family` that fail."""
    found = set()
    for name, check in CHECKS.items():
        if name.startswith(family):
            try:
                check(subject)
            except CheckFailed:
                found.add(name)
    return found


@pytest.mark.parametrize("assignment", ["ps3_backprop", "ps4_batchnorm"])
def test_does_the_solution_pass_every_check(repository: Course, assignment: str) -> None:
    subject = subject_of(repository, assignment)
    families = PS3_CELLS if assignment == "ps3_backprop" else PS4_CELLS
    assert [name for family in families for name in lost(subject, family)] == []


@pytest.mark.parametrize(
    ("mutant", "loses", "spares"),
    [
        ("linear_weight_gradient_transposed", "linear", "mlp"),
        ("linear_returns_nothing", "linear", "mlp"),
        ("linear_bias_row", "linear", "mlp"),
        ("linear_weight_in_out", "linear", "mlp"),
        ("leaky_relu_passes_dout", "leaky-relu", "mlp"),
        ("softmax_over_the_batch", "softmax", "mlp"),
        ("softmax_not_normalised", "softmax", "mlp"),
        ("numerical_gradient_no_dout", "numerical-gradient", "gradient-check"),
        ("numerical_gradient_changes_x", "numerical-gradient", "gradient-check"),
        ("numerical_gradient_flat", "numerical-gradient", "gradient-check"),
        ("relative_error_per_cent", "relative-error", "gradient-check"),
        ("cross_entropy_sum", "cross-entropy-forward", "cross-entropy-zero"),
        ("cross_entropy_sign", "cross-entropy-forward", "cross-entropy-zero"),
        ("cross_entropy_two_as_base", "cross-entropy-forward", "cross-entropy-zero"),
        ("cross_entropy_backward_not_averaged", "cross-entropy-backward", "cross-entropy-zero"),
    ],
)
def test_costs_a_slip_in_one_exercise_of_ps3_no_points_in_another(
    repository: Course, mutant: str, loses: str, spares: str
) -> None:
    subject = subject_of(repository, "ps3_backprop", "wrong", mutant)
    assert lost(subject, loses)
    assert not lost(subject, spares)


@pytest.mark.parametrize(
    ("mutant", "loses", "spares"),
    [
        ("custom_function_one_index", "custom-function-backward", "custom-function-needs"),
        ("custom_function_no_eps_in_backward", "custom-function-backward", "custom-function-needs"),
        ("custom_function_no_eps", "custom-function-forward", "custom-function-backward"),
        ("custom_function_unbiased", "custom-function-forward", "custom-function-backward"),
        ("custom_function_default_eps", "custom-function-forward", "custom-function-backward"),
        ("custom_function_no_gamma", "custom-function-backward", "custom-function-needs"),
        ("custom_function_three_gradients", "custom-function-backward", "custom-module"),
        ("custom_function_gradient_of_eps", "custom-function-backward", "custom-module"),
        ("custom_function_changes_input", "custom-function-forward", "custom-function-backward"),
        ("custom_function_no_default", "custom-function-forward", "custom-function-needs"),
        ("custom_function_four_needs", "custom-function-needs", "custom-function-backward"),
    ],
)
def test_costs_a_slip_in_one_exercise_of_ps4_no_points_in_another(
    repository: Course, mutant: str, loses: str, spares: str
) -> None:
    subject = subject_of(repository, "ps4_batchnorm", "wrong", mutant)
    assert lost(subject, loses)
    assert not lost(subject, spares)


@pytest.mark.parametrize(
    ("variant", "family"),
    [
        ("linear_float32", "linear"),
        ("linear_float32_everywhere", "linear"),
        ("linear_float32_rounded_results", "linear"),
        ("leaky_relu_float32", "leaky-relu"),
        ("leaky_relu_gradient_in_place", "leaky-relu"),
        ("softmax_float32", "softmax"),
        ("softmax_in_place", "softmax"),
        ("softmax_gradient_in_place", "softmax"),
        ("cross_entropy_float32", "cross-entropy"),
        ("cross_entropy_in_place", "cross-entropy"),
        ("cross_entropy_small_number_added", "cross-entropy"),
        ("relative_error_in_place", "relative-error"),
        ("mlp_float32_input", "mlp"),
    ],
)
def test_does_a_right_answer_lose_nothing_for_its_dtype_or_for_working_in_place(
    repository: Course, variant: str, family: str
) -> None:
    subject = subject_of(repository, "ps3_backprop", "right", variant)
    assert not lost(subject, family)
    assert not lost(subject, "mlp")


@pytest.mark.parametrize(
    ("mutant", "loses"),
    [
        ("linear_float32_bias_mean", {"linear-backward"}),
        ("linear_float32_no_bias", {"linear-forward"}),
        ("leaky_relu_float32_slope_fixed", {"leaky-relu"}),
        ("softmax_float32_diagonal_only", {"softmax-backward"}),
        ("leaky_relu_in_place", {"leaky-relu"}),
        ("numerical_gradient_changes_x", {"numerical-gradient"}),
    ],
)
def test_is_a_wrong_answer_found_in_float32_and_where_writing_is_forbidden(
    repository: Course, mutant: str, loses: set[str]
) -> None:
    subject = subject_of(repository, "ps3_backprop", "wrong", mutant)
    assert set.union(*(lost(subject, family) for family in PS3_CELLS)) == loses


@pytest.mark.parametrize("mutant", ["backward_after_nudging", "ignores_dout", "signs_lost", "own_output_only"])
def test_does_a_careless_gradient_check_lose_its_points(repository: Course, mutant: str) -> None:
    subject = subject_of(repository, "ps3_backprop", "wrong", f"gradient_check_{mutant}")
    assert lost(subject, "gradient-check")


@pytest.mark.parametrize(
    ("mutant", "hint"),
    [
        ("mlp_no_softmax", "these are the logits"),
        ("mlp_slope_fixed", "the slope that was passed is not used"),
        ("mlp_softmax_everywhere", "only the last module is a softmax"),
        ("mlp_layers_linear_only", "layers holds all modules"),
        ("mlp_step_rate_ignored", "the learning rate that was passed is not used"),
    ],
)
def test_is_a_slip_in_the_network_named(repository: Course, mutant: str, hint: str) -> None:
    subject = subject_of(repository, "ps3_backprop", "wrong", mutant)
    check = perceptron.assert_network_step if "step" in mutant else perceptron.assert_network_forward
    with pytest.raises(CheckFailed, match=hint):
        check(subject, "MLP")


@pytest.mark.parametrize(
    ("assignment", "mutant", "check", "hint"),
    [
        ("ps4_batchnorm", "batch_norm_eps_outside_root", "batch-norm-eval", "add ε to the variance"),
        ("ps4_batchnorm", "batch_norm_running_in_train", "batch-norm-train", "not by the running ones"),
        ("ps4_batchnorm", "batch_norm_updates_in_eval", "batch-norm-eval", "only if self.training"),
        ("ps4_batchnorm", "custom_function_one_index", "custom-function-backward", "the x̂ of the sample is outside"),
        ("ps4_batchnorm", "custom_function_float32", "custom-function-backward", "rounds to float32"),
        ("ps4_batchnorm", "custom_module_default_eps", "custom-module", "pass self.eps too"),
        ("ps3_backprop", "cross_entropy_zero_unguarded", "cross-entropy-zero", "0 · log 0"),
        ("ps3_backprop", "softmax_sum_over_batch", "softmax-backward", "not over the batch"),
        ("ps3_backprop", "softmax_over_everything", "softmax-backward", "fix forward first"),
        ("ps3_backprop", "gradient_check_backward_after_nudging", "gradient-check", "before you nudge anything"),
    ],
)
def test_does_the_hint_name_the_slip(repository: Course, assignment: str, mutant: str, check: str, hint: str) -> None:
    with pytest.raises(CheckFailed, match=hint):
        CHECKS[check](subject_of(repository, assignment, "wrong", mutant))


@pytest.mark.parametrize(
    ("mutant", "check", "unfit"),
    [
        ("cross_entropy_squared_error", "cross-entropy-zero", "raise small"),
        ("cross_entropy_raised_too_far", "cross-entropy-zero", "log 0"),
        ("cross_entropy_per_sample", "cross-entropy-forward", "hint"),
        ("softmax_sigmoid", "softmax-forward", "maximum"),
        ("mlp_no_list", "mlp-backward", "mend"),
    ],
)
def test_is_a_student_spared_a_hint_that_does_not_fit(repository: Course, mutant: str, check: str, unfit: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        CHECKS[check](subject_of(repository, "ps3_backprop", "wrong", mutant))
    assert unfit not in str(caught.value)


def test_does_a_class_that_raises_when_made_show_its_arguments() -> None:
    def raises(*_: Any) -> None:
        raise IndexError("list index out of range")

    student.use(LocalSubject({"MLP": raises}))
    try:
        with pytest.raises(CheckFailed, match=r"^MLP\(4, \[\], 5, 0\.5\): your code raised IndexError"):
            student.instance("MLP", 4, [], 5, 0.5)
    finally:
        student.use(LocalSubject())


TRIVIAL = """
class LinearModule:
    def __init__(self, in_features, out_features):
        self.params = {"weight": np.zeros((out_features, in_features)), "bias": np.zeros(out_features)}
        self.grads = {name: np.zeros_like(value) for name, value in self.params.items()}

    def forward(self, x):
        self.x = x
        return np.zeros((len(x), len(self.params["bias"])))

    def backward(self, dout):
        return np.zeros_like(self.x)


class MLP:
    def __init__(self, n_inputs, n_hidden, n_classes, neg_slope):
        widths = [n_inputs, *n_hidden, n_classes]
        self.layers = []
        for before, after in zip(widths, widths[1:]):
            self.layers += [LinearModule(before, after), SoftMaxModule()]

    def forward(self, x):
        self.x = x
        return np.full((len(x), len(self.layers[-2].params["bias"])), 0.5)

    def backward(self, dout):
        return np.zeros_like(self.x)

    def step(self, learning_rate):
        pass
"""


def test_does_a_network_that_does_nothing_earn_nothing_with_modules_that_do_nothing(repository: Course) -> None:
    namespace = subject_of(repository, "ps3_backprop")._names()
    exec(TRIVIAL, namespace)
    assert lost(LocalSubject(namespace), "mlp") == {"mlp-forward", "mlp-backward", "mlp-step"}


def test_are_the_students_own_parts_back_when_a_check_failed(repository: Course) -> None:
    subject = subject_of(repository, "ps3_backprop", "wrong", "mlp_no_softmax")
    assert lost(subject, "mlp")
    assert lost(subject, "linear") == lost(subject, "softmax") == set()
