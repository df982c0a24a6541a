"""Are notes about many cells one sentence, and all others left as they are?"""

from __future__ import annotations

from coursepack.grading.submission.brief_notes import brief


def test_are_many_cells_told_in_one_sentence() -> None:
    missing = [f"cell c{number} was missing; put back" for number in range(40)]
    assert brief(["first", *missing, "last"]) == (
        "first",
        "40 cells (c0, c1, c2 and 37 more) were missing; put back",
        "last",
    )


def test_are_few_cells_told_by_name() -> None:
    notes = ("cell a was missing; put back", "cell b had nbgrader metadata of schema 1, not 3; replaced")
    assert brief(notes) == notes


def test_is_nothing_said_twice() -> None:
    assert brief(["one", "two", "one"]) == ("one", "two")
