"""The small problems that training loops are tried on, and what common slips do to a training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursepack.checks import draws
from coursepack.checks.pytorch import nn, torch
from coursepack.subject import Array
from coursepack.subject.training_loops import CLASSES, IMAGE_SHAPE, probe_loss, probe_network

SAMPLES, BATCH_SIZE = 22, 5  # the last batch has 2 samples, so the mean of batch means is not the mean
TOLERANCE = 1e-4  # float32 arithmetic over five steps
OPTIMIZER = {"lr": 0.1, "momentum": 0.9}


@dataclass(frozen=True)
class Problem:
    """A small classification problem for loops: images, labels and the probe network's initial weights."""

    images: Array
    labels: Array
    state: dict[str, Array]

    @classmethod
    def draw(cls, seed: int) -> Problem:
        """Draw a problem: images (22, 1, 6, 6) float32, labels (22,) int64.

        Every third label is the network's prediction in eval mode, so that accuracies tell loops apart.
        """
        draw = draws.generator(20_263, seed)
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


@dataclass(frozen=True)
class Step:
    """How a loop takes its steps; the defaults are right.

    Attributes:
        train: whether the network is in train mode.
        clear: when gradients are set to zero: "first", "never", or "late", between backward and step.
        uphill: whether it steps along the gradient instead of against it.
        smooth: whether the loss is the given one, not cross-entropy.
    """

    train: bool = True
    clear: str = "first"
    uphill: bool = False
    smooth: bool = True

    def take(
        self, model: nn.Module, optimizer: torch.optim.Optimizer, images: torch.Tensor, labels: torch.Tensor
    ) -> float:
        """Take one step and return the batch's mean loss before the step."""
        loss_fn = probe_loss() if self.smooth else nn.CrossEntropyLoss()
        with torch.enable_grad():
            if self.clear == "first":
                optimizer.zero_grad()
            loss = loss_fn(model.train(self.train)(images), labels)
            (-loss if self.uphill else loss).backward()
            if self.clear == "late":
                optimizer.zero_grad()
            optimizer.step()
        return float(loss.item())


SLIPS = {
    "call model.train() before the first batch": Step(train=False),
    "call optimizer.zero_grad() for each batch: gradients add up": Step(clear="never"),
    "the step has no gradients: call zero_grad first, then backward, then step": Step(clear="late"),
    "each step increases the loss: go against the gradient": Step(uphill=True),
    "use the loss_fn that was passed": Step(smooth=False),
}


def train(problem: Problem, step: Step | None = None) -> tuple[list[float], dict[str, Array]]:
    """Return the batches' mean losses and the network's arrays after one epoch of SGD."""
    model = probe_network(problem.state)
    optimizer = torch.optim.SGD(model.parameters(), lr=OPTIMIZER["lr"], momentum=OPTIMIZER["momentum"])
    losses = [(step or Step()).take(model, optimizer, *batch) for batch in problem.split()]
    return losses, arrays(model)


def arrays(model: nn.Module) -> dict[str, Array]:
    """Return a network's parameters and buffers by name."""
    return {key: value.detach().numpy().copy() for key, value in model.state_dict().items()}


def likely_slip(got: Mapping[str, Array], slips: Iterator[tuple[str, Mapping[str, Array]]]) -> str:
    """Return the hint of the one slip that gives the student's network; empty if none does, or several do."""
    found = [hint for hint, state in slips if all(_same(state[key], got[key]) for key in state)]
    return found[0] if len(found) == 1 else ""


def _same(one: Array, other: Array) -> bool:
    atol = TOLERANCE * max(1.0, float(np.abs(one).max(initial=0.0)))
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=0.0, atol=atol))
