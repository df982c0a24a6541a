"""Does the report tell what waits for the marker, and never take it for 0 points?"""

from __future__ import annotations

import csv
import io
import re

import nbformat
import pytest
from rich.console import Console
from tiny_course import ASSIGNMENT, source_notebook, text

from coursepack.grading.batch.console import group_failures, score_table, suspect_checks
from coursepack.grading.batch.read_results import BLANK
from coursepack.grading.results import CellResult, CellStatus, SubmissionResult
from coursepack.report.page import render_page
from coursepack.report.scores_csv import scores_as_csv
from coursepack.report.summarise import summarise
from coursepack.report.summary import ClassSummary

MARKS = {"grade": True, "locked": False, "points": 4, "solution": True, "task": False, "schema_version": 3}


def result(student: str, essay: float | None, blank: bool = False) -> SubmissionResult:
    """Return a submission with 3 points of 3 for code, and an essay: its mark of 4, or None while it waits."""
    double = CellResult("double-hidden", 3.0, 3.0, CellStatus.PASSED)
    if essay is None:
        written = CellResult("essay", 0.0, 4.0, CellStatus.TO_MARK)
    else:
        status = CellStatus.PASSED if essay == 4 else CellStatus.PARTIAL if essay else CellStatus.FAILED
        written = CellResult("essay", essay, 4.0, status, BLANK if blank else "", by_hand=not blank)
    return SubmissionResult(student, ASSIGNMENT, (double, written), cpu_seconds=12.25)


def summary_of(*results: SubmissionResult) -> ClassSummary:
    source = source_notebook()
    source["cells"] += [text("h", "## Exercise 3: Say why (4 points)"), text("essay", "**Mine**")]
    source["cells"][-1]["metadata"] = {"nbgrader": {**MARKS, "grade_id": "essay"}}
    return summarise(ASSIGNMENT, results, nbformat.from_dict(source))


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))


@pytest.fixture
def some_wait() -> ClassSummary:
    """Four submissions: one essay waits, one has 2.5 of 4, one 4, one was left blank."""
    return summary_of(result("ann", None), result("bo", 2.5), result("cy", 4), result("di", 0, blank=True))


def test_what_waits_counts_neither_as_earned_nor_as_lost(some_wait: ClassSummary) -> None:
    """By hand: of the three that are decided, (2.5 + 4 + 0) / 12."""
    essay = some_wait.checks[1]
    assert essay.rate == pytest.approx(6.5 / 12)
    assert (essay.waiting, essay.marked, essay.blank, essay.written) == (1, 2, 1, True)
    assert some_wait.exercises[1].title == "Exercise 3: Say why"
    assert essay.about == "Exercise 3: Say why (written answer)"


def test_an_exercise_that_nobody_marked_yet_has_no_share(some_wait: ClassSummary) -> None:
    waiting = summary_of(result("ann", None), result("bo", None))
    assert waiting.exercises[1].rate is None
    assert "0 %" not in words(render_page(waiting)).replace("100 %", "")


def test_totals_say_so_far_while_something_waits(some_wait: ClassSummary) -> None:
    page = words(render_page(some_wait))
    for expected in (
        "3 of 4 graded",
        "1 waiting for the marker",
        "median score so far",
        "mean score so far",
        "Students by score so far, unmarked answers as 0",
        "1 written answer waits for the marker, in 1 submission",
        "2 marked, 1 waiting for the marker, 1 left blank: 1 with all points, 1 with some",
        "3 / 7 so far, 4 open",
        "4 of 7 points are not decided yet",
    ):
        assert expected in page, expected
    final = words(render_page(summary_of(result("bo", 2.5), result("cy", 4))))
    assert "so far" not in final and "unmarked" not in final and "2 of 2 graded" in final


def test_the_state_of_a_submission_has_one_name_everywhere(some_wait: ClassSummary) -> None:
    """Do table, sheet, console and legend call it the same?"""
    page, sheet = words(render_page(some_wait)), scores_as_csv(some_wait)
    console = Console(file=io.StringIO(), width=200)
    console.print(score_table(some_wait.results))
    for shown in (page, sheet, console.file.getvalue()):  # type: ignore[attr-defined]
        assert "waiting for the marker" in shown
        assert "to mark by hand" not in shown and "waits for marks" not in shown


def test_the_cell_of_an_unmarked_answer_shows_no_number(some_wait: ClassSummary) -> None:
    page = render_page(some_wait)
    assert '<td class="mark to-mark" data-sort=""><b role="img" aria-label="waiting for the marker">✎</b></td>' in page
    assert '<span class="points">2.5</span>' in page


def test_the_sheet_leaves_empty_what_is_not_decided(some_wait: ClassSummary) -> None:
    rows = list(csv.DictReader(io.StringIO(scores_as_csv(some_wait))))
    picked = [(row["score"], row["score_so_far"], row["points_waiting"], row["essay"]) for row in rows]
    assert picked == [("", "3", "4", ""), ("5.5", "5.5", "0", "2.5"), ("7", "7", "0", "4"), ("3", "3", "0", "0")]
    assert rows[0]["cpu_seconds"] == "12.25"


def test_checks_are_measured_where_everybody_has_points() -> None:
    """Is an essay left out of the statistics as long as one of them waits?"""
    several = [result(f"s{number}", float(number % 5)) for number in range(20)]
    reason = summary_of(*several, result("zoe", None)).checks[1].discrimination.reason
    assert reason == "answers are waiting for the marker"
    assert summary_of(*several).checks[1].discrimination.reason == "all earned the same in the other checks"


def test_a_mark_that_a_person_gave_needs_no_message_and_blames_no_check() -> None:
    strict = [result(f"s{number}", 0.0) for number in range(8)]
    assert group_failures(strict) == []
    assert suspect_checks(strict) == []
