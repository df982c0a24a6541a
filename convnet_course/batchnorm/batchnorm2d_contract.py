"""Checks of a student's `BatchNorm2d` apart from its numbers: names, buffers, initial values, errors."""

from __future__ import annotations

import numpy as np

from convnet_course.batchnorm.batchnorm1d import run_steps
from convnet_course.batchnorm.batchnorm2d_cases import RUNNING
from coursepack.checks.comparing import compare_shape
from coursepack.checks.messages import failed, student_error
from coursepack.subject import Step, StudentError, Subject

LIBRARY_BASES = ("_NormBase", "_BatchNorm", "_LazyNormBase")
MAX_BASES = 20


def assert_keeps(student: Subject, name: str) -> None:
    """Check names, kinds and initial values: two parameters and two buffers, all saved and not inherited."""
    _refuse_library_base(student, name)
    handle = student.module(name, 6)
    held, state = handle.inventory(), handle.state()
    if set(held.parameters) != {"weight", "bias"}:
        got = ", ".join(sorted(held.parameters)) or "none"
        hint = "make an nn.Parameter only of what is trained; running statistics are buffers"
        raise failed(f"{name}: its parameters", expected="bias, weight", got=got, hint=hint)
    for key in RUNNING:
        if key not in held.buffers or key not in held.saved:
            what = "is a buffer, but is not saved" if key in held.buffers else "is not a buffer"
            raise failed(f"{name}: {key} {what}", hint="self.register_buffer(name, tensor), without more arguments")
    for key, value in (("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
        compare_shape(f"{name}: shape of {key}", (6,), state[key])
        if np.any(state[key] != value):
            raise failed(f"{name}: initial value of {key}", expected=f"{value:g} for every channel", got="other values")


def assert_refuses_single_values(student: Subject, name: str) -> None:
    """Check that a single value per channel raises ValueError in train mode, and no error in eval mode."""
    about, single = f"{name}(3) on one image of one pixel", np.ones((1, 3, 1, 1))
    handle = student.module(name, 3)
    run_steps(f"{about}, in eval mode", handle, [Step(single, train=False)])
    try:
        handle.steps([Step(single)])
    except StudentError as error:
        if error.is_a("NotImplementedError") or not error.is_a("ValueError"):
            raise student_error(f"{about}, in train mode", error) from None
    else:
        hint = "a single value has no unbiased variance: 1/(n − 1) is 1/0, and the running estimate becomes nan"
        raise failed(f"{about}, in train mode: no error", expected="a ValueError", hint=hint)


def _refuse_library_base(student: Subject, name: str) -> None:
    """Fail if a class inherits its parameters and buffers from one of PyTorch's normalisations."""
    handle = student.instance(name, 6)
    for number in range(MAX_BASES):
        try:
            base = handle.get(f"__class__.__mro__.{number}.__name__")
        except StudentError:
            return
        if base in LIBRARY_BASES:
            hint = "derive it from nn.Module, and create its parameters and buffers yourself"
            raise failed(f"{name}: it inherits from one of PyTorch's batch normalisations", hint=hint)
