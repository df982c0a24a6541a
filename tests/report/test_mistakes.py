"""Are a class's mistakes grouped as a teacher would group them, and counted by student?"""

from __future__ import annotations

import pytest

from coursepack.grading.batch.read_results import BLANK
from coursepack.grading.results import CellResult, CellStatus, SubmissionResult
from coursepack.report.mistakes import Mistake, commonest_mistakes, diagnosis, without_numbers


def submission(student: str, *failed: tuple[str, str], by_hand: bool = False, **options: object) -> SubmissionResult:
    cells = tuple(CellResult(name, 0.0, 2.0, CellStatus.FAILED, message, by_hand) for name, message in failed)
    return SubmissionResult(student, "tiny", cells, **options)  # type: ignore[arg-type]


def test_one_hint_in_several_checks_is_one_mistake_of_each_student() -> None:
    hint = "\n  hint: replace the line `raise`"
    results = [
        submission("ann", ("a", f"double: not written yet{hint}"), ("b", f"treble: not written yet{hint}")),
        submission("bo", ("b", f"treble: not written yet{hint}")),
        submission("cy", ("a", "double(2) is 5")),
    ]
    assert commonest_mistakes(results) == [
        Mistake("replace the line `raise`", "double: not written yet", ("ann", "bo"), ("a", "b")),
        Mistake("double(2) is 5", "", ("cy",), ("a",)),
    ]


def test_numbers_that_differ_make_no_new_mistake() -> None:
    results = [submission("ann", ("a", "got 3 of 50")), submission("bo", ("a", "got 17 of 50"))]
    (mistake,) = commonest_mistakes(results)
    assert (mistake.diagnosis, mistake.students) == ("got … of …", ("ann", "bo"))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("expected 1e-05, got -0.25", "expected …, got …"),
        ("conv2d gives 1,234 values", "conv2d gives … values"),
        ("shape (5, 10)", "shape (…, …)"),
        ("layer_2 is missing", "layer_2 is missing"),
    ],
)
def test_only_numbers_are_masked(text: str, masked: str) -> None:
    assert without_numbers(text) == masked


def test_what_stopped_is_told_in_one_way() -> None:
    assert diagnosis(CellStatus.TIMED_OUT, "cell 3 ran 61 s") == "the code ran out of time"
    assert diagnosis(CellStatus.FAILED, "") == ""


def test_marks_blanks_and_what_was_not_graded_are_no_mistakes() -> None:
    results = [
        submission("ann", ("essay", "too short"), by_hand=True),
        submission("bo", ("essay", BLANK)),
        submission("cy", ("a", "wrong"), problem="not JSON"),
    ]
    assert commonest_mistakes(results) == []
