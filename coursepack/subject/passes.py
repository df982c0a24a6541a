"""Run passes through differentiable student code: one through a `torch.autograd.Function`, or several through a module.

The results are plain data: arrays, names of the torch functions that were called, names of the graph's operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from .guard import student_code
from .pass_records import Array, FunctionPass, Inventory, Step, StepResult
from .plain_data import to_plain
from .protocol import StudentError

MAX_NODES = 2_000


class CallRecorder(TorchFunctionMode):
    """Record the name of every torch function called while it is active, also under `no_grad` and inside backward."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Record the name, then make the call."""
        self.names.add(str(getattr(func, "__name__", func)))
        return func(*args, **(kwargs or {}))


def function_pass(
    found: Any, name: str, inputs: Sequence[Array], constants: Sequence[Any], grad_output: Array, needs: Sequence[bool]
) -> FunctionPass:
    """Apply a student's `torch.autograd.Function` and run its backward; see `Subject.function_pass`."""
    if not (isinstance(found, type) and issubclass(found, torch.autograd.Function)):
        raise StudentError("TypeError", f"{name} is not a class derived from torch.autograd.Function")
    tensors = [torch.from_numpy(np.array(array)) for array in inputs]
    incoming, again = (torch.from_numpy(np.array(grad_output)) for _ in range(2))
    returned: Sequence[Any] = []
    gradients: Sequence[Any] = [None] * len(tensors)
    with student_code(), torch.enable_grad():
        for tensor, need in zip(tensors, needs, strict=True):
            tensor.requires_grad_(need)
        with CallRecorder() as recorder:
            output = found.apply(*tensors, *constants)
            _require_tensor(output, f"{name}.forward")
            if any(needs) and output.shape == incoming.shape:
                returned = _returned(output, incoming)
        if returned:
            gradients = _gradients(output, tensors, again)
    return FunctionPass(
        output=to_plain(output),
        returned=to_plain(returned),
        gradients=to_plain(gradients),
        changed=_changed(tensors, inputs, incoming, grad_output),
        calls=tuple(sorted(recorder.names)),
    )


def _gradients(output: torch.Tensor, tensors: Sequence[torch.Tensor], incoming: torch.Tensor) -> list[Any]:
    """Return the gradient that the autograd engine delivers to each tensor; None for tensors that need none."""
    wanted = [tensor for tensor in tensors if tensor.requires_grad]
    found = iter(torch.autograd.grad(output, wanted, incoming, allow_unused=True))
    return [next(found) if tensor.requires_grad else None for tensor in tensors]


def _changed(
    tensors: Sequence[torch.Tensor], inputs: Sequence[Array], incoming: torch.Tensor, grad_output: Array
) -> tuple[str, ...]:
    """Return the names of the arguments whose values have changed."""
    named = {f"input {number}": pair for number, pair in enumerate(zip(tensors, inputs, strict=True), start=1)}
    named["grad_output"] = (incoming, grad_output)
    return tuple(
        label for label, (tensor, array) in named.items() if not np.array_equal(tensor.detach().numpy(), array)
    )


def _returned(output: torch.Tensor, incoming: torch.Tensor) -> list[Any]:
    """Call the function's own backward, as the autograd engine would, and return what it returned."""
    if output.grad_fn is None:
        raise StudentError("RuntimeError", "the output is not part of the graph, so backward is never called")
    with torch.no_grad():
        answer = output.grad_fn.apply(incoming)  # type: ignore[attr-defined]
    return list(answer) if isinstance(answer, tuple | list) else [answer]


def module_steps(module: nn.Module, steps: Sequence[Step], dtype: torch.dtype) -> list[StepResult]:
    """Run a module step after step, carrying its state from each step to the next; see `ModuleHandle.steps`."""
    results = []
    with student_code(), torch.enable_grad():
        for step in steps:
            module.train(step.train)
            results.append(_module_step(module, step, dtype))
    return results


def _module_step(module: nn.Module, step: Step, dtype: torch.dtype) -> StepResult:
    batch = torch.from_numpy(np.array(step.inputs)).to(dtype).requires_grad_(step.grad_output is not None)
    with CallRecorder() as recorder:
        output = module(batch)
    _require_tensor(output, "forward")
    tensors = {**dict(nn.Module.named_parameters(module)), **dict(nn.Module.named_buffers(module))}
    attached = tuple(key for key, tensor in tensors.items() if tensor.grad_fn is not None)
    operations = tuple(sorted(set(_operations(output))))
    gradients: dict[str, Array] = {}
    if step.grad_output is not None and output.shape == step.grad_output.shape and output.requires_grad:
        wanted = {"": batch} | {key: tensor for key, tensor in tensors.items() if tensor.requires_grad}
        incoming = torch.from_numpy(np.array(step.grad_output)).to(output.dtype)
        found = torch.autograd.grad(output, list(wanted.values()), incoming, allow_unused=True)
        gradients = {key: to_plain(grad) for key, grad in zip(wanted, found, strict=True) if grad is not None}
    return StepResult(
        output=to_plain(output),
        input_gradient=gradients.pop("", None),
        gradients=gradients,
        state={key: to_plain(tensor) for key, tensor in tensors.items()},
        attached=attached,
        calls=tuple(sorted(recorder.names)),
        operations=operations,
    )


def inventory(module: nn.Module) -> Inventory:
    """Return the names of what a module holds, bypassing anything the student may have overridden."""
    return Inventory(
        parameters=tuple(dict(nn.Module.named_parameters(module))),
        buffers=tuple(dict(nn.Module.named_buffers(module))),
        saved=tuple(str(key) for key in nn.Module.state_dict(module)),
    )


def _require_tensor(output: Any, what: str) -> None:
    if not isinstance(output, torch.Tensor):
        raise StudentError("TypeError", f"{what} returned {type(output).__name__}, not a tensor")


def _operations(output: torch.Tensor) -> Iterator[str]:
    """Yield the names of the operations in the graph of `output`, the nearest first, up to `MAX_NODES` of them."""
    waiting: list[Any] = [output.grad_fn]
    seen: set[Any] = set()
    while waiting and len(seen) < MAX_NODES:
        node = waiting.pop(0)
        if node is None or node in seen:
            continue
        seen.add(node)
        yield type(node).__name__
        waiting += [before for before, _ in node.next_functions]
