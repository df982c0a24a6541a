"""Does a student read the state of each exercise, and why a check did not pass?"""

from __future__ import annotations

import pytest

from coursepack.feedback.facts import Facts, Mark
from coursepack.feedback.messages import Message, failures_in, message_of
from coursepack.feedback.outcomes import outcomes_of, total_of
from coursepack.grading.notebook.verdict_records import VerdictRecord
from coursepack.grading.results import CellStatus as State
from coursepack.judge.verdict import Verdict
from coursepack.notebooks.exercises import Exercise, GradedCell

VISIBLE, HIDDEN, MORE = (GradedCell(name, "", points, False) for name, points in (("seen", 0), ("one", 3), ("two", 2)))
WRITTEN = GradedCell("essay", "", 4, True)


def record(cell: GradedCell, verdict: Verdict, message: str = "") -> VerdictRecord:
    return VerdictRecord(cell.grade_id, cell.max_points, verdict, message)


def outcome(*records: VerdictRecord, cells: tuple[GradedCell, ...] = (VISIBLE, HIDDEN, MORE), **marks: Mark):  # type: ignore[no-untyped-def]
    """Return how an exercise did; marks are those of the records unless they are given."""
    all_marks = {one.grade_id: Mark(one.points, one.max_points) for one in records} | marks
    facts = Facts("ann", "tiny", "tiny", marks=all_marks)
    messages = {one.grade_id: one.message for one in records}
    (found,) = outcomes_of([Exercise("one", cells)], facts, {one.grade_id: one for one in records}, messages)
    return found, total_of([found], facts)


@pytest.mark.parametrize(
    ("one", "two", "state", "points"),
    [
        (Verdict.PASSED, Verdict.PASSED, State.PASSED, 5),
        (Verdict.PASSED, Verdict.FAILED, State.PARTIAL, 3),
        (Verdict.STUDENT_ERROR, Verdict.TIMED_OUT, State.FAILED, 0),
        (Verdict.NOT_REACHED, Verdict.NOT_REACHED, State.NOT_REACHED, 0),
        (Verdict.FAILED, Verdict.NOT_REACHED, State.FAILED, 0),
        (Verdict.PASSED, Verdict.GRADER_ERROR, State.NOT_GRADED, 3),
    ],
)
def test_do_the_checks_decide_the_exercise(one: Verdict, two: Verdict, state: State, points: float) -> None:
    found, total = outcome(record(HIDDEN, one, "why"), record(MORE, two, "why"))
    assert (found.status, found.points, found.max_points) == (state, points, 5)
    assert total.so_far == (state is State.NOT_GRADED)


def test_does_an_unmarked_answer_wait_and_count_as_open() -> None:
    waiting = Mark(0, 4, waiting=True)
    found, total = outcome(record(HIDDEN, Verdict.PASSED), cells=(HIDDEN, WRITTEN), essay=waiting)
    assert found.status is State.TO_MARK
    assert not failures_in(found)
    assert (total.points, total.max_points, total.waiting, total.so_far) == (3, 7, 4, True)


@pytest.mark.parametrize(("points", "state"), [(4, State.PASSED), (1.5, State.PARTIAL), (0, State.FAILED)])
def test_does_a_marked_answer_have_its_points_and_no_failed_check(points: float, state: State) -> None:
    found, total = outcome(cells=(WRITTEN,), essay=Mark(points, 4, by_hand=True))
    assert (found.status, found.points, total.so_far) == (state, points, False)
    assert not failures_in(found)


def test_do_points_by_hand_take_precedence_over_the_verdict() -> None:
    found, _ = outcome(record(HIDDEN, Verdict.FAILED, "why"), cells=(HIDDEN,), one=Mark(3, 3, by_hand=True))
    assert found.status is State.PASSED
    assert not failures_in(found)


def test_is_our_fault_told_as_ours() -> None:
    found, _ = outcome(record(HIDDEN, Verdict.GRADER_ERROR, "a check crashed at line 3"), cells=(HIDDEN,))
    assert "not your fault" in failures_in(found)[0][1].about


def test_is_a_visible_test_that_says_the_same_left_out() -> None:
    same, other = record(VISIBLE, Verdict.FAILED, "wrong sign"), record(VISIBLE, Verdict.FAILED, "wrong shape")
    hidden = record(HIDDEN, Verdict.FAILED, "wrong sign")
    assert len(failures_in(outcome(same, hidden, cells=(VISIBLE, HIDDEN))[0])) == 1
    assert len(failures_in(outcome(other, hidden, cells=(VISIBLE, HIDDEN))[0])) == 2


def test_are_points_taken_off_for_lateness_and_never_below_zero() -> None:
    facts = Facts("ann", "tiny", "tiny", penalty=4, marks={"one": Mark(3, 3)})
    assert total_of([], facts).points == 0


def test_is_a_message_split_into_its_parts() -> None:
    text = "double: value\n  call: double(2)\n  got: [1\n 2]\n  hint: add, do not multiply"
    assert message_of(text) == Message(
        "double: value", (("call", "double(2)"), ("got", "[1\n 2]")), "add, do not multiply"
    )
    assert message_of("AssertionError: no") == Message("AssertionError: no")


def test_is_a_stub_told_as_not_written_yet() -> None:
    found, _ = outcome(record(HIDDEN, Verdict.FAILED, "NotImplementedError:"), cells=(HIDDEN,))
    assert "not written yet" in failures_in(found)[0][1].about


def test_is_a_blank_answer_told_as_blank() -> None:
    found, total = outcome(cells=(WRITTEN,), essay=Mark(0, 4))
    assert (found.status, total.so_far) == (State.FAILED, False)
    assert "Nothing is written here" in failures_in(found)[0][1].about


def test_does_a_cell_worth_nothing_decide_nothing() -> None:
    scheme = GradedCell("essay-marking", "", 0, True)
    found, _ = outcome(cells=(WRITTEN, scheme), essay=Mark(0, 4, waiting=True))
    assert (found.status, found.points) == (State.TO_MARK, None)
