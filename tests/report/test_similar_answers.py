"""Does the list name answers that are alike where others differ, however disguised, and leave the rest in peace?"""

from __future__ import annotations

import random

import pytest

from coursepack.report.similar_answers import (
    ENOUGH,
    LEAST,
    Forms,
    SimilarAnswers,
    fingerprints,
    similar_answers,
)

GIVEN = "def score(images, labels):\n    # TODO: count the right ones\n    raise NotImplementedError()"
USUAL = "def score(images, labels):\n    right = sum(image.argmax() == label for image, label in zip(images, labels))\n"
ODD = """
def score(images, labels):
    table = {key: [] for key in range(10)}
    while images and not labels[0] < 0:
        table[labels.pop(0) % 10].append(images.pop(0) ** 2 - 1)
    return len(table[0]) / max(1, sum(len(part) for part in table.values()) // 3)
"""
DISGUISED = """
def score(images, labels):
    # my own idea!
    kasten = {k: [] for k in range(10)}
    while images and not labels[0]<0:

        kasten[labels.pop(0) % 10].append(images.pop(0)**2 - 1)   # squares
    return len(kasten[0]) / max(1, sum(len(p) for p in kasten.values()) // 3)
"""


def own_work(number: int) -> str:
    """Return an answer that nobody else has: the usual one, with a long line of its own."""
    rng = random.Random(number)
    calls = " + ".join(f"labels.{rng.choice('abcdefgh')}({rng.randrange(99)}, {rng.randrange(99)})" for _ in range(12))
    return f"{USUAL}    return right / len(labels) + {calls}"


def compare(answers: dict[str, str]) -> SimilarAnswers:
    return similar_answers([(student, [text]) for student, text in answers.items()], [GIVEN])


@pytest.fixture
def class_of_twelve() -> dict[str, str]:
    return {f"s{number}": own_work(number) for number in range(12)}


def test_renamed_and_rearranged_copies_are_found(class_of_twelve: dict[str, str]) -> None:
    found = compare(class_of_twelve | {"ann": ODD, "bo": DISGUISED})
    (pair,) = found.pairs
    assert (pair.share, found.submissions) == (1.0, 14)
    assert {student for side in pair.students for student in side} == {"ann", "bo"}


def test_what_the_whole_class_writes_is_no_likeness(class_of_twelve: dict[str, str]) -> None:
    """Are people left alone who wrote the usual answer, be it word for word the same?"""
    alike = {f"usual{number}": USUAL + "    return right / len(labels)" for number in range(8)}
    assert compare(class_of_twelve | alike).pairs == ()


def test_what_the_assignment_gives_is_nobodys_own() -> None:
    given = f"{GIVEN}\n{ODD}"
    answers = {f"s{number}": own_work(number) for number in range(12)} | {"ann": ODD, "bo": ODD}
    assert similar_answers([(student, [text]) for student, text in answers.items()], [given]).pairs == ()


def test_a_group_that_handed_in_the_same_stands_in_one_row(class_of_twelve: dict[str, str]) -> None:
    group = dict.fromkeys(("ann", "bo", "cy", "di", "ed"), ODD)
    assert len(group) > LEAST
    (pair,) = compare(class_of_twelve | group).pairs
    assert pair.students == (("ann",), ("bo", "cy", "di", "ed"))


def test_a_class_too_small_to_know_what_is_rare_is_not_compared() -> None:
    answers = {f"s{number}": ODD for number in range(ENOUGH - 1)}
    assert compare(answers) == SimilarAnswers((), ENOUGH - 1, LEAST)


@pytest.mark.parametrize("text", ["", "#", "'", '"""', "def (", "\x00", "%%time\nx", "é = 1", "\ud800", "(" * 5000])
def test_no_text_ends_in_an_error(text: str) -> None:
    fingerprints([text], Forms([]))


def test_the_pieces_are_the_same_in_every_process() -> None:
    """Worked out once: a report must not change from run to run, as Python's own hash of a text does."""
    assert fingerprints(["a = [b for b in range(10)]"], Forms([])).tolist() == [562599598452951622]
