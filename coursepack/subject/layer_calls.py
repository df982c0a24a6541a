"""Record which weighted layers a forward pass calls, and in which order, however the network is written.

The pass runs under a `TorchFunctionMode`, which sees every call of a torch function. So `nn.Conv2d`, `F.conv2d` with an
`nn.Parameter`, a `ModuleList` in a loop or a `Sequential` all look alike, and attribute names do not matter.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode

from .protocol import Layer

Recorded = tuple[str, dict[str, torch.Tensor]]

_SIGNATURES: dict[Any, tuple[str, Sequence[str]]] = {
    torch.conv2d: ("conv2d", ("input", "weight", "bias")),
    F.linear: ("linear", ("input", "weight", "bias")),
    F.batch_norm: ("batch_norm", tuple(inspect.signature(F.batch_norm).parameters)),
    torch.batch_norm: ("batch_norm", ("input", "weight", "bias", "running_mean", "running_var")),
}
_STATISTICS = ("running_mean", "running_var")
_KEPT = ("weight", "bias", *_STATISTICS)


class LayerRecorder(TorchFunctionMode):
    """Record every convolution, linear map and batch normalisation called while it is active."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Recorded] = []
        self.before: list[Layer] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Record a call of a weighted layer, then make the call."""
        kwargs = dict(kwargs or {})
        if func in _SIGNATURES:
            self._record(*_SIGNATURES[func], args, kwargs)
        return func(*args, **kwargs)

    def _record(self, kind: str, names: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        tensors = {key: given[key] for key in _KEPT if isinstance(given.get(key), torch.Tensor)}
        self.calls.append((kind, tensors))
        taken_in = given.get("input") if kind == "linear" else None  # its zeros show what dropout did
        shown = {"input": taken_in} if isinstance(taken_in, torch.Tensor) else {}
        self.before.append(Layer(kind, _copy(tensors | shown)))

    def after(self) -> list[Layer]:
        """Return the recorded layers with what a pass may change: the current values of their running statistics."""
        return [
            Layer(kind, _copy({key: tensors[key] for key in _STATISTICS if key in tensors}))
            for kind, tensors in self.calls
        ]

    def with_gradients(self, output: torch.Tensor, grad_output: torch.Tensor) -> list[Layer]:
        """Return the recorded layers with the gradients of their weights and biases, without those that got none."""
        wanted = [
            (index, key, tensor)
            for index, (_, tensors) in enumerate(self.calls)
            for key, tensor in tensors.items()
            if key in ("weight", "bias") and tensor.requires_grad
        ]
        found: list[dict[str, np.ndarray[Any, Any]]] = [{} for _ in self.calls]
        if wanted and output.requires_grad:
            tensors = [tensor for _, _, tensor in wanted]
            grads = torch.autograd.grad(output, tensors, grad_output, allow_unused=True)
            for (index, key, _), grad in zip(wanted, grads, strict=True):
                if grad is not None:
                    found[index][key] = grad.detach().numpy().copy()
        return [Layer(layer.kind, layer.arrays, gradients) for layer, gradients in zip(self.before, found, strict=True)]


def _copy(tensors: Mapping[str, torch.Tensor]) -> dict[str, np.ndarray[Any, Any]]:
    return {key: tensor.detach().cpu().numpy().copy() for key, tensor in tensors.items()}
