"""Records of passes through differentiable student code, and readers that check every field of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class FunctionPass:
    """The result of one call of a `torch.autograd.Function`, forward and backward.

    Attributes:
        output: what forward returned.
        returned: what backward itself returned, one entry per argument of forward; empty if it was not called.
        gradients: the gradient that autograd delivers to each array; None if none was requested or none arrived.
        changed: which arguments the code changed in place: "input 1", …, "grad_output".
        calls: names of the torch functions that forward and backward called.
    """

    output: Array
    returned: Sequence[Array | None]
    gradients: Sequence[Array | None]
    changed: Sequence[str]
    calls: Sequence[str]


@dataclass(frozen=True)
class Step:
    """One pass to run through a module; with `grad_output`, backward too.

    Attributes:
        inputs: the batch.
        train: whether the module is in train mode.
        grad_output: gradient of some loss with respect to the output, of the output's shape.
    """

    inputs: Array
    train: bool = True
    grad_output: Array | None = None


@dataclass(frozen=True)
class StepResult:
    """The result of one step.

    Attributes:
        output: the module's output.
        input_gradient: gradient of the input; None if none was requested or none arrived.
        gradients: gradients of the trainable parameters that were reached, by name.
        state: all parameters and buffers after the step.
        attached: names of parameters and buffers that keep the graph of the pass alive.
        calls: names of the torch functions that forward called.
        operations: names of the operations in the output's graph, for example "MulBackward0".
    """

    output: Array
    input_gradient: Array | None
    gradients: Mapping[str, Array]
    state: Mapping[str, Array]
    attached: Sequence[str]
    calls: Sequence[str]
    operations: Sequence[str]


@dataclass(frozen=True)
class Inventory:
    """The names of a module's parameters (including frozen ones), of its buffers, and of what a state_dict saves."""

    parameters: Sequence[str]
    buffers: Sequence[str]
    saved: Sequence[str]


def read_function_pass(body: Any) -> FunctionPass:
    """Build the record from a plain dictionary (as `dataclasses.asdict` makes it).

    Raises:
        ValueError: the dictionary is malformed.
    """
    _require(isinstance(body, Mapping) and set(body) == set(FunctionPass.__dataclass_fields__))
    _require(_is_array(body["output"]))
    for key in ("returned", "gradients"):
        _require(_is_list(body[key]) and all(item is None or _is_array(item) for item in body[key]))
    _require(_is_names(body["changed"]) and _is_names(body["calls"]))
    return FunctionPass(**body)


def read_step_result(body: Any) -> StepResult:
    """Return the record that a plain dictionary stands for; see `read_function_pass`."""
    _require(isinstance(body, Mapping) and set(body) == set(StepResult.__dataclass_fields__))
    _require(_is_array(body["output"]))
    _require(body["input_gradient"] is None or _is_array(body["input_gradient"]))
    for key in ("gradients", "state"):
        _require(isinstance(body[key], Mapping) and _is_names(list(body[key])))
        _require(all(_is_array(array) for array in body[key].values()))
    _require(all(_is_names(body[key]) for key in ("attached", "calls", "operations")))
    return StepResult(**body)


def read_inventory(body: Any) -> Inventory:
    """Return the record that a plain dictionary stands for; see `read_function_pass`."""
    _require(isinstance(body, Mapping) and set(body) == set(Inventory.__dataclass_fields__))
    _require(all(_is_names(names) for names in body.values()))
    return Inventory(**body)


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError("the record is malformed")


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _is_names(value: Any) -> bool:
    return _is_list(value) and all(isinstance(name, str) for name in value)
