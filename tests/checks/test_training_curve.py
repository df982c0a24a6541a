"""Does the check of a training by steps tell right loops from wrong ones?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from convnet_course import scoring_sets
from convnet_course.datasets.synthetic_shapes import load_shapes
from coursepack.checks import CheckFailed, training_curve
from coursepack.subject import LocalSubject

KEYS = ("step", "train loss", "test loss", "test accuracy")


@torch.no_grad()
def evaluate(model: nn.Module, loader: Any, loss_fn: Any) -> tuple[float, float]:
    model.eval()
    total, right, count = 0.0, 0, 0
    for images, labels in loader:
        logits = model(images)
        total += loss_fn(logits, labels).item() * len(labels)
        right += int(logits.argmax(1).eq(labels).sum())
        count += len(labels)
    return total / count, right / count


def train_steps(mistake: str = "") -> Callable[..., Any]:
    def loop(model: nn.Module, loader: Any, loss_fn: Any, optimizer: Any, test_loader: Any, every: int) -> Any:
        rows: list[tuple[float, ...]] = []
        seen: list[tuple[float, int]] = []
        model.train()
        for step, (images, labels) in enumerate(loader, start=mistake != "counts from zero"):
            if mistake != "stays in eval mode":
                model.train()
            if mistake != "no zero_grad":
                optimizer.zero_grad()
            loss = loss_fn(model(images), labels)
            loss.backward()
            early = evaluate(model, test_loader, loss_fn) if mistake == "before the step" else None
            if mistake != "no step":
                optimizer.step()
            seen.append((loss.item(), 1 if mistake == "mean of means" else len(labels)))
            if step % every == 0 or (step == len(loader) and mistake != "no last record"):
                losses, sizes = zip(*seen, strict=True)
                measured = early or evaluate(model, loader if mistake == "wrong loader" else test_loader, loss_fn)
                rows.append((step, float(np.average(losses, weights=sizes)), *measured))
                seen = seen if mistake == "since the start" else []
        if mistake == "twice at the end":
            rows.append((step, 0.0 if not seen else loss.item(), *evaluate(model, test_loader, loss_fn)))
        history: dict[str, Any] = dict(zip(KEYS, map(list, zip(*rows, strict=True)), strict=True))
        if mistake == "a column short":
            history["test loss"].pop()
        if mistake == "a text":
            history["test loss"] = "falling"
        if mistake == "other keys":
            history["loss"] = history.pop("test loss")
        return {"nothing": None, "rows": rows}.get(mistake, history)

    return loop


def check(mistake: str, every: int = 3) -> None:
    training_curve.assert_training_curve(LocalSubject({"loop": train_steps(mistake)}), "loop", every=every)


@pytest.mark.parametrize("every", [1, 2, 3, 5, 9])
def test_does_a_right_loop_pass(every: int) -> None:
    check("", every)


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ("stays in eval mode", "afterwards"),
        ("counts from zero", "steps at which it measured"),
        ("no last record", "steps at which it measured"),
        ("mean of means", "train loss"),
        ("since the start", "train loss"),
        ("wrong loader", "test loss"),
        ("a column short", "test loss"),
        ("a text", "a list of plain numbers"),
        ("other keys", "a dictionary with"),
        ("nothing", "a dictionary with"),
        ("rows", "a dictionary with"),
    ],
)
def test_does_a_wrong_loop_fail_where_it_is_wrong(mistake: str, said: str) -> None:
    with pytest.raises(CheckFailed, match=f"loop(.|\n)*{said}"):
        check(mistake)


PARTS = (
    training_curve.assert_record_steps,
    training_curve.assert_training_steps,
    training_curve.assert_recorded_values,
)


@pytest.mark.parametrize(
    ("mistake", "parts"),
    [
        ("", ()),
        ("no last record", (0,)),
        ("stays in eval mode", (1,)),
        ("no zero_grad", (1,)),
        ("no step", (1,)),
        ("mean of means", (2,)),
        ("since the start", (2,)),
        ("wrong loader", (2,)),
        ("before the step", (2,)),
        ("counts from zero", (0, 2)),
        ("nothing", (0, 2)),
        ("other keys", (0, 2)),
    ],
)
def test_does_a_slip_cost_only_the_part_that_it_belongs_to(mistake: str, parts: tuple[int, ...]) -> None:
    subject = LocalSubject({"loop": train_steps(mistake)})
    for number, part in enumerate(PARTS):
        if number in parts:
            with pytest.raises(CheckFailed):
                part(subject, "loop", every=3)
        else:
            part(subject, "loop", every=3)


@pytest.mark.parametrize(
    ("mistake", "hint"),
    [
        ("stays in eval mode", "measuring switches the network to eval mode"),
        ("mean of means", "the last batch is smaller"),
        ("since the start", "start again after each record"),
        ("wrong loader", "with the given loader and loss"),
    ],
)
def test_is_the_slip_of_a_curve_named(mistake: str, hint: str) -> None:
    with pytest.raises(CheckFailed, match=f"hint: .*{hint}"):
        check(mistake)


@pytest.mark.parametrize("every", [1, 5])
def test_is_a_last_record_written_twice_found_where_it_was_due_anyway(every: int) -> None:
    """Where the number of steps is no multiple of `every`, this slip shows nothing."""
    with pytest.raises(CheckFailed, match="steps at which it measured"):
        check("twice at the end", every)


def test_is_an_error_in_the_loop_the_students() -> None:
    with pytest.raises(CheckFailed, match="loop on a small network"):
        training_curve.assert_training_curve(LocalSubject({"loop": lambda model: None}), "loop")


def test_are_the_shapes_normalised_by_their_training_images() -> None:
    pixels = load_shapes("train")[0].reshape(-1, 3) / 255.0
    assert np.allclose(pixels.mean(axis=0), scoring_sets.SHAPES_MEAN, atol=1e-5)
    assert np.allclose(pixels.std(axis=0), scoring_sets.SHAPES_STD, atol=1e-5)
    images, labels = scoring_sets.coloured_shapes()
    assert (images.shape, images.dtype, len(labels)) == ((800, 3, 32, 32), np.float32, 800)
