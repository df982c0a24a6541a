"""Run a student's training or evaluation loop on our small network, and report what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from .guard import student_code
from .plain_data import to_plain

IMAGE_SHAPE = (1, 6, 6)
CLASSES = 10


class _Unroll(nn.Module):
    """Flatten images into rows; unlike nn.Flatten it accepts only unflattened images, like a convolution."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return images (batch, 1, 6, 6) as (batch, 36)."""
        if tuple(images.shape[1:]) != IMAGE_SHAPE:
            raise ValueError(f"the network takes images of shape (batch, 1, 6, 6), not {tuple(images.shape)}")
        return images.flatten(1)


def probe_network(state: Mapping[str, Any]) -> nn.Module:
    """Return the small classifier with batch normalisation on which loops are tried, with the given weights.

    Input (batch, 1, 6, 6), output (batch, 10) logits. Batch normalisation makes train and eval mode differ.
    """
    network = nn.Sequential(_Unroll(), nn.Linear(36, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Linear(12, CLASSES))
    network.load_state_dict({key: torch.from_numpy(np.array(value)) for key, value in state.items()})
    return network


def probe_loss() -> nn.Module:
    """Return the loss for trying loops: smoothed labels distinguish it from a loop's own cross-entropy."""
    return nn.CrossEntropyLoss(label_smoothing=0.2)


def run_loop(
    loop: Callable[..., Any], batches: Mapping[str, Any], settings: Mapping[str, Any], device: torch.device
) -> dict[str, Any]:
    """Call `loop` as `loop(model, loader, loss_fn[, optimizer[, test_loader, …]])`; return the results.

    Args:
        loop: the student's function.
        batches: "images" (N, 1, 6, 6) float32, "labels" (N,) int64, "batch_size".
        settings: "state" of the probe, "train" (its mode at the start), "optimizer" (arguments of SGD, or None); for
            loops that also measure, "held" (like `batches`, for a second loader) and "numbers" (further arguments).
        device: where the student's code expects the network.

    Returns:
        "returned" (plain data), "state" (the probe's arrays afterwards), "gradients" (whether any parameter has one),
        "recorded" (whether autograd recorded a forward pass), "steps" (optimiser steps taken).
    """
    model = probe_network(settings["state"]).to(device).train(settings["train"])
    arguments: list[Any] = [model, _loader(batches), probe_loss()]
    steps, recorded = _Steps(), _Recorded()
    model.register_forward_hook(recorded)
    if settings.get("optimizer") is not None:
        optimizer = torch.optim.SGD(model.parameters(), **settings["optimizer"])
        optimizer.register_step_post_hook(steps)
        arguments.append(optimizer)
    if settings.get("held") is not None:
        arguments += [_loader(settings["held"]), *settings["numbers"]]
    with student_code():
        returned = loop(*arguments)
    return {
        "returned": to_plain(returned),
        "state": {key: value.detach().cpu().numpy().copy() for key, value in model.state_dict().items()},
        "gradients": any(parameter.grad is not None for parameter in model.parameters()),
        "recorded": recorded.seen,
        "steps": steps.count,
    }


def _loader(batches: Mapping[str, Any]) -> DataLoader[Any]:
    data = TensorDataset(torch.from_numpy(np.array(batches["images"])), torch.from_numpy(np.array(batches["labels"])))
    return DataLoader(data, batch_size=batches["batch_size"], shuffle=False)


class _Steps:
    """Count the optimiser's steps."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, *_: Any) -> None:
        self.count += 1


class _Recorded:
    """Record whether an output of the network belongs to an autograd graph."""

    def __init__(self) -> None:
        self.seen = False

    def __call__(self, module: nn.Module, inputs: Any, output: torch.Tensor) -> None:
        self.seen = self.seen or output.requires_grad
