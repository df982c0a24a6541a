"""Do the numbers that texts quote agree with what was measured, and is every such number accounted for?

The texts are those of source/, the outputs those of solutions/. Every percentage and every time that something takes
must be accounted for in all texts; ratios and decimal fractions in those that tell of a run: captions, model answers,
and what is said at the end. Left out are headings, formulas, code, and numbers without a unit.
"""

from __future__ import annotations

import pytest
from nbformat.v4 import new_markdown_cell
from quoted_numbers import QUOTES, UNHELD
from quoted_numbers.prose import figures, printed_by, prose, texts_of, unaccounted
from quoted_numbers.quote import Quote, Unheld, disagreements, quotes_of, range_of
from quoted_numbers.sources import computed, printed
from visible_cells import COURSE

from coursepack.authoring.worked_on import name_in
from coursepack.notebooks.reading import read_notebook


def name_of(entry: Quote | Unheld) -> str:
    return f"{entry.assignment[:3]}-{entry.cell}-{entry.plain[:30]}"


def text_of(entry: Quote | Unheld) -> str:
    texts = texts_of(entry.assignment)
    assert entry.cell in texts, f"{entry.assignment} has no text “{entry.cell}”"
    return prose(texts[entry.cell])


@pytest.mark.parametrize("quote", QUOTES, ids=name_of)
def test_does_a_quoted_number_agree_with_what_was_measured(quote: Quote) -> None:
    found = disagreements(quote, text_of(quote), printed_by(quote.assignment).__getitem__)
    data = name_in(read_notebook(COURSE.notebook("solutions", quote.assignment)))
    place = f"{quote.assignment}, cell “{quote.cell}” (the worked version ran on the data “{data}”)"
    assert not found, f"{place}: {'; '.join(found)}"


@pytest.mark.parametrize("assignment", COURSE.assignments)
def test_is_every_number_in_a_text_held_or_excused(assignment: str) -> None:
    listed = [one for one in (*QUOTES, *UNHELD) if one.assignment == assignment]
    missing = [
        f"cell “{name}”: {number}"
        for name, cell in texts_of(assignment).items()
        for number in unaccounted(cell, [one for one in listed if one.cell == name])
    ]
    module = f"tests/convnet_course/quoted_numbers/{assignment[:3]}.py"
    remedy = f"add each to {module}: a quote with the cell that prints it, or `unheld` with the reason why none does"
    assert not missing, "\n".join([remedy, *missing])


@pytest.mark.parametrize("unheld", UNHELD, ids=name_of)
def test_is_a_number_that_is_excused_there_and_not_held(unheld: Unheld) -> None:
    texts = texts_of(unheld.assignment)
    assert unheld.words in text_of(unheld), "the text no longer says so: delete the entry"
    ours = list(unheld.spans(text_of(unheld)))
    inside = [span for span in figures(texts[unheld.cell]) if any(a <= span[0] and span[1] <= b for a, b in ours)]
    assert inside, "no number in these words must be accounted for: delete the entry"
    others = [quote for quote in QUOTES if (quote.assignment, quote.cell) == (unheld.assignment, unheld.cell)]
    held = [span for quote in others for span in quote.spans(text_of(unheld))]
    assert not set(inside) <= set(held), "a quote holds these numbers: delete the entry"


quote = quotes_of("made_up")
SAID = "It reached about 92 % after ten minutes, 0.31 in the end."
SHOWN = {"train": "test accuracy 91.6%, loss 0.309\n"}


@pytest.mark.parametrize(
    ("number", "low", "high"),
    [("92", 91.5, 92.5), ("97.70", 97.695, 97.705), ("7,850", 7849.5, 7850.5), ("half", 0.25, 0.75), ("six", 5.5, 6.5)],
)
def test_is_a_number_as_exact_as_it_is_written(number: str, low: float, high: float) -> None:
    assert range_of(number) == pytest.approx((low, high))


def test_is_a_measured_number_that_differs_told() -> None:
    held = quote("text", "about {92} %", printed("train", r"([\d.]+)%"))
    assert disagreements(held, SAID, SHOWN.__getitem__) == []
    (told,) = disagreements(held, SAID, lambda cell: "test accuracy 92.6%")
    assert "92 in “about 92 %”" in told
    assert "92.6" in told


def test_is_a_text_that_was_changed_told() -> None:
    held = quote("text", "about {92} %", printed("train", r"([\d.]+)%"))
    (told,) = disagreements(held, SAID.replace("92", "93"), SHOWN.__getitem__)
    assert "no longer says “about 92 %”" in told


@pytest.mark.parametrize(("bound", "agrees"), [("", 10.2), ("at most", 3.0), ("at least", 40.0)])
def test_is_a_bound_held_on_one_side_only(bound: str, agrees: float) -> None:
    found = {
        value: disagreements(
            quote("text", "{ten} minutes", computed(lambda value=value: value), bound=bound), SAID, str
        )
        for value in (3.0, 10.2, 40.0)
    }
    assert found[10.2] == found[agrees] == []
    assert all(found[value] for value in (3.0, 40.0) if value != agrees)


def test_is_a_pattern_that_fits_twice_refused() -> None:
    find = printed("train", r"(\d)")
    with pytest.raises(AssertionError, match="stands 7 times in what cell “train” printed"):
        find(SHOWN.__getitem__)


def test_is_a_number_that_nobody_lists_told() -> None:
    cell = new_markdown_cell(SAID, id="some-caption")
    held = quote("some-caption", "about {92} %", printed("train", r"([\d.]+)%"))
    told = unaccounted(cell, [held])
    assert [one.partition(" in ")[0] for one in told] == ["ten", "0.31"]
    excused = Unheld("made_up", "some-caption", "after ten minutes", "no cell prints it")
    assert [one.partition(" in ")[0] for one in unaccounted(cell, [held, excused])] == ["0.31"]
