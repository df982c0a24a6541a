"""Give checks access to student code: one protocol (`Subject`) with two implementations.

`LocalSubject` looks names up in the running kernel; it serves stock `nbgrader autograde` and `nbgrader validate`.
"""

from .dotted_names import Use
from .local import LocalSubject
from .pass_records import FunctionPass, Inventory, Step, StepResult
from .protocol import (
    Array,
    Frozen,
    InstanceHandle,
    Layer,
    ModuleHandle,
    Name,
    Pass,
    Source,
    StudentError,
    Subject,
)

__all__ = [
    "Array",
    "Frozen",
    "FunctionPass",
    "InstanceHandle",
    "Inventory",
    "Layer",
    "LocalSubject",
    "ModuleHandle",
    "Name",
    "Pass",
    "Source",
    "Step",
    "StepResult",
    "StudentError",
    "Subject",
    "Use",
]
