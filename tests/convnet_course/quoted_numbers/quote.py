"""What a text of a notebook quotes, how exactly it quotes it, and whether what was measured agrees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

# What a cell of the worked version printed, by the cell's id.
Shown = Callable[[str], str]
# A number that was measured, in the unit of the text.
Find = Callable[[Shown], float]
Bound = Literal["", "at most", "at least"]


@dataclass(frozen=True)
class Quote:
    """Numbers in a text of a source notebook, and where each of them comes from.

    Attributes:
        assignment: the notebook.
        cell: the id of the text's cell.
        words: what it says, on one line, with each number that is held in braces: "to about {92} %". A number may be
            written in words; `WRITTEN` has them.
        finds: for each number in braces, what was measured.
        bound: how the text says that the numbers are bounds: "within a factor of {ten}" is "at most".
    """

    assignment: str
    cell: str
    words: str
    finds: tuple[Find, ...]
    bound: Bound = ""

    @property
    def plain(self) -> str:
        """The words as they stand in the text."""
        return re.sub("[{}]", "", self.words)

    @property
    def numbers(self) -> list[str]:
        """What stands in braces."""
        return re.findall("{(.+?)}", self.words)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where in a text the numbers stand that this quote holds."""
        parts = re.split("{(.+?)}", self.words)
        pattern = "".join(f"({re.escape(part)})" if odd % 2 else re.escape(part) for odd, part in enumerate(parts))
        for found in re.finditer(pattern, text):
            yield from (found.span(number) for number in range(1, 1 + len(self.numbers)))


@dataclass(frozen=True)
class Unheld:
    """Numbers in a text that no output holds, and why not.

    Attributes:
        assignment: the notebook.
        cell: the id of the text's cell.
        words: what it says, on one line, numbers included.
        why: the reason.
    """

    assignment: str
    cell: str
    words: str
    why: str

    @property
    def plain(self) -> str:
        """The words as they stand in the text."""
        return self.words

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where in a text these words stand."""
        for found in re.finditer(re.escape(self.words), text):
            yield found.span()


def quotes_of(assignment: str) -> Callable[..., Quote]:
    """Return the function that makes a notebook's quotes: cell, words, a find for each number, and `bound=`."""

    def quote(cell: str, words: str, *finds: Find, bound: Bound = "") -> Quote:
        return Quote(assignment, cell, words, finds, bound)

    return quote


SMALL = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
# Numbers in words: the lowest and the highest value that may be called so.
WRITTEN: dict[str, tuple[float, float]] = {
    **{word: (number - 0.5, number + 0.5) for number, word in enumerate(SMALL, start=1)},
    "quarter": (0.125, 0.375),
    "half": (0.25, 0.75),
    "three and a half": (3.25, 3.75),
    "Half": (0.45, 0.55),
    "two thirds": (0.6, 0.7),
    "three quarters": (0.7, 0.8),
    "nine tenths": (0.85, 0.95),
    "several hundred": (200, 1000),
    "several thousand": (2000, 10_000),
    # Orders of magnitude
    "thousandfold": (10**2.5, 10**3.5),
    "a million": (10**5.5, 10**6.5),
}


def range_of(number: str) -> tuple[float, float]:
    """Return the lowest and the highest value that may be rounded to a quoted number."""
    if number in WRITTEN:
        return WRITTEN[number]
    half = 0.5 * 10.0 ** -len(number.partition(".")[2])
    return as_number(number) - half, as_number(number) + half


def as_number(text: str) -> float:
    """Return the number that a text holds, with commas between thousands or without."""
    return float(text.replace(",", ""))


def disagreements(quote: Quote, text: str, shown: Shown) -> list[str]:
    """Return what is wrong with a quote: it is no longer in the text, or what was measured is another number.

    Args:
        quote: the quote.
        text: its cell's text, on one line.
        shown: what the cells of the worked version printed.
    """
    if quote.plain not in text:
        return [f"the text no longer says “{quote.plain}”: write what it says now into the table, or delete the entry"]
    told = []
    for number, find in zip(quote.numbers, quote.finds, strict=True):
        (low, high), found = range_of(number), find(shown)
        slack = 1e-9 * abs(found)  # a half is rounded either way
        too_low, too_high = found < low - slack, found > high + slack
        if (too_low and quote.bound != "at most") or (too_high and quote.bound != "at least"):
            said = f"{quote.bound} {number}".strip()
            told.append(f"the text says {said} in “{quote.plain}”, but {found:.6g} was found")
    return told
