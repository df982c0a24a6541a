"""Checks of training: does the loop work as it should, and is the trained network accurate enough?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from coursepack.checks import draws, loops
from coursepack.checks.arrays import compare_values
from coursepack.checks.gates import Gate
from coursepack.checks.loops import OPTIMIZER, TOLERANCE, Problem
from coursepack.checks.messages import describe, failed, student_errors
from coursepack.checks.pytorch import nn, torch
from coursepack.subject import Array, ModuleHandle, Name, Subject
from coursepack.subject.training_loops import probe_loss, probe_network

STEP_HINT = "each batch: zero_grad, forward, loss (with the given loss_fn), backward, step; all of it in train mode"


def assert_accuracy(
    student: Subject,
    name: str,
    gate: Gate,
    *,
    test_set: Callable[[], tuple[Array, Array]],
    retrain: tuple[str, str],
    frozen_layers_allowed: bool = False,
) -> None:
    """Check that gradients reach every layer of a trained network, and that it reaches the gate on test images.

    Args:
        student: the subject.
        name: the variable that holds the trained network.
        gate: the threshold and number of tries.
        test_set: returns the images (N, …) as the network takes them, and their labels (N,): whole numbers from
            0, the last class among them.
        retrain: (function, network class) of the notebook; below the gate, `function(network, seed=…)` trains anew.
        frozen_layers_allowed: whether layers may be left as they began, as a free design may.

    Labels never reach the student's code: images go in, outputs come out, and they are scored here.
    """
    batch, labels = test_set()
    trained = _trained(student, name)
    reached = [_accuracy(trained, batch, labels)]
    function, network = retrain
    while reached[-1] < gate.threshold and len(reached) < gate.tries:
        with student_errors(f"{network}: training it once more"):
            handle = student.module(function, Name(network), seed=1_000 + len(reached))
        reached.append(_accuracy(handle, batch, labels))
    if reached[-1] < gate.threshold:
        raise failed(
            f"{name}: accuracy on test images",
            expected=f"at least {gate.threshold:.1%}",
            got=", ".join(f"{accuracy:.1%}" for accuracy in reached) + f" in {len(reached)} trainings",
            hint="if the network's own check passes, look at how it is trained; otherwise fix the network first",
        )
    if not frozen_layers_allowed:
        _check_reach(trained, batch[:4], int(labels.max()) + 1)


def _check_reach(network: ModuleHandle, images: Array, classes: int) -> None:
    """Check that a gradient reaches every layer: with untrained layers, a good accuracy is luck."""
    grad_output = draws.generator(20_264).standard_normal((len(images), classes))
    with student_errors(f"{network.name}: forward pass in train mode"):
        layers = network.trace(images, train=True, grad_output=grad_output).layers
    cut = [number for number, layer in enumerate(layers, start=1) if "weight" not in layer.gradients]
    if cut:
        raise failed(
            f"{network.name}: gradients in training",
            expected="one for the weights of every layer",
            got="none for layer " + ", ".join(map(str, cut)),
            hint="something detaches these layers, so they cannot learn: detach, no_grad, .data or NumPy",
        )


def _trained(student: Subject, name: str) -> ModuleHandle:
    with student_errors(name):
        return student.module(name)


def _accuracy(network: ModuleHandle, images: Array, labels: Array) -> float:
    with student_errors(f"{network.name}: forward pass on test images"):
        output = network.forward(images)
    expected = (len(labels), int(labels.max()) + 1)
    if output.shape != expected:
        raise failed(f"{network.name}: shape of the output", expected=str(expected), got=str(output.shape))
    return float(np.mean(output.argmax(axis=1) == labels))


def assert_training_epoch(student: Subject, name: str) -> None:
    """Check a loop `name(model, loader, loss_fn, optimizer) -> mean loss per sample` against our own epoch of SGD.

    The network starts in eval mode, carries batch normalisation, and the last batch is smaller than the others: a loop
    that forgets `model.train()` or `zero_grad()`, or averages batch means, gives different numbers.
    """
    problem = Problem.draw(1)
    losses, expected = loops.train(problem)
    report = _run(student, name, problem, train=False, optimizer=OPTIMIZER)
    if report["steps"] != len(losses):
        raise failed(
            f"{name}: optimizer steps in one epoch of {len(losses)} batches",
            expected=str(len(losses)),
            got=str(report["steps"]),
            hint="take one step for each batch, with the optimiser that was passed",
        )

    def slip() -> str:
        made = ((hint, loops.train(problem, step)[1]) for hint, step in loops.SLIPS.items())
        return loops.likely_slip(report["state"], made) or STEP_HINT

    for key, array in expected.items():
        compare_values(
            f"{name}: the network after one epoch, {key}",
            array.astype(np.float64),
            report["state"][key].astype(np.float64),
            tolerance=TOLERANCE,
            hint=slip,
        )
    _compare_loss(name, problem, losses, report["returned"])


def assert_evaluation(student: Subject, name: str) -> None:
    """Check a loop `name(model, loader, loss_fn) -> (mean loss per sample, accuracy)` against ours.

    The network starts in train mode with batch normalisation; evaluation must switch to eval mode, leave weights and
    running statistics as they are, and compute no gradients. Accuracy is a fraction in [0, 1].
    """
    problem = Problem.draw(2)
    _, losses, answers = _evaluate(problem, probe_loss())
    accuracy = float(np.mean(answers == problem.labels))
    report = _run(student, name, problem, train=True, optimizer=None)
    for key, array in problem.state.items():
        compare_values(
            f"{name}: the network after evaluation, {key}",
            array,
            report["state"][key],
            tolerance=TOLERANCE,
            hint="evaluation must change nothing: call model.eval() first, and never step",
        )
    returned = report["returned"]
    if not isinstance(returned, list) or len(returned) != 2:
        raise failed(f"{name}: result", expected="two numbers, (mean loss, accuracy)", got=describe(returned))
    own = {"use the loss_fn that was passed": _evaluate(problem, nn.CrossEntropyLoss())[0]}
    order = {"the mean loss comes first, then the accuracy": accuracy}
    _compare_loss(name, problem, losses, returned[0], own | order)
    got = _number(f"{name}: accuracy", returned[1])
    if abs(got - accuracy) > TOLERANCE:
        raise failed(f"{name}: accuracy", got=f"{got:.6g}", hint=_accuracy_hint(problem, got))
    if report["gradients"]:
        raise failed(f"{name}: it left gradients behind", hint="evaluate inside torch.no_grad()")
    if report["recorded"]:
        raise failed(f"{name}: its forward passes were recorded for gradients", hint="evaluate inside torch.no_grad()")


def _run(student: Subject, name: str, problem: Problem, **settings: Any) -> dict[str, Any]:
    with student_errors(f"{name} on a small network"):
        return student.run_loop(name, "classifier", problem.batches, state=problem.state, **settings)


def _evaluate(problem: Problem, loss_fn: nn.Module) -> tuple[float, list[float], Array]:
    """Return the mean loss per sample, the batches' mean losses and the predictions (N,) in eval mode."""
    model = probe_network(problem.state).eval()
    with torch.no_grad():
        losses = [loss_fn(model(images), labels).item() for images, labels in problem.split()]
        answers = model(torch.from_numpy(problem.images)).argmax(dim=1).numpy()
    return _per_sample(problem, losses), losses, answers


def _per_sample(problem: Problem, losses: list[float]) -> float:
    return float(np.average(losses, weights=[len(labels) for _, labels in problem.split()]))


def _accuracy_hint(problem: Problem, got: float) -> str:
    """Try the common slips of an accuracy, and return the hint of the one that gives the student's value."""
    right = _evaluate(problem, probe_loss())[2] == problem.labels
    batches = np.split(right, range(loops.BATCH_SIZE, len(right), loops.BATCH_SIZE))
    slips = {
        "return a fraction between 0 and 1, not a percentage": 100 * right.mean(),
        "divide the right answers by the number of samples, not by the number of batches": right.sum() / len(batches),
        "this is the mean of the batches' accuracies: the last batch is smaller": np.mean([b.mean() for b in batches]),
        "this is the accuracy of the last batch only": batches[-1].mean(),
        "this is the accuracy of the first batch only": batches[0].mean(),
        "this is the number of right answers; divide it by the number of samples": right.sum(),
        "this is the fraction of wrong answers": 1 - right.mean(),
    }
    found = [hint for hint, slip in slips.items() if abs(got - float(slip)) <= TOLERANCE]
    return found[0] if len(found) == 1 else "count samples whose highest score is at the label; divide by all samples"


def _number(about: str, got: Any) -> float:
    if isinstance(got, bool) or not isinstance(got, int | float):
        hint = "call .item(): a tensor may keep the graph alive" if isinstance(got, np.ndarray) else ""
        raise failed(f"{about}: kind of result", expected="a plain number (float)", got=describe(got), hint=hint)
    return float(got)


def _compare_loss(
    name: str, problem: Problem, losses: list[float], returned: Any, more: dict[str, float] | None = None
) -> None:
    """Check a mean loss per sample; `more` maps the hints of further slips to what they give."""
    got, expected = _number(f"{name}: mean loss", returned), _per_sample(problem, losses)
    if abs(got - expected) <= TOLERANCE * abs(expected):
        return
    samples = len(problem.labels)
    slips = {
        "weight each batch's mean loss by its number of samples: the last batch is smaller": np.mean(losses),
        "divide the sum by the number of samples": expected * samples,
        "this is the sum of the batches' mean losses; weight each by its number of samples": np.sum(losses),
        "multiply each batch's mean loss by its number of samples before you add it": np.sum(losses) / samples,
        "this is the last batch's loss; average over all samples": losses[-1],
        "this is the first batch's loss; average over all samples": losses[0],
    } | (more or {})
    close = [hint for hint, slip in slips.items() if abs(got - float(slip)) <= TOLERANCE * abs(float(slip))]
    hint = "add up loss_fn's loss × batch size over all batches, then divide by the number of samples"
    raise failed(f"{name}: mean loss per sample", got=f"{got:.6g}", hint=close[0] if len(close) == 1 else hint)
