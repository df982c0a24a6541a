"""Are the numbers about checks what test theory defines, worked out by hand, and absent where they mean nothing?"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from coursepack.report.item_statistics import ENOUGH, Measure, cronbach_alpha, discrimination

# Points in two checks: the first is passed or failed, the second gives up to 2 points.
FOUR = [(1, 2), (1, 1), (0, 1), (0, 0)]


def points(rows: list[tuple[float, ...]], times: int = 5) -> NDArray[np.float64]:
    return np.array(rows * times, dtype=np.float64)


def test_discrimination_is_the_point_biserial_correlation_with_the_rest() -> None:
    """By hand: those who pass have 1.5 in the rest, the others 0.5; its deviation is sqrt(1/2); half of them pass.

    (1.5 - 0.5) / sqrt(1/2) * sqrt(1/2 * 1/2) = sqrt(1/2)
    """
    assert discrimination(points(FOUR), 0).value == pytest.approx(0.5**0.5)


def test_discrimination_leaves_the_check_itself_out_of_the_rest() -> None:
    """By hand: the second and third check are opposites, so that nothing else speaks for the first one."""
    rows: list[tuple[float, ...]] = [(1, 1, 0), (1, 0, 1), (0, 1, 1), (0, 0, 0)]
    # Rest of the first: 1, 1, 2, 0; mean 1; (0.5·0 + 0.5·0 - 0.5·1 + 0.5·1) = 0.
    assert discrimination(points(rows), 0).value == pytest.approx(0.0)


def test_a_check_that_the_stronger_fail_has_a_negative_discrimination() -> None:
    assert discrimination(points([(0, 3), (1, 0)], times=10), 0).value == pytest.approx(-1.0)


def test_cronbachs_alpha_by_hand() -> None:
    """Sums of squares: 5 and 10 for the checks, 25 for the totals 3, 2, 1, 0: alpha = 2 / 1 · (1 - 15 / 25) = 0.8."""
    assert cronbach_alpha(points(FOUR)).value == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(1.0, 2.0)] * (ENOUGH - 1), "too few: 19 of 20 submissions"),
        ([(1.0, 2.0), (1.0, 0.0)] * 10, "all earned the same"),
        ([(1.0, 2.0), (0.0, 2.0)] * 10, "all earned the same in the other checks"),
        ([(1.0,), (0.0,)] * 10, "there is no other check"),
    ],
)
def test_where_discrimination_means_nothing_there_is_a_reason(rows: list[tuple[float, ...]], reason: str) -> None:
    assert discrimination(points(rows, times=1), 0) == Measure(None, reason)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "too few: 0 of 20 submissions"),
        ([(1.0,), (0.0,)] * 10, "there is only one check"),
        ([(1.0, 0.0), (0.0, 1.0)] * 10, "all submissions have the same score"),
    ],
)
def test_where_alpha_means_nothing_there_is_a_reason(rows: list[tuple[float, ...]], reason: str) -> None:
    assert cronbach_alpha(points(rows, times=1).reshape(len(rows), -1 if rows else 0)) == Measure(None, reason)
