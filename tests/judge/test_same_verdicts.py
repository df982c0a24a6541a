"""Do the engine and a plain run in one process (as stock nbgrader's) give the same verdict on the same work?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from coursepack.grading.notebook.grade_notebook import grade_notebook
from coursepack.grading.notebook.worker import Worker
from coursepack.judge.verdict import Verdict
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import solved_notebook
from coursepack.validation.snippets import apply_snippet, load_snippet
from coursepack.validation.validate import with_tests

pytestmark = pytest.mark.long
# Several mistakes in one notebook, so that one training shows many verdicts.
WORK = {
    "ps1_conv_filters": [
        ("wrong", "convolve2d_scipy_in_a_list"),
        ("wrong", "max_pool2d_torch_in_a_class"),
        ("wrong", "conv_layer_no_bias"),
        ("wrong", "conv_parameters_no_bias"),
    ],
    "ps2_mnist_cnn": [
        ("wrong", "evaluate_no_eval_mode"),
        ("wrong", "simple_fc_softmax"),
        ("wrong", "parameter_arithmetic_no_biases"),
        ("right", "simple_cnn_functional"),
    ],
    "ps3_backprop": [
        ("wrong", "by_hand_bias_left_out"),
        ("wrong", "cross_entropy_sum"),
        ("wrong", "gradient_check_input_only"),
        ("wrong", "leaky_relu_relu_gradient"),
    ],
    "ps4_batchnorm": [
        ("wrong", "batch_norm_biased_running_variance"),
        ("wrong", "custom_autograd_no_eps"),
        ("wrong", "custom_function_ignores_needs"),
    ],
    "ps5_conv_blocks": [
        ("wrong", "conv_max_pool_no_relu"),
        ("wrong", "conv_batch_norm_squeeze"),
        ("wrong", "answers_three_instead_of_four"),
        ("wrong", "results_first_run_only"),
    ],
    "ps6_cifar_convnet": [
        ("wrong", "conv_net_pools_two"),
        ("wrong", "cost_no_batch_norm"),
        ("wrong", "train_steps_mean_of_means"),
    ],
}
REHEARSE = """
import sys, nbformat, json
from pathlib import Path
from coursepack.course import Course
from coursepack.validation.forking_runner import run_all
[(_, result)] = run_all(Course.find(), [[nbformat.read(sys.argv[1], as_version=4)]], 1)
assert not result.fault, result.fault
print(json.dumps({outcome.grade_id: outcome.passed for outcome in result.outcomes}))
"""


def test_every_assignment_is_compared(worker: Worker) -> None:
    """Is none left out?"""
    assert sorted(WORK) == worker.course.assignments


@pytest.mark.parametrize("assignment", WORK)
def test_the_engine_agrees_with_a_plain_run(worker: Worker, assignment: str, tmp_path: Path) -> None:
    """Is every test cell passed in the engine exactly where it is passed in a plain process?"""
    source = read_notebook(worker.course.notebook("source", assignment))
    submission = solved_notebook(source)
    for kind, name in WORK[assignment]:
        snippet = load_snippet(worker.course.root / "answers" / assignment / kind / f"{name}.py")
        submission = apply_snippet(submission, snippet)
    path = tmp_path / "notebook.ipynb"
    nbformat.write(with_tests(source, submission), path)  # type: ignore[no-untyped-call]
    command = [sys.executable, "-c", REHEARSE, str(path)]
    plain = subprocess.run(command, cwd=worker.course.root, capture_output=True, text=True, check=True)
    graded = grade_notebook(worker.course, source, submission, worker=worker)
    passed = {record.grade_id: record.verdict is Verdict.PASSED for record in graded.records}
    assert passed == json.loads(plain.stdout.splitlines()[-1])
    assert graded.points < graded.max_points


# In a plain process every solution passes: `coursepack validate` shows it. Of the others, all cells without a mistake
# are compared above.
def test_the_engine_agrees_that_a_solution_is_right(worker: Worker) -> None:
    """Is every test cell of a solution passed in the engine, too?"""
    source = read_notebook(worker.course.notebook("source", "ps5_conv_blocks"))
    graded = grade_notebook(worker.course, source, solved_notebook(source), worker=worker)
    assert {record.grade_id: record.message for record in graded.records if record.verdict != Verdict.PASSED} == {}
    assert graded.points == graded.max_points
