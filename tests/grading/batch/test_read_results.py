"""Do results add up, and do they survive the way through JSON?"""

from __future__ import annotations

import pytest

from coursepack.grading.batch.console import duration, group_failures
from coursepack.grading.results import (
    CellResult,
    CellStatus,
    Status,
    SubmissionResult,
    results_from_json,
    results_to_json,
)

PASSED = CellResult("a", 3.0, 3.0, CellStatus.PASSED)
PARTIAL = CellResult("b", 1.5, 2.0, CellStatus.PARTIAL, "half of it")
FAILED = CellResult("b", 0.0, 2.0, CellStatus.FAILED, "wrong")
VISIBLE = CellResult("a-visible", 0.0, 0.0, CellStatus.FAILED, "wrong")
TO_MARK = CellResult("essay", 0.0, 4.0, CellStatus.TO_MARK)


def submission(*cells: CellResult, student: str = "ann", **options: object) -> SubmissionResult:
    return SubmissionResult(student, "tiny", cells, **options)  # type: ignore[arg-type]


def test_json_round_trip_keeps_everything() -> None:
    results = [
        submission(PASSED, PARTIAL, name="Ann Ångström", late_by=90.0, penalty=0.5, notes=("repaired", "late")),
        submission(student="bo", problem="not JSON", submitted=True),
        submission(student="cy", submitted=False),
    ]
    back = results_from_json(results_to_json(results))
    assert back == results
    assert back[0].cells[1].status is CellStatus.PARTIAL


@pytest.mark.parametrize("text", ["{", '[{"student": "a"}]', '[{"student": "a", "assignment": "t", "grade": 1}]'])
def test_foreign_json_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        results_from_json(text)


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (submission(PASSED), Status.GRADED),
        (submission(PASSED, TO_MARK), Status.TO_MARK),
        (submission(PASSED, CellResult("scheme", 0.0, 0.0, CellStatus.TO_MARK)), Status.GRADED),
        (submission(PASSED, problem="kernel died"), Status.NOT_GRADED),
        (submission(submitted=False), Status.MISSING),
    ],
)
def test_status(result: SubmissionResult, status: Status) -> None:
    assert result.status is status


def test_scores_add_up_and_penalty_never_makes_them_negative() -> None:
    assert submission(PASSED, PARTIAL).score == 4.5
    assert submission(PASSED, PARTIAL, penalty=1.0).score == 3.5
    assert submission(FAILED, penalty=1.0).score == 0.0
    assert submission(PASSED, PARTIAL).max_score == 5.0


def test_lost_names_only_cells_that_cost_points() -> None:
    assert submission(PASSED, VISIBLE, FAILED, TO_MARK).lost == (FAILED,)
    assert submission(FAILED, problem="not JSON").lost == ()


def test_failures_are_grouped_by_check_and_message() -> None:
    other = CellResult("b", 0.0, 2.0, CellStatus.FAILED, "something else")
    first = CellResult("a", 0.0, 3.0, CellStatus.FAILED, "no")
    class_results = [
        submission(PASSED, other, student="ann"),
        submission(PASSED, FAILED, student="bo"),
        submission(first, FAILED, student="cy", name="Cy Young"),
    ]
    groups = [(group.grade_id, group.message, group.students) for group in group_failures(class_results)]
    assert groups == [
        ("a", "no", ("Cy Young",)),
        ("b", "wrong", ("bo", "Cy Young")),
        ("b", "something else", ("ann",)),
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, ""), (-5, ""), (10, "1 min"), (3600, "1 h"), (94380, "1 d 2 h"), (86400 + 120, "1 d 2 min")],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text
