"""How a check reaches student code: one protocol (`Subject`), two ends.

`LocalSubject` looks names up in the running kernel; it serves stock `nbgrader autograde` and `nbgrader validate`.
"""

from .local import LocalSubject
from .names import Use
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
from .records import FunctionPass, Inventory, Step, StepResult

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
