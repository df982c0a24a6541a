"""Handle a student's `nn.Module`: borrow it for each pass, then restore it exactly."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

from .guard import student_code
from .layer_calls import LayerRecorder
from .pass_records import Inventory, Step, StepResult
from .passes import inventory, module_steps
from .plain_data import to_plain
from .protocol import Array, Pass, StudentError

FORWARD_BATCH = 64
_Result = TypeVar("_Result")


class LocalModule:
    """Handle to a module in this process; see `ModuleHandle`."""

    def __init__(self, module: nn.Module, name: str) -> None:
        self._module, self.name = module, name

    def forward(self, images: Array, *, train: bool = False) -> Array:
        """Return the output for `images` (batch first), in their precision; in eval mode they are passed in pieces.

        Pieces that fit into the processor's cache take two thirds of the time, and float32 takes half.
        """
        dtype = torch.float32 if images.dtype == np.float32 else torch.float64
        return _in_either(dtype, lambda dtype: self._forward(images, train, dtype))

    def trace(self, images: Array, *, train: bool = False, grad_output: Array | None = None) -> Pass:
        """Return output and layers of one pass, in float64 unless the network insists on float32."""
        return _in_either(torch.float64, lambda dtype: self._trace(images, train, grad_output, dtype))

    def _forward(self, images: Array, train: bool, dtype: torch.dtype) -> Array:
        self._materialise(images)
        pieces = [images] if train else np.array_split(images, max(1, -(-len(images) // FORWARD_BATCH)))
        with student_code(), self._borrowed(dtype, train) as module, torch.no_grad():
            outputs = [to_plain(_tensor(module(_batch(piece, dtype)))) for piece in pieces]
        return np.concatenate(outputs)

    def _trace(self, images: Array, train: bool, grad_output: Array | None, dtype: torch.dtype) -> Pass:
        self._materialise(images)
        with (
            student_code(),
            self._borrowed(dtype, train) as module,
            torch.set_grad_enabled(grad_output is not None),
        ):
            recorder = LayerRecorder()
            with recorder:
                output = _tensor(module(_batch(images, dtype)))
            layers = recorder.before
            if grad_output is not None and output.shape == grad_output.shape:
                layers = recorder.with_gradients(output, torch.from_numpy(np.array(grad_output)).to(output.dtype))
            return Pass(to_plain(output), layers, recorder.after())

    @contextlib.contextmanager
    def _borrowed(self, dtype: torch.dtype, train: bool) -> Iterator[nn.Module]:
        """Yield the module on the CPU in `dtype` and mode; afterwards restore values, dtypes, devices and modes."""
        module = self._module
        modes = {child: child.training for child in module.modules()}
        tensors = _tensors(module)
        saved = {key: (tensor.device, tensor.dtype, tensor.detach().clone()) for key, tensor in tensors.items()}
        try:
            module.to("cpu", dtype).train(train)
            yield module
        finally:
            with torch.no_grad():
                for key, tensor in _tensors(module).items():
                    if key in saved:
                        device, kind, value = saved[key]
                        tensor.data = value.to(device, kind)
            for child, mode in modes.items():
                child.training = mode
            for parameter in nn.Module.parameters(module):
                parameter.grad = None

    def steps(self, steps: Sequence[Step]) -> list[StepResult]:
        """Run passes in turn, in float64 unless the module insists on float32; restore its state afterwards."""
        for step in steps[:1]:
            self._materialise(step.inputs)
        for dtype in (torch.float64, torch.float32):
            try:
                with self._borrowed(dtype, train=True) as module:
                    return module_steps(module, steps, dtype)
            except StudentError:
                if dtype == torch.float32:
                    raise
        return []

    def inventory(self) -> Inventory:
        """Return the names of parameters, buffers and what is saved."""
        return inventory(self._module)

    def _materialise(self, images: Array) -> None:
        """Run a network with lazy layers once on a batch, so that their parameters exist.

        This uses eval mode: running statistics do not change, and batch normalisation accepts a batch of one.
        """
        module = self._module
        if not _lazy(module):
            return
        modes = {child: child.training for child in module.modules()}
        try:
            with student_code(), torch.no_grad():
                module.cpu().eval()(torch.from_numpy(np.array(images)).float())
        finally:
            for child, mode in modes.items():
                child.training = mode
        if _lazy(module):
            raise StudentError("ValueError", "a lazy layer has no parameters yet: forward never calls it")

    def _require_real(self) -> None:
        if _lazy(self._module):
            raise StudentError("ValueError", "it has lazy layers and has never been called, so they have no parameters")

    def state(self) -> dict[str, Array]:
        """Return all parameters and buffers by name, read from the tensors themselves (not from `state_dict`)."""
        self._require_real()
        return {key: tensor.detach().cpu().numpy().copy() for key, tensor in _tensors(self._module).items()}

    def load(self, state: Mapping[str, Array]) -> None:
        """Set parameters and buffers in place."""
        tensors = _tensors(self._module)
        if set(tensors) != set(state):
            raise StudentError("KeyError", "the names of the network's parameters changed")
        with torch.no_grad():
            for key, tensor in tensors.items():
                tensor.copy_(torch.from_numpy(np.array(state[key])))

    def parameters(self) -> dict[str, Array]:
        """Return the trainable parameters by name; a tensor used twice counts once."""
        self._require_real()
        named = nn.Module.named_parameters(self._module)
        return {key: tensor.detach().cpu().numpy().copy() for key, tensor in named if tensor.requires_grad}


def _in_either(dtype: torch.dtype, run: Callable[[torch.dtype], _Result]) -> _Result:
    """Return what `run` does in one precision, or if the student's code fails there, in the other."""
    try:
        return run(dtype)
    except StudentError:  # usually mixed dtypes: the network casts its input to the other one
        return run(torch.float32 if dtype is torch.float64 else torch.float64)


def _batch(images: Array, dtype: torch.dtype) -> torch.Tensor:
    return torch.from_numpy(np.array(images)).to(dtype)


def _tensor(output: Any) -> torch.Tensor:
    if not isinstance(output, torch.Tensor):
        raise StudentError("TypeError", f"forward returned {type(output).__name__}, not a tensor")
    return output


def _tensors(module: nn.Module) -> dict[str, Any]:
    return {**dict(nn.Module.named_parameters(module)), **dict(nn.Module.named_buffers(module))}


def _lazy(module: nn.Module) -> bool:
    """Tell whether a network needs its first batch to determine the shapes of some of its tensors."""
    waiting = nn.parameter.UninitializedParameter | nn.parameter.UninitializedBuffer
    return any(isinstance(tensor, waiting) for tensor in _tensors(module).values())
