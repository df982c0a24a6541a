"""How well the checks of an assignment measure: item analysis, as test theory has it.

Every number is computed from one table: a row per submission, a column per check, the points in it. A number that
chance decides is not shown: below `ENOUGH` submissions there is a reason instead of a number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# With 20 submissions, a correlation of 0 is measured between -0.44 and 0.44 in 19 of 20 classes; with fewer, chance
# decides nearly everything (Fisher's transformation: tanh(1.96 / sqrt(n - 3))).
ENOUGH = 20


@dataclass(frozen=True)
class Measure:
    """A number, or the reason why there is none.

    Attributes:
        value: the number; None if it is not defined, or if too few submissions were graded.
        reason: why there is no number; empty if there is one.
    """

    value: float | None
    reason: str = ""


def discrimination(points: NDArray[np.float64], check: int) -> Measure:
    """Return the corrected item-total correlation of one check.

    Pearson's correlation between the points in the check and the points in all others. For a check that is passed or
    failed, this is the point-biserial correlation with the rest of the assignment.

    Args:
        points: points earned, (submissions, checks).
        check: the check's column.
    """
    few = _too_few(points)
    if few:
        return Measure(None, few)
    if points.shape[1] < 2:
        return Measure(None, "there is no other check")
    item, rest = points[:, check], np.delete(points, check, axis=1).sum(axis=1)
    if np.ptp(item) == 0:
        return Measure(None, "all earned the same")
    if np.ptp(rest) == 0:
        return Measure(None, "all earned the same in the other checks")
    return Measure(float(np.corrcoef(item, rest)[0, 1]))


def cronbach_alpha(points: NDArray[np.float64]) -> Measure:
    """Return Cronbach's alpha, k / (k - 1) · (1 - Σ variances of the checks / variance of the sums).

    Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika 16, 297-334, formula 2.

    Args:
        points: points earned, (submissions, checks).
    """
    few = _too_few(points)
    if few:
        return Measure(None, few)
    checks = points.shape[1]
    if checks < 2:
        return Measure(None, "there is only one check")
    total = points.sum(axis=1).var(ddof=1)
    if total <= 0:
        return Measure(None, "all submissions have the same score")
    return Measure(float(checks / (checks - 1) * (1 - points.var(axis=0, ddof=1).sum() / total)))


def _too_few(points: NDArray[np.float64]) -> str:
    count = points.shape[0]
    return f"too few: {count} of {ENOUGH} submissions" if count < ENOUGH else ""
