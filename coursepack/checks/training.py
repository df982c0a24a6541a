"""Checks of training: does the loop do what a loop should, and does the trained network know its digits?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from coursepack.checks.arrays import compare_values
from coursepack.checks.gates import Gate
from coursepack.checks.held_back import load_held_back
from coursepack.checks.messages import describe, failed, student_error
from coursepack.subject import Array, ModuleHandle, Name, StudentError, Subject
from coursepack.subject.loops import CLASSES, IMAGE_SHAPE, probe_loss, probe_network

MNIST_MEAN, MNIST_STD = 0.1307, 0.3081
SAMPLES, BATCH_SIZE = 22, 5  # the last batch has 2, so a mean of batch means is not the mean
TOLERANCE = 1e-4  # float32 arithmetic over five steps
OPTIMIZER = {"lr": 0.1, "momentum": 0.9}


def assert_accuracy(
    student: Subject,
    name: str,
    gate: Gate,
    *,
    retrain: tuple[str, str],
    held_back: bool = False,
    test_set: Callable[[], tuple[Array, Array]] | None = None,
) -> None:
    """Check that gradients reach every layer of a trained network, and that it reaches the gate on test images.

    Args:
        student: the subject.
        name: the variable that holds the trained network.
        gate: the threshold and number of tries.
        retrain: (function, network class) of the notebook; below the gate, `function(network, seed=…)` trains anew.
        held_back: for free designs: score on images that no notebook is given, instead of the mini set's test images,
            and let layers be frozen.
        test_set: gives other images and their labels, as of `coursepack.checks.test_sets`.

    Labels never reach the student's code: images go in, outputs come out, and they are scored here.
    """
    batch, labels = test_set() if test_set else _test_images(held_back)
    trained = _trained(student, name)
    reached = [_accuracy(trained, batch, labels)]
    function, network = retrain
    while reached[-1] < gate.threshold and len(reached) < gate.tries:
        try:
            handle = student.module(function, Name(network), seed=1_000 + len(reached))
        except StudentError as error:
            raise student_error(f"{network}: training it once more", error) from None
        reached.append(_accuracy(handle, batch, labels))
    if reached[-1] < gate.threshold:
        raise failed(
            f"{name}: accuracy on test images",
            expected=f"at least {gate.threshold:.1%}",
            got=", ".join(f"{accuracy:.1%}" for accuracy in reached) + f" in {len(reached)} trainings",
            hint="if the network's own check passes, look at how it is trained; else mend the network first",
        )
    if not held_back:
        _check_reach(trained, batch[:4])


def _test_images(held_back: bool) -> tuple[Array, Array]:
    """Return normalised images (N, 1, 28, 28) float32 and their labels (N,)."""
    from coursepack.data import load_mini_mnist  # late: the data room imports torchvision

    images, labels = load_held_back() if held_back else load_mini_mnist("test")
    return ((images[:, None].astype(np.float32) / 255.0 - MNIST_MEAN) / MNIST_STD).astype(np.float32), labels


def _check_reach(network: ModuleHandle, images: Array) -> None:
    """Check that a gradient reaches every layer: a good accuracy above layers that were left as they began is luck."""
    grad_output = np.random.default_rng(20_264).standard_normal((len(images), CLASSES))
    try:
        layers = network.trace(images, train=True, grad_output=grad_output).layers
    except StudentError as error:
        raise student_error(f"{network.name}: forward pass in train mode", error) from None
    cut = [number for number, layer in enumerate(layers, start=1) if "weight" not in layer.gradients]
    if cut:
        raise failed(
            f"{network.name}: gradients in training",
            expected="one for the weights of every layer",
            got="none for layer " + ", ".join(map(str, cut)),
            hint="something cuts the graph, so these layers cannot learn: detach, no_grad, .data or NumPy",
        )


def _trained(student: Subject, name: str) -> ModuleHandle:
    try:
        return student.module(name)
    except StudentError as error:
        raise student_error(name, error) from None


def _accuracy(network: ModuleHandle, images: Array, labels: Array) -> float:
    try:
        output = network.forward(images)
    except StudentError as error:
        raise student_error(f"{network.name}: forward pass on test images", error) from None
    if output.shape != (len(labels), CLASSES):
        expected = str((len(labels), CLASSES))
        raise failed(f"{network.name}: shape of the output", expected=expected, got=str(output.shape))
    return float(np.mean(output.argmax(axis=1) == labels))


@dataclass(frozen=True)
class Problem:
    """A small classification problem for loops: images, labels and the probe network's first weights."""

    images: Array
    labels: Array
    state: dict[str, Array]

    @classmethod
    def draw(cls, seed: int) -> Problem:
        """Draw a problem: images (22, 1, 6, 6) float32, labels (22,) int64.

        Every third label is what the network answers in eval mode, so that accuracies tell loops apart.
        """
        draw = np.random.default_rng([20_263, seed])
        images = draw.standard_normal((SAMPLES, *IMAGE_SHAPE)).astype(np.float32)
        shapes = {"1.weight": (12, 36), "1.bias": (12,), "2.bias": (12,), "2.running_mean": (12,)}
        shapes |= {"4.weight": (10, 12), "4.bias": (10,)}
        state = {key: draw.normal(0, 0.3, shape).astype(np.float32) for key, shape in shapes.items()}
        state |= {key: draw.uniform(0.5, 1.5, 12).astype(np.float32) for key in ("2.weight", "2.running_var")}
        state["2.num_batches_tracked"] = np.array(0)
        labels = draw.integers(0, CLASSES, SAMPLES)
        with torch.no_grad():
            labels[::3] = probe_network(state).eval()(torch.from_numpy(images)).argmax(dim=1).numpy()[::3]
        return cls(images, labels, state)

    @property
    def batches(self) -> dict[str, Any]:
        """The data as `Subject.run_loop` takes it."""
        return {"images": self.images, "labels": self.labels, "batch_size": BATCH_SIZE}

    def split(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """The data as a list of (images, labels) batches."""
        images, labels = torch.from_numpy(self.images), torch.from_numpy(self.labels)
        return list(zip(torch.split(images, BATCH_SIZE), torch.split(labels, BATCH_SIZE), strict=True))


def assert_training_epoch(student: Subject, name: str) -> None:
    """Check a loop `name(model, loader, loss_fn, optimizer) -> mean loss per sample` against one epoch of SGD of ours.

    The network starts in eval mode, carries batch normalisation, and the last batch is smaller than the others: a loop
    that forgets `model.train()` or `zero_grad()`, or averages batch means, gives other numbers.
    """
    problem = Problem.draw(1)
    losses, expected = _reference_epoch(problem)
    report = _run(student, name, problem, train=False, optimizer=OPTIMIZER)
    if report["steps"] != len(losses):
        raise failed(
            f"{name}: optimizer steps in one epoch of {len(losses)} batches",
            expected=str(len(losses)),
            got=str(report["steps"]),
            hint="each batch: zero_grad, forward, loss, backward, step",
        )
    for key, array in expected.items():
        compare_values(
            f"{name}: the network after one epoch, {key}",
            array.astype(np.float64),
            report["state"][key].astype(np.float64),
            tolerance=TOLERANCE,
            hint="zero_grad, forward, loss (with the given loss_fn), backward, step; and model.train() before them all",
        )
    sizes = [len(labels) for _, labels in problem.split()]
    _compare_loss(name, float(np.average(losses, weights=sizes)), report["returned"], losses)


def assert_evaluation(student: Subject, name: str) -> None:
    """Check a loop `name(model, loader, loss_fn) -> (mean loss per sample, accuracy)` against ours.

    The network starts in train mode with batch normalisation; evaluation must switch to eval mode, leave weights and
    running statistics as they are, and build no gradients. Accuracy is a fraction in [0, 1].
    """
    problem = Problem.draw(2)
    losses, accuracy = _reference_evaluation(problem)
    report = _run(student, name, problem, train=True, optimizer=None)
    for key, array in problem.state.items():
        compare_values(
            f"{name}: the network after evaluation, {key}",
            array,
            report["state"][key],
            tolerance=TOLERANCE,
            hint="evaluation changes nothing: call model.eval() first, and never step",
        )
    returned = report["returned"]
    if not isinstance(returned, list) or len(returned) != 2:
        raise failed(f"{name}: result", expected="two numbers, (mean loss, accuracy)", got=describe(returned))
    sizes = [len(labels) for _, labels in problem.split()]
    _compare_loss(name, float(np.average(losses, weights=sizes)), returned[0], losses)
    got = _number(f"{name}: accuracy", returned[1])
    if abs(got - accuracy) > TOLERANCE:
        slip = abs(got - 100 * accuracy) <= 100 * TOLERANCE
        hint = "return a fraction between 0 and 1, not per cent" if slip else "right answers divided by all samples"
        raise failed(f"{name}: accuracy", got=f"{got:.6g}", hint=hint)
    if report["gradients"]:
        raise failed(f"{name}: it left gradients behind", hint="evaluate inside torch.no_grad()")
    if report["recorded"]:
        raise failed(f"{name}: its forward passes were recorded for gradients", hint="evaluate inside torch.no_grad()")


def _run(student: Subject, name: str, problem: Problem, **settings: Any) -> dict[str, Any]:
    try:
        return student.run_loop(name, "classifier", problem.batches, state=problem.state, **settings)
    except StudentError as error:
        raise student_error(f"{name} on a small network", error) from None


def _reference_epoch(problem: Problem) -> tuple[list[float], dict[str, Array]]:
    """Return the batches' mean losses and the network's arrays after one epoch of SGD in train mode."""
    model, loss_fn = probe_network(problem.state).train(), probe_loss()
    optimizer = torch.optim.SGD(model.parameters(), lr=OPTIMIZER["lr"], momentum=OPTIMIZER["momentum"])
    losses = []
    with torch.enable_grad():
        for images, labels in problem.split():
            optimizer.zero_grad()
            loss = loss_fn(model(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, {key: value.detach().numpy() for key, value in model.state_dict().items()}


def _reference_evaluation(problem: Problem) -> tuple[list[float], float]:
    model, loss_fn = probe_network(problem.state).eval(), probe_loss()
    with torch.no_grad():
        losses = [loss_fn(model(images), labels).item() for images, labels in problem.split()]
        right = (model(torch.from_numpy(problem.images)).argmax(dim=1).numpy() == problem.labels).mean()
    return losses, float(right)


def _number(about: str, got: Any) -> float:
    if isinstance(got, bool) or not isinstance(got, int | float):
        hint = "call .item(): a tensor may hold on to the graph" if isinstance(got, np.ndarray) else ""
        raise failed(f"{about}: kind of result", expected="a plain number (float)", got=describe(got), hint=hint)
    return float(got)


def _compare_loss(name: str, expected: float, returned: Any, losses: list[float]) -> None:
    got = _number(f"{name}: mean loss", returned)
    if abs(got - expected) <= TOLERANCE * abs(expected):
        return
    slips = {
        "weight each batch's mean loss by its number of samples: the last batch is smaller": np.mean(losses),
        "divide the sum by the number of samples": np.sum(losses),
        "this is the last batch's loss; average over all samples": losses[-1],
    }
    hint = next(
        (hint for hint, slip in slips.items() if abs(got - float(slip)) <= TOLERANCE * abs(float(slip))),
        "sum of loss_fn's loss × batch size over all batches, divided by the number of samples",
    )
    raise failed(f"{name}: mean loss per sample", got=f"{got:.6g}", hint=hint)
