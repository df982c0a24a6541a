"""Checks of a training loop that counts its steps and measures the network on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursepack.checks import loops
from coursepack.checks.arrays import compare_values
from coursepack.checks.loops import OPTIMIZER, TOLERANCE, Problem, Step
from coursepack.checks.messages import describe, failed, student_errors
from coursepack.checks.pytorch import torch
from coursepack.subject import Array, Subject
from coursepack.subject.training_loops import probe_loss, probe_network

KEYS = ("step", "train loss", "test loss", "test accuracy")
WEIGHTS_HINT = "each step: zero_grad, forward, loss (with the given loss_fn), backward, step; all of it in train mode"
MODE_HINT = "measuring switches the network to eval mode: call model.train() again before the next step"


def assert_training_curve(student: Subject, name: str, *, every: int = 3) -> None:
    """Check a loop `name(model, train_loader, loss_fn, optimizer, test_loader, every) -> history` against ours.

    The network starts in eval mode and has batch normalisation, and the last of the five batches is smaller: this
    exposes a loop that stays in eval mode after a measurement. If five is a multiple of `every` (1, 5), the check
    exposes a loop that writes the last record twice; if not, a loop that forgets it; if `every` is larger than five,
    a loop that measures nothing.
    """
    problem, held = Problem.draw(3), Problem.draw(4)
    curve = _reference(problem, held, every)
    settings: dict[str, Any] = {"optimizer": OPTIMIZER, "held": held.batches, "numbers": [every]}
    with student_errors(f"{name} on a small network"):
        report = student.run_loop(name, "classifier", problem.batches, state=problem.state, train=False, **settings)
    steps = len(problem.split())
    if report["steps"] != steps:
        hint = "take one step for each batch of train_loader, and none while measuring"
        raise failed(f"{name}: optimizer steps", expected=str(steps), got=str(report["steps"]), hint=hint)
    _compare_steps(name, report["returned"], curve.history["step"], every)

    def slip() -> str:
        return loops.likely_slip(report["state"], _wrong_states(problem, held, every)) or WEIGHTS_HINT

    for key, array in curve.weights.items():
        got = report["state"][key].astype(np.float64)
        about = f"{name}: the network afterwards, {key}"
        compare_values(about, array.astype(np.float64), got, tolerance=TOLERANCE, hint=slip)
    _compare_curves(name, report["returned"], curve)


def _compare_steps(name: str, returned: Any, expected: list[float], every: int) -> None:
    """Check the form of the history, and the steps at which it was written."""
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


def _compare_curves(name: str, returned: dict[str, Any], curve: Curve) -> None:
    hints = {
        "train loss": "the mean over the images trained on since the last record: weight each batch's mean loss by its "
        "size, and begin anew after each record",
        "test loss": "evaluate after the step, with the given loader and loss",
        "test accuracy": "the fraction of test_loader's samples that are classified rightly, between 0 and 1",
    }
    for key, otherwise in hints.items():
        got, right = np.asarray(returned[key], dtype=np.float64), np.array(curve.history[key])
        slips = {hint: np.array(column) for hint, column in curve.wrong[key].items()}
        found = [hint for hint, column in slips.items() if np.allclose(got, column, rtol=TOLERANCE, atol=TOLERANCE)]
        hint = found[0] if len(found) == 1 else otherwise
        compare_values(f"{name}: {key}", right, got, tolerance=TOLERANCE, hint=hint)


@dataclass(frozen=True)
class Curve:
    """The result of a training.

    Attributes:
        history: the right history.
        wrong: for each column, what common slips would have recorded, keyed by the hint that names them.
        weights: the network's arrays afterwards.
    """

    history: dict[str, list[float]]
    wrong: dict[str, dict[str, list[float]]]
    weights: dict[str, Array]


def _reference(
    problem: Problem, held: Problem, every: int, how: Step | None = None, *, mode_kept: bool = False
) -> Curve:
    """Train as a right loop does, or take the steps as `how` says, or in the mode that measuring left behind."""
    model, batches = probe_network(problem.state), problem.split()
    optimizer = torch.optim.SGD(model.parameters(), lr=OPTIMIZER["lr"], momentum=OPTIMIZER["momentum"])
    records: list[dict[str, dict[str, float]]] = []
    losses: list[float] = []
    start = 0
    for step, batch in enumerate(batches, start=1):
        before = _measure(model, held)
        eval_mode = mode_kept and bool(records)
        losses.append((Step(train=False) if eval_mode else how or Step()).take(model, optimizer, *batch))
        if step % every == 0 or step == len(batches):
            sizes = [len(labels) for _, labels in batches[:step]]
            records.append(_record(step, losses, sizes, start, before, _measure(model, held)))
            start = step
    columns = {key: {hint: [record[key][hint] for record in records] for hint in records[0][key]} for key in KEYS}
    return Curve({key: column.pop("") for key, column in columns.items()}, columns, loops.arrays(model))


def _record(
    step: int,
    losses: list[float],
    sizes: list[int],
    start: int,
    before: Mapping[str, float],
    after: Mapping[str, float],
) -> dict[str, dict[str, float]]:
    """Return a record's right numbers, under "", and what slips would write instead, keyed by hint."""
    return {
        "step": {"": float(step)},
        "train loss": {
            "": float(np.average(losses[start:], weights=sizes[start:])),
            "this is the loss of the last batch only; take the mean since the last record": losses[-1],
            "this is the mean since the beginning; start again after each record": float(
                np.average(losses, weights=sizes)
            ),
            "weight each batch's mean loss by its size: the last batch is smaller": float(np.mean(losses[start:])),
        },
        "test loss": {
            "": after["loss"],
            "measure after the step, not before it": before["loss"],
            "measure with the loss_fn that is given": after["other loss"],
            "loss and accuracy are swapped: look at the order in which they are returned": after["accuracy"],
        },
        "test accuracy": {
            "": after["accuracy"],
            "measure after the step, not before it": before["accuracy"],
            "give accuracy as a fraction, not in per cent": 100 * after["accuracy"],
            "loss and accuracy are swapped: look at the order in which they are returned": after["loss"],
        },
    }


def _wrong_states(problem: Problem, held: Problem, every: int) -> Iterator[tuple[str, Mapping[str, Array]]]:
    yield MODE_HINT, _reference(problem, held, every, mode_kept=True).weights
    for hint, step in loops.SLIPS.items():
        yield hint, _reference(problem, held, every, step).weights


def _measure(model: torch.nn.Module, held: Problem) -> dict[str, float]:
    images, labels = torch.from_numpy(held.images), torch.from_numpy(held.labels)
    with torch.no_grad():
        logits = model.eval()(images)
    return {
        "loss": probe_loss()(logits, labels).item(),
        "other loss": torch.nn.functional.cross_entropy(logits, labels).item(),
        "accuracy": (logits.argmax(dim=1) == labels).double().mean().item(),
    }
