"""The subject: the protocol through which a check reaches student code, in the same kernel or outside its jail.

The two exchange plain data only: NumPy arrays, numbers, strings, lists, dictionaries. A check never holds a student's
object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy.typing as npt

from .dotted_names import Use
from .pass_records import FunctionPass, Inventory, Step, StepResult

Array = npt.NDArray[Any]


class StudentError(Exception):
    """The student's code raised, is missing, or returned something that is not plain data.

    Args:
        kind: class name of the exception, for example "ValueError".
        message: its text.
        place: where it was raised, for example "line 4 of resample"; may be empty.
        bases: names of the exception's base classes, nearest first.
    """

    def __init__(self, kind: str, message: str, place: str = "", bases: Sequence[str] = ()) -> None:
        self.kind, self.message, self.place, self.bases = kind, message, place, tuple(bases)
        super().__init__(f"{kind}: {message}" + (f" ({place})" if place else ""))

    def is_a(self, name: str) -> bool:
        """Tell whether the exception is of class `name` or of one derived from it."""
        return name == self.kind or name in self.bases


@dataclass(frozen=True)
class Name:
    """An argument that refers to the student's own object of that name, for example a network class or `np.tanh`."""

    name: str


@dataclass(frozen=True)
class Frozen:
    """An array argument that the student's code must not write to, because the exercise says so.

    It is passed read-only, so that even a change that is undone later raises an error. A plain array is passed as a
    writable copy.
    """

    array: Array


@dataclass(frozen=True)
class Layer:
    """One layer with weights, as it was called during a forward pass.

    Attributes:
        kind: "conv2d", "linear" or "batch_norm".
        arrays: what it was called with: "weight", "bias", "running_mean", "running_var"; absent ones are left out.
            Of a linear layer, as it was when the pass began, also its "input".
        gradients: gradients of `weight` and `bias`, filled by `ModuleHandle.backward`.
    """

    kind: str
    arrays: Mapping[str, Array]
    gradients: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Pass:
    """The result of one forward (and backward) pass.

    Attributes:
        output: the network's output.
        layers: the layers in call order, as they were when the pass began (running statistics too).
        after: the same layers when the pass was over, with their running statistics alone.
    """

    output: Array
    layers: Sequence[Layer]
    after: Sequence[Layer]


@dataclass(frozen=True)
class Source:
    """What a student's name stands for.

    Attributes:
        kind: "function" (a function or class written in the notebook), "module", "library" (a function or class of
            an installed library), "value" or "missing".
        text: the source code of a function, if it is available; the full dotted name of a module or library
            object, or of a value that was imported; else empty.
    """

    kind: str
    text: str


class ModuleHandle(Protocol):
    """A handle to a student's `torch.nn.Module`. Each method but `forward` works on a copy in float64 if possible."""

    name: str

    def forward(self, images: Array, *, train: bool = False) -> Array:
        """Return the output for `images` (batch first), in train or eval mode; computed in float32 if they are."""

    def trace(self, images: Array, *, train: bool = False, grad_output: Array | None = None) -> Pass:
        """Return output and layers of one pass; with `grad_output`, the layers' gradients too."""

    def steps(self, steps: Sequence[Step]) -> list[StepResult]:
        """Run passes in turn, carrying the state from each to the next; restore it afterwards."""

    def inventory(self) -> Inventory:
        """Return the names of parameters, buffers and what is saved."""

    def state(self) -> dict[str, Array]:
        """Return all parameters and buffers by name."""

    def load(self, state: Mapping[str, Array]) -> None:
        """Set parameters and buffers; names and shapes must be those of `state()`."""

    def parameters(self) -> dict[str, Array]:
        """Return the trainable parameters by name."""


class InstanceHandle(Protocol):
    """A handle to an instance of a student's class. Paths join attributes, keys, indices: `layers.0.params.weight`."""

    name: str

    def call(self, method: str, *args: Any, **options: Any) -> Any:
        """Call a method and return what it returned, as plain data."""

    def get(self, path: str) -> Any:
        """Return the value at `path` as plain data."""

    def set(self, path: str, value: Any) -> None:
        """Set the value at `path`."""


class Subject(Protocol):
    """A student's notebook after it ran."""

    def call(self, name: str, *args: Any, **options: Any) -> Any:
        """Call the student's function and return what it returned, as plain data."""

    def value(self, name: str) -> Any:
        """Return the student's variable as plain data; a DataFrame as a list of records."""

    def module(self, name: str, *args: Any, **options: Any) -> ModuleHandle:
        """Return a handle to the module `name`, or to the module that calling `name` with `args` returns."""

    def instance(self, name: str, *args: Any, **options: Any) -> InstanceHandle:
        """Return a handle to the object `name`; if that is a class or function, to what calling it returns."""

    def gradients(self, name: str, inputs: Sequence[Array], grad_outputs: Array) -> tuple[Array, list[Array]]:
        """Return the output of a differentiable function and the gradients of all inputs."""

    def function_pass(
        self, name: str, inputs: Sequence[Array], grad_output: Array, *, constants: Sequence[Any], needs: Sequence[bool]
    ) -> FunctionPass:
        """Apply a `torch.autograd.Function` to arrays and constants; `needs` says which arrays want a gradient."""

    def run_loop(self, name: str, probe: str, batches: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
        """Run the student's training or evaluation loop on our probe network."""

    def stand_in(self, names: Sequence[str] = (), text: str = "") -> None:
        """Replace these names of the notebook by stand-ins until the next call.

        Args:
            names: the names to replace; none to restore everything.
            text: Python source that defines the names and imports all it needs. Student code can read it.
        """

    def file(self, filename: str, content: bytes) -> str:
        """Write a scratch file that the student's code can open; return its path."""

    def source(self, name: str) -> Source:
        """Return what a student's name stands for, with its source if it was written in the notebook."""

    def watch(self, rules: Sequence[str]) -> list[Use]:
        """Record from now on which of these libraries student code calls; return the calls since the last time.

        Args:
            rules: dotted names: "torch" is the library, "numpy.convolve" one function. None to stop watching.
        """
