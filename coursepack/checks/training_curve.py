"""Checks of a training loop that counts its steps and measures the network on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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
# Weights stay as they are, so that a slip in a step does not show in what is measured.
STANDSTILL = {"lr": 0.0, "momentum": 0.0}
WEIGHTS_HINT = "each step: zero_grad, forward, loss (with the given loss_fn), backward, step; all of it in train mode"
MODE_HINT = "measuring switches the network to eval mode: call model.train() again before the next step"


def assert_training_curve(student: Subject, name: str, *, every: int = 3) -> None:
    """Check a loop `name(model, train_loader, loss_fn, optimizer, test_loader, every) -> history` against ours.

    This is `assert_record_steps`, `assert_training_steps` and `assert_recorded_values` in one; an assignment that gives
    points for each calls them one by one.
    """
    for check in (assert_record_steps, assert_training_steps, assert_recorded_values):
        check(student, name, every=every)


def assert_record_steps(student: Subject, name: str, *, every: int = 3) -> None:
    """Check the form of the history, and that a record is written after each `every` steps and after the last one.

    If five, the number of batches, is a multiple of `every` (1, 5), the check exposes a loop that writes the last
    record twice; if not, a loop that forgets it; if `every` is larger than five, a loop that measures nothing.
    """
    problem, held = _problems()
    returned = _run(student, name, every, OPTIMIZER)["returned"]
    _check_form(name, returned)
    expected = _reference(problem, held, _due(problem, every)).history["step"]
    if [float(step) for step in returned["step"]] != expected:
        raise failed(
            f"{name}: steps at which it measured, every {every} of {expected[-1]:.0f}",
            expected=", ".join(f"{step:.0f}" for step in expected),
            got=", ".join(str(step) for step in returned["step"]) or "none",
            hint="count from 1; measure after every `every` steps, and after the last one",
        )


def assert_training_steps(student: Subject, name: str, *, every: int = 3) -> None:
    """Check the network after the loop: one step for each batch, each in train mode. What is recorded does not matter.

    The network starts in eval mode and has batch normalisation, and the last of the five batches is smaller: this
    exposes a loop that stays in eval mode after a measurement.
    """
    problem, held = _problems()
    report, steps = _run(student, name, every, OPTIMIZER), len(problem.split())
    if report["steps"] != steps:
        hint = "take one step for each batch of train_loader, and none while measuring"
        raise failed(f"{name}: optimizer steps", expected=str(steps), got=str(report["steps"]), hint=hint)
    at = _due(problem, every)

    def slip() -> str:
        return loops.likely_slip(report["state"], _wrong_states(problem, held, at)) or WEIGHTS_HINT

    for key, array in _reference(problem, held, at).weights.items():
        got = report["state"][key].astype(np.float64)
        about = f"{name}: the network afterwards, {key}"
        compare_values(about, array.astype(np.float64), got, tolerance=TOLERANCE, hint=slip)


def assert_recorded_values(student: Subject, name: str, *, every: int = 3) -> None:
    """Check the losses and accuracies of the records, at the steps at which the student's loop wrote them.

    A loop that trains otherwise than ours is asked again with a learning rate of 0, so that a slip in a step costs
    nothing here; one that trains in eval mode after a measurement is compared with one of ours that does so, too.
    """
    problem, held = _problems()
    report, settings = _run(student, name, every, OPTIMIZER), OPTIMIZER
    right = _reference(problem, held, _due(problem, every)).weights
    if not loops.likely_slip(report["state"], iter([("trains as ours", right)])):
        report, settings = _run(student, name, every, STANDSTILL), STANDSTILL
    returned = report["returned"]
    _check_form(name, returned)
    at, last = [float(step) for step in returned["step"]], len(problem.split())
    if not at or at != sorted(set(at)) or not set(at) <= set(range(1, last + 1)):
        wanted = f"whole numbers from 1 to {last} that rise"
        raise failed(f"{name}: steps at which it measured", expected=wanted, got=str(returned["step"]))
    curves = [_reference(problem, held, at, settings, mode_kept=kept) for kept in (False, True)]
    got = np.asarray(returned["train loss"], dtype=np.float64)
    stayed = np.allclose(got, curves[1].history["train loss"], rtol=TOLERANCE, atol=TOLERANCE)
    _compare_curves(name, returned, curves[bool(stayed)])


def _problems() -> tuple[Problem, Problem]:
    """Return what the loop trains on and what it measures on."""
    return Problem.draw(3), Problem.draw(4)


def _due(problem: Problem, every: int) -> list[float]:
    """Return the steps at which a right loop writes a record."""
    last = len(problem.split())
    return [float(step) for step in range(1, last + 1) if step % every == 0 or step == last]


def _run(student: Subject, name: str, every: int, optimizer: Mapping[str, float]) -> dict[str, Any]:
    problem, held = _problems()
    settings: dict[str, Any] = {"optimizer": dict(optimizer), "held": held.batches, "numbers": [every]}
    with student_errors(f"{name} on a small network"):
        return student.run_loop(name, "classifier", problem.batches, state=problem.state, train=False, **settings)


def _check_form(name: str, returned: Any) -> None:
    """Check that the history is a dictionary of four equally long lists of numbers."""
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
    problem: Problem,
    held: Problem,
    at: Collection[float],
    settings: Mapping[str, float] = OPTIMIZER,
    how: Step | None = None,
    *,
    mode_kept: bool = False,
) -> Curve:
    """Train as a right loop does, or take the steps as `how` says, or in the mode that measuring left behind.

    Args:
        problem: what it trains on.
        held: what it measures on.
        at: the steps after which it writes a record.
        settings: learning rate and momentum of the optimiser.
        how: how it takes its steps.
        mode_kept: whether it stays in eval mode after a measurement.
    """
    model, batches = probe_network(problem.state), problem.split()
    optimizer = torch.optim.SGD(model.parameters(), lr=settings["lr"], momentum=settings["momentum"])
    records: list[dict[str, dict[str, float]]] = []
    losses: list[float] = []
    start = 0
    for step, batch in enumerate(batches, start=1):
        before = _measure(model, held)
        eval_mode = mode_kept and bool(records)
        losses.append((Step(train=False) if eval_mode else how or Step()).take(model, optimizer, *batch))
        if step in at:
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


def _wrong_states(problem: Problem, held: Problem, at: Collection[float]) -> Iterator[tuple[str, Mapping[str, Array]]]:
    yield MODE_HINT, _reference(problem, held, at, mode_kept=True).weights
    for hint, step in loops.SLIPS.items():
        yield hint, _reference(problem, held, at, how=step).weights


def _measure(model: torch.nn.Module, held: Problem) -> dict[str, float]:
    images, labels = torch.from_numpy(held.images), torch.from_numpy(held.labels)
    with torch.no_grad():
        logits = model.eval()(images)
    return {
        "loss": probe_loss()(logits, labels).item(),
        "other loss": torch.nn.functional.cross_entropy(logits, labels).item(),
        "accuracy": (logits.argmax(dim=1) == labels).double().mean().item(),
    }
