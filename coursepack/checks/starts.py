"""Checks of a function that gives a network its first weights."""

from __future__ import annotations

import numpy as np

from coursepack.checks.messages import failed, student_error
from coursepack.subject import Array, ModuleHandle, Name, StudentError, Subject

SEED = 11


def assert_starts(student: Subject, name: str, *builders: str) -> None:
    """Check `name(build, std, seed=0)`: weights from N(0, std²), biases 0, all else as `build()` makes it.

    Args:
        student: the subject.
        name: the student's function.
        builders: given functions of the notebook that build a network.
    """
    for builder in builders:
        before = student.module(builder).state()
        for std in (0.02, 0.7):
            about = f"{name}({builder}, {std:g})"
            handle = _started(student, name, builder, std, SEED)
            after = handle.state()
            if set(after) != set(before) or set(handle.parameters()) != set(student.module(builder).parameters()):
                raise failed(f"{about}: the network's parameters", hint="set the numbers, replace nothing")
            _check_weights(about, before, after, std)
            _check_others(about, before, after)
        _check_seeds(student, name, builder, after)


def _started(student: Subject, name: str, builder: str, std: float, seed: int) -> ModuleHandle:
    try:
        return student.module(name, Name(builder), std, seed=seed)
    except StudentError as error:
        raise student_error(f"{name}({builder}, {std:g})", error) from None


def _check_weights(about: str, before: dict[str, Array], after: dict[str, Array], std: float) -> None:
    """Compare the numbers' mean, spread and tails with those of N(0, std²), at about five standard errors."""
    weights = [key for key, array in before.items() if array.ndim >= 2]
    for key in weights:
        values = after[key].ravel() / std
        blur = 5.0 / np.sqrt(values.size)
        if abs(values.std() - 1.0) > blur:
            got = f"{after[key].std():.3g}"
            raise failed(f"{about}: standard deviation of {key}", expected=f"about {std:g}", got=got, hint="not std²")
        if abs(values.mean()) > blur:
            raise failed(f"{about}: mean of {key}", expected="about 0", got=f"{after[key].mean():.3g}")
        if abs(np.mean(np.abs(values) > 2.0) - 0.0455) > 0.25 * blur:
            hint = "draw from a normal distribution: torch.nn.init.normal_, or std · torch.randn_like"
            raise failed(f"{about}: {key} is not normally distributed", hint=hint)
    alike = [(one, two) for one in weights for two in weights if one < two and after[one].shape == after[two].shape]
    for one, two in alike:
        if np.array_equal(after[one], after[two]):
            raise failed(f"{about}: {one} and {two} are equal", hint="seed once, not for each layer")


def _check_others(about: str, before: dict[str, Array], after: dict[str, Array]) -> None:
    """Check that biases are zero, and that scales of ones and all buffers are what they were."""
    for key, array in before.items():
        if array.ndim >= 2:
            continue
        kept = array.dtype.kind != "f" or bool(np.all(array == 1.0)) or bool(np.all(array == 0.0))
        expected = array if kept else np.zeros_like(array)
        if not np.array_equal(after[key], expected):
            hint = "weights are the parameters of two dimensions or more; γ of the normalisation stays at 1"
            text = "as it was" if kept else "0 everywhere"
            raise failed(f"{about}: {key}", expected=text, got="something else", hint=hint)


def _check_seeds(student: Subject, name: str, builder: str, after: dict[str, Array]) -> None:
    again = _started(student, name, builder, 0.7, SEED).state()
    other = _started(student, name, builder, 0.7, SEED + 1).state()
    if any(not np.array_equal(again[key], array) for key, array in after.items()):
        raise failed(f"{name}: one seed gives two networks", hint="call torch.manual_seed(seed) first")
    if all(np.array_equal(other[key], array) for key, array in after.items()):
        raise failed(f"{name}: two seeds give one network", hint="call torch.manual_seed(seed) with the seed given")
