"""Compare a student's arrays with ours: the tolerance depends on the student's dtype, and common slips are named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from coursepack.checks.arrays import compare_values
from coursepack.checks.messages import failed
from coursepack.subject import Array

TOLERANCE = {np.dtype("float64"): 1e-8, np.dtype("float32"): 1e-4}


def exact(array: Array) -> Array:
    """Round to numbers that float32 holds exactly: a module keeps its state in float32 when it is loaded."""
    return array.astype(np.float32).astype(np.float64)


def tolerance_of(*arrays: Array) -> float:
    """Return the tolerance that fits the coarsest dtype among a student's arrays."""
    return max(TOLERANCE.get(array.dtype, 1e-4) for array in arrays)


def close(about: str, expected: Array, got: Array, *, hint: str = "", tolerance: float | None = None) -> None:
    """Compare two arrays of one shape, with the tolerance of the student's dtype if none is given."""
    compare_shape(f"{about}: shape", expected.shape, got)
    compare_values(about, expected.astype(np.float64), got, tolerance=tolerance or tolerance_of(got), hint=hint)


def likely_slip(
    got: Array, slips: Mapping[str, Callable[[], Array]], otherwise: str, *, tolerance: float | None = None
) -> str:
    """Return the text of the first slip that gives the student's result; else `otherwise`."""
    tolerance = tolerance or tolerance_of(got)
    with np.errstate(all="ignore"):
        for text, slip in slips.items():
            outcome = slip()
            if outcome.shape == got.shape and np.allclose(got, outcome, rtol=tolerance, atol=tolerance):
                return text
    return otherwise


def compare_shape(about: str, expected: Sequence[int], got: Array) -> None:
    """Compare a shape."""
    if got.shape != tuple(expected):
        raise failed(about, expected=str(tuple(expected)), got=str(got.shape))
