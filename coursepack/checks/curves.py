"""Checks of a training that counts steps and measures itself on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from coursepack.checks.arrays import compare_values
from coursepack.checks.messages import describe, failed, student_error
from coursepack.checks.training import OPTIMIZER, TOLERANCE, Problem
from coursepack.subject import StudentError, Subject
from coursepack.subject.loops import probe_loss, probe_network

KEYS = ("step", "train loss", "test loss", "test accuracy")
WEIGHTS_HINT = (
    "each step: zero_grad, forward, loss (with the given loss_fn), backward, step. Measuring puts the network into "
    "eval mode: call model.train() again before the next step"
)


def assert_training_curve(student: Subject, name: str, *, every: int = 3) -> None:
    """Check a loop `name(model, train_loader, loss_fn, optimizer, test_loader, every) -> history` against ours.

    The network starts in eval mode and carries batch normalisation, and the last of the five batches is smaller: so a
    loop shows that stays in eval mode once it has measured. With five a multiple of `every` (1, 5) a loop shows that
    writes the last record twice; with no multiple of it, one that forgets it; with a larger `every`, one that then
    measures nothing.
    """
    problem, held = Problem.draw(3), Problem.draw(4)
    expected, weights = _reference(problem, held, every)
    settings: dict[str, Any] = {"optimizer": OPTIMIZER, "held": held.batches, "numbers": [every]}
    try:
        report = student.run_loop(name, "classifier", problem.batches, state=problem.state, train=False, **settings)
    except StudentError as error:
        raise student_error(f"{name} on a small network", error) from None
    steps = len(problem.split())
    if report["steps"] != steps:
        hint = "one step for each batch of train_loader, none while measuring"
        raise failed(f"{name}: optimizer steps", expected=str(steps), got=str(report["steps"]), hint=hint)
    _compare_steps(name, report["returned"], expected["step"], every)
    for key, array in weights.items():
        got = report["state"][key].astype(np.float64)
        about = f"{name}: the network afterwards, {key}"
        compare_values(about, array.astype(np.float64), got, tolerance=TOLERANCE, hint=WEIGHTS_HINT)
    _compare_curves(name, report["returned"], expected)


def _compare_steps(name: str, returned: Any, expected: list[float], every: int) -> None:
    """Check the history's form, and when it was written."""
    if not isinstance(returned, dict) or set(returned) != set(KEYS):
        wanted = "a dictionary with " + ", ".join(repr(key) for key in KEYS)
        got = f"keys {sorted(map(str, returned))}" if isinstance(returned, dict) else describe(returned)
        raise failed(f"{name}: result", expected=wanted, got=got)
    for key in KEYS:
        column = np.asarray(returned[key]) if isinstance(returned[key], list | np.ndarray) else np.zeros((0, 0))
        if column.ndim != 1 or column.dtype.kind not in "iuf":
            raise failed(f"{name}: {key}", expected="a list of plain numbers", got=describe(returned[key]))
        if len(column) != len(returned["step"]):
            raise failed(f"{name}: {key}", expected="as many numbers as steps", got=str(len(column)))
    if [float(step) for step in returned["step"]] != expected:
        raise failed(
            f"{name}: steps at which it measured, every {every} of {expected[-1]:.0f}",
            expected=", ".join(f"{step:.0f}" for step in expected),
            got=", ".join(str(step) for step in returned["step"]) or "none",
            hint="count from 1; measure after every `every` steps, and after the last one",
        )


def _compare_curves(name: str, returned: dict[str, Any], expected: dict[str, list[float]]) -> None:
    hints = {
        "train loss": "the mean over the images trained on since the last record: weight each batch's mean loss by its "
        "size, and begin anew after each record",
        "test loss": "call evaluate(model, test_loader, loss_fn) after the step, with the loader and loss it was given",
        "test accuracy": "the second number that evaluate returns, a fraction between 0 and 1",
    }
    for key, hint in hints.items():
        got = np.asarray(returned[key], dtype=np.float64)
        compare_values(f"{name}: {key}", np.array(expected[key]), got, tolerance=TOLERANCE, hint=hint)


def _reference(problem: Problem, held: Problem, every: int) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """Return the history of one training of ours, and the network's arrays afterwards."""
    model, loss_fn, batches = probe_network(problem.state), probe_loss(), problem.split()
    optimizer = torch.optim.SGD(model.parameters(), lr=OPTIMIZER["lr"], momentum=OPTIMIZER["momentum"])
    history: dict[str, list[float]] = {key: [] for key in KEYS}
    since: list[tuple[float, int]] = []
    for step, (images, labels) in enumerate(batches, start=1):
        with torch.enable_grad():
            optimizer.zero_grad()
            loss = loss_fn(model.train()(images), labels)
            loss.backward()
            optimizer.step()
        since.append((loss.item(), len(labels)))
        if step % every == 0 or step == len(batches):
            losses, sizes = zip(*since, strict=True)
            test_loss, accuracy = _measure(model, held)
            values = (float(step), float(np.average(losses, weights=sizes)), test_loss, accuracy)
            for key, value in zip(KEYS, values, strict=True):
                history[key].append(value)
            since = []
    return history, {key: value.detach().numpy() for key, value in model.state_dict().items()}


def _measure(model: torch.nn.Module, held: Problem) -> tuple[float, float]:
    images, labels = torch.from_numpy(held.images), torch.from_numpy(held.labels)
    with torch.no_grad():
        logits = model.eval()(images)
        return probe_loss()(logits, labels).item(), (logits.argmax(dim=1) == labels).double().mean().item()
