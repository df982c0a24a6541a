"""Checks of a function that initialises a network's weights."""

from __future__ import annotations

import numpy as np

from coursepack.checks.messages import failed, student_errors
from coursepack.subject import Array, ModuleHandle, Name, Subject

SEED = 11


def assert_starts(student: Subject, name: str, *builders: str) -> None:
    """Check `name(build, std, seed=0)`: weights from N(0, std²), biases 0, everything else as `build()` makes it.

    Args:
        student: the subject.
        name: the student's function.
        builders: functions that the notebook provides and that build a network.
    """
    for builder in builders:
        before = student.module(builder).state()
        for std in (0.02, 0.7):
            about = f"{name}({builder}, {std:g})"
            handle = _started(student, name, builder, std, seed=SEED)
            after = handle.state()
            _check_names(about, before, after, set(student.module(builder).parameters()), set(handle.parameters()))
            _check_weights(about, before, after, std)
            _check_others(about, before, after)
        _check_seeds(student, name, builder, after)


def _started(student: Subject, name: str, builder: str, std: float, **options: int) -> ModuleHandle:
    with student_errors(f"{name}({builder}, {std:g})"):
        return student.module(name, Name(builder), std, **options)


def _check_names(
    about: str, before: dict[str, Array], after: dict[str, Array], trainable: set[str], still: set[str]
) -> None:
    if set(after) != set(before):
        raise failed(f"{about}: names of parameters and buffers", expected="those of the network that build() makes")
    if still != trainable:
        frozen = ", ".join(sorted(trainable - still)) or "other parameters"
        raise failed(f"{about}: what is trainable", expected="everything, as build() makes it", got=f"not {frozen}")


def _check_weights(about: str, before: dict[str, Array], after: dict[str, Array], std: float) -> None:
    """Compare mean, spread and tails with those of N(0, std²), at about five standard errors."""
    weights = [key for key, array in before.items() if array.ndim >= 2]
    for key in weights:
        values = after[key].ravel() / std
        blur = 5.0 / np.sqrt(values.size)
        if abs(values.std() - 1.0) > blur:
            got = f"{after[key].std():.3g}"
            hint = _spread_hint(after[key], before[key], std, blur)
            raise failed(f"{about}: standard deviation of {key}", expected=f"about {std:g}", got=got, hint=hint)
        if abs(values.mean()) > blur:
            raise failed(f"{about}: mean of {key}", expected="about 0", got=f"{after[key].mean():.3g}")
        if abs(np.mean(np.abs(values) > 2.0) - 0.0455) > 0.25 * blur:
            hint = "draw from a normal distribution: torch.nn.init.normal_, or std · torch.randn_like"
            raise failed(f"{about}: {key} is not normally distributed", hint=hint)
    alike = [(one, two) for one in weights for two in weights if one < two and after[one].shape == after[two].shape]
    for one, two in alike:
        if np.array_equal(after[one], after[two]):
            raise failed(f"{about}: {one} and {two} are equal", hint="seed once, not for each layer")


def _spread_hint(array: Array, before: Array, std: float, blur: float) -> str:
    """Return the common slip that gives this spread, if there is one."""
    fan_in = float(np.prod(array.shape[1:]))
    slips = {
        "std is the standard deviation itself: do not square it": std**2,
        "std is the standard deviation itself: do not take its square root": np.sqrt(std),
        "std is the standard deviation itself: do not scale it by the number of inputs": std / np.sqrt(fan_in),
        "std was used as the mean": 1.0 if abs(float(array.mean()) - std) < blur else np.inf,
        "it is still what build() made: draw new values for every weight matrix and every kernel": float(before.std()),
    }
    off = {hint: abs(float(array.std()) / spread - 1.0) for hint, spread in slips.items()}
    nearest = min(off, key=lambda hint: off[hint])
    return nearest if off[nearest] < blur else ""


def _check_others(about: str, before: dict[str, Array], after: dict[str, Array]) -> None:
    """Check that biases are zero, and that scales of ones and all buffers have not changed."""
    for key, array in before.items():
        if array.ndim >= 2:
            continue
        kept = array.dtype.kind != "f" or bool(np.all(array == 1.0)) or bool(np.all(array == 0.0))
        expected = array if kept else np.zeros_like(array)
        if not np.array_equal(after[key], expected):
            text = "as build() makes it" if kept else "0 everywhere, like every bias of a linear layer or a convolution"
            raise failed(f"{about}: {key}", expected=text, got="something else")


def _check_seeds(student: Subject, name: str, builder: str, after: dict[str, Array]) -> None:
    again = _started(student, name, builder, 0.7, seed=SEED).state()
    other = _started(student, name, builder, 0.7, seed=SEED + 1).state()
    if not _equal(again, after):
        raise failed(f"{name}: the same seed must give the same network", hint="call torch.manual_seed(seed) first")
    if _equal(other, after):
        hint = "call torch.manual_seed with the seed that was passed"
        raise failed(f"{name}: two different seeds give the same network", hint=hint)
    default, zero = (_started(student, name, builder, 0.7, **options).state() for options in ({}, {"seed": 0}))
    if not _equal(default, zero):
        raise failed(f"{name} without a seed", expected="the network for seed=0, which is the default")


def _equal(one: dict[str, Array], other: dict[str, Array]) -> bool:
    return all(np.array_equal(one[key], array) for key, array in other.items())
