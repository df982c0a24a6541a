"""How a check reaches student code: one protocol (`Subject`), two ends.

`LocalSubject` looks names up in the running kernel; it serves stock `nbgrader autograde` and `nbgrader validate`.
"""

from coursepack.subject.local import LocalSubject
from coursepack.subject.protocol import (
    Array,
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
    "Layer",
    "LocalSubject",
    "ModuleHandle",
    "Name",
    "Pass",
    "Source",
    "StudentError",
    "Subject",
]
