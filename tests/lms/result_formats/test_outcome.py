"""Is one notebook's result told truly, and nothing that a student must not see?"""

from __future__ import annotations

from pathlib import Path

import pytest
from one_notebook import FAILED, GRADER_ERROR, SCHEME, UNREADABLE, outcome, records, source

from coursepack.authoring.leaks import secrets_of
from coursepack.grading.batch.single import SingleGrading
from coursepack.judge.verdict import Verdict
from coursepack.lms.result_formats.outcome import LONGEST_MESSAGE, outcome_of, shown


def test_does_a_written_answer_wait_and_count_in_no_total() -> None:
    found = outcome(FAILED)
    [waiting] = found.waiting
    assert (waiting.cell.grade_id, waiting.points, waiting.cell.max_points, waiting.state) == (
        "why",
        None,
        4.0,
        "waiting for the marker",
    )
    assert (found.points, found.max_points, found.waiting_points, found.percent) == (2.0, 5.0, 4.0, 40.0)
    assert found.summary == "2 of 5 points; 1 written answer waits for the marker (4 points more)"


def test_are_exercises_named_as_students_read_them() -> None:
    found = outcome(FAILED)
    assert [(one.title, one.state, one.points) for one in found.exercises] == [
        ("Exercise 1: Double a number", "failed", 0.0),
        ("Exercise 2: Treble a number", "passed", 2.0),
        ("Exercise 3: Why is it even?", "waiting for the marker", None),
    ]


@pytest.mark.parametrize("grading", [GRADER_ERROR, UNREADABLE])
def test_has_what_is_not_graded_no_points_at_all(grading: SingleGrading) -> None:
    found = outcome(grading)
    assert not found.graded
    assert (found.points, found.percent) == (None, None)
    assert {check.points for check in found.checks} == {None}


def test_does_a_grader_error_keep_its_reason_for_the_instructor() -> None:
    found = outcome(GRADER_ERROR)
    assert "secret" not in repr(found)
    assert [check.cell.grade_id for check in found.checks if check.at_fault] == ["double-hidden"]
    assert "no points are lost" in found.summary


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Verdict.STUDENT_ERROR, "error in the student's code"),
        (Verdict.TIMED_OUT, "timed out"),
        (Verdict.OUT_OF_MEMORY, "out of memory"),
        (Verdict.NOT_REACHED, "not reached"),
    ],
)
def test_is_every_way_to_lose_points_told(verdict: Verdict, state: str) -> None:
    found = outcome(SingleGrading(records(treble=(verdict, "why"))))
    assert found.exercises[1].state == state
    assert found.checks[2].message == "why"


def test_does_a_message_lose_hidden_lines_and_marking_schemes() -> None:
    secrets = secrets_of(source())
    hidden = 'assert treble(5) == 15, "treble is wrong"'
    assert shown(f"before\n  {hidden}\nafter", secrets) == "before\n…\nafter"
    assert shown(f"it says {hidden}!", secrets) == "it says …!"
    assert shown(f"seen: {SCHEME}", secrets) == "…"


def test_does_a_message_lose_control_characters_and_colours() -> None:
    assert shown("\x1b[31mred\x1b[0m\x07\r\n::error::x\u202e", secrets_of(source())) == "red��\n::error::x�"


def test_is_a_long_message_cut() -> None:
    assert len(shown("a" * 10_000, secrets_of(source()))) <= LONGEST_MESSAGE + 2


def test_has_the_repository_an_exercise_for_every_graded_cell(repository: object) -> None:
    """Does each of the course's own assignments come to its points, exercise by exercise?"""
    from coursepack.notebooks.cells import is_graded, points_of
    from coursepack.notebooks.exercises import UNNAMED
    from coursepack.notebooks.reading import read_notebook

    root = Path(repository.root)  # type: ignore[attr-defined]
    for path in sorted(root.glob("source/*/*.ipynb")):
        notebook = read_notebook(path)
        found = outcome_of(path.stem, notebook, UNREADABLE)
        assert found.max_points + found.waiting_points == sum(map(points_of, notebook.cells)), path.stem
        assert [check.cell.grade_id for check in found.checks] == [
            cell.metadata.nbgrader.grade_id for cell in notebook.cells if is_graded(cell)
        ]
        assert UNNAMED not in [exercise.title for exercise in found.exercises]
