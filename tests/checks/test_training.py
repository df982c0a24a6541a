"""Do the loop checks tell right loops from wrong ones, and does the accuracy gate score honestly?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from convnet_course import scoring_sets
from coursepack.checks import CheckFailed, loops, training
from coursepack.checks.gates import Gate
from coursepack.subject import LocalSubject


def train_epoch(mistake: str = "") -> Callable[..., Any]:
    def loop(model: nn.Module, loader: Any, loss_fn: Any, optimizer: Any) -> Any:
        if mistake != "stays in eval mode":
            model.train()
        total = 0.0
        for images, labels in loader:
            if mistake != "no zero_grad":
                optimizer.zero_grad()
            loss = (nn.CrossEntropyLoss() if mistake == "own loss" else loss_fn)(model(images), labels)
            if mistake != "no backward":
                loss.backward()
            if mistake == "steps twice as far":
                optimizer.param_groups[0]["lr"] = 0.2
            if mistake != "no step":
                optimizer.step()
            total += loss.item() * (1 if mistake == "mean of means" else len(labels))
        return {
            "mean of means": total / len(loader),
            "sum": total,
            "last": loss.item(),
            "nothing": None,
            "tensor": torch.tensor(total / len(loader.dataset)),
        }.get(mistake, total / len(loader.dataset))

    return loop


def evaluate(mistake: str = "") -> Callable[..., Any]:
    def loop(model: nn.Module, loader: Any, loss_fn: Any) -> Any:
        if mistake != "stays in train mode":
            model.eval()
        total, right = 0.0, 0
        for images, labels in loader:
            with torch.set_grad_enabled(mistake in ("gradients", "records the graph")):
                output = model(images)
            loss = (nn.CrossEntropyLoss() if mistake == "own loss" else loss_fn)(output, labels)
            if mistake == "gradients":
                loss.backward()
            total += loss.item() * len(labels)
            right += int((output.argmin(1) if mistake == "wrong class" else output.argmax(1)).eq(labels).sum())
        size = len(loader.dataset)
        accuracy = {"per cent": 100 * right / size, "by batches": right / len(loader)}.get(mistake, right / size)
        return total / size if mistake == "one number" else (total / size, accuracy)

    return loop


def test_does_a_right_training_loop_pass() -> None:
    training.assert_training_epoch(LocalSubject({"loop": train_epoch()}), "loop")


@pytest.mark.parametrize(
    "mistake",
    [
        *("stays in eval mode", "no zero_grad", "no backward", "no step", "own loss"),
        *("mean of means", "sum", "last", "nothing", "tensor"),
    ],
)
def test_does_a_wrong_training_loop_fail(mistake: str) -> None:
    with pytest.raises(CheckFailed, match="loop"):
        training.assert_training_epoch(LocalSubject({"loop": train_epoch(mistake)}), "loop")


@pytest.mark.parametrize(
    ("mistake", "hint"),
    [
        ("stays in eval mode", r"call model\.train\(\) before"),
        ("no zero_grad", "gradients add up"),
        ("own loss", "use the loss_fn that was passed"),
        ("no backward", "the step has no gradients"),
        ("steps twice as far", "each batch: zero_grad, forward"),  # no slip of ours: what is wanted is said
        ("mean of means", "the last batch is smaller"),
        ("sum", "divide the sum by the number of samples"),
        ("last", "this is the last batch's loss"),
    ],
)
def test_is_the_slip_of_a_training_loop_named(mistake: str, hint: str) -> None:
    with pytest.raises(CheckFailed, match=f"hint: {hint}|hint: .*{hint}"):
        training.assert_training_epoch(LocalSubject({"loop": train_epoch(mistake)}), "loop")


@pytest.mark.parametrize("hint", loops.SLIPS)
def test_is_each_slip_of_a_step_named_by_its_own_hint(hint: str) -> None:
    step = loops.SLIPS[hint]

    def loop(model: nn.Module, loader: Any, loss_fn: Any, optimizer: Any) -> float:
        losses = [(step.take(model, optimizer, *batch), len(batch[1])) for batch in loader]
        return sum(loss * size for loss, size in losses) / len(loader.dataset)

    with pytest.raises(CheckFailed) as caught:
        training.assert_training_epoch(LocalSubject({"loop": loop}), "loop")
    assert f"hint: {hint}" in str(caught.value)


@pytest.mark.parametrize(
    ("returned", "hint"),
    [
        (lambda loss, right, sizes: (loss, 100 * sum(right) / sum(sizes)), "not a percentage"),
        (lambda loss, right, sizes: (loss, sum(right) / len(sizes)), "not by the number of batches"),
        (lambda loss, right, sizes: (loss, float(np.mean(np.divide(right, sizes)))), "the last batch is smaller"),
        (lambda loss, right, sizes: (loss, float(sum(right))), "divide it by the number of samples"),
        (lambda loss, right, sizes: (loss, 1 - sum(right) / sum(sizes)), "fraction of wrong answers"),
        (lambda loss, right, sizes: (sum(right) / sum(sizes), loss), "the mean loss comes first"),
        (lambda loss, right, sizes: (loss * sum(sizes), 0.0), "divide the sum by the number of samples"),
        (lambda loss, right, sizes: (loss, 0.12345), "count samples whose highest score"),
    ],
)
def test_is_the_slip_of_an_evaluation_named(returned: Callable[..., Any], hint: str) -> None:
    @torch.no_grad()
    def loop(model: nn.Module, loader: Any, loss_fn: Any) -> Any:
        rows = []
        for images, labels in loader:
            output = model.eval()(images)
            rows.append((loss_fn(output, labels).item() * len(labels), int((output.argmax(1) == labels).sum())))
        sizes = [len(labels) for _, labels in loader]
        return returned(sum(loss for loss, _ in rows) / sum(sizes), [right for _, right in rows], sizes)

    with pytest.raises(CheckFailed, match=hint):
        training.assert_evaluation(LocalSubject({"loop": loop}), "loop")


def test_does_a_right_evaluation_loop_pass() -> None:
    training.assert_evaluation(LocalSubject({"loop": evaluate()}), "loop")


@pytest.mark.parametrize(
    "mistake",
    [
        *("stays in train mode", "gradients", "records the graph", "own loss"),
        *("wrong class", "per cent", "by batches", "one number"),
    ],
)
def test_does_a_wrong_evaluation_loop_fail(mistake: str) -> None:
    with pytest.raises(CheckFailed, match="loop"):
        training.assert_evaluation(LocalSubject({"loop": evaluate(mistake)}), "loop")


class Oracle(nn.Module):
    """Answers with the class whose number the centre pixel's rank says: right for none but trained seeds."""

    def __init__(self, labels: np.ndarray[Any, Any], share: float) -> None:
        super().__init__()
        self.answers = torch.nn.functional.one_hot(torch.from_numpy(labels), 10).double()
        self.answers[: int(len(labels) * (1 - share))] = 0.1
        self.at = 0

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        start, self.at = self.at, (self.at + len(images)) % len(self.answers)
        return self.answers[start : start + len(images)]


def test_is_a_network_below_the_gate_trained_anew_and_then_accepted() -> None:
    from convnet_course.datasets.mnist import load_mini_mnist

    labels = np.array(load_mini_mnist("test")[1]).astype(np.int64)
    calls: list[int] = []

    def train_network(network: Callable[[], nn.Module], seed: int) -> nn.Module:
        calls.append(seed)
        return network()

    names = {"model": Oracle(labels, 0.2), "train_network": train_network, "Net": lambda: Oracle(labels, 0.9)}
    training.assert_accuracy(
        LocalSubject(names),
        "model",
        Gate(threshold=0.8, tries=2),
        test_set=scoring_sets.mini_mnist,
        retrain=("train_network", "Net"),
    )
    assert len(calls) == 1


def test_is_a_network_that_never_learns_refused_with_its_accuracies() -> None:
    names = {"model": nn.Flatten(), "train_network": lambda network, seed: network(), "Net": nn.Flatten}
    names["model"] = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    names["Net"] = lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    with pytest.raises(CheckFailed, match="in 3 trainings"):
        training.assert_accuracy(
            LocalSubject(names),
            "model",
            Gate(threshold=0.8, tries=3),
            test_set=scoring_sets.mini_mnist,
            retrain=("train_network", "Net"),
        )
