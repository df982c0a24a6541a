"""The one kind of error a user sees: what was wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Word = TypeVar("Word", bound=str)

# Remedies where the system refuses a file.
UNREADABLE = "check the path, and whether you may read it"
UNWRITABLE = "name a place in a folder that exists and that you may write to"


class CoursepackError(Exception):
    """A user's mistake (a damaged file, a wrong option), shown as one message without a traceback.

    Args:
        what: what is wrong, as a sentence without its full stop.
        where: the file, notebook or cell it concerns; empty if there is none.
        remedy: what to do now, as a sentence without its full stop.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        place = f"{where}: " if where else ""
        advice = f"\n  remedy: {remedy}" if remedy else ""
        super().__init__(f"{place}{what}{advice}")


def choose(word: str, known: Iterable[Word], what: str, *, where: str = "") -> Word:
    """Return the one of some known words that a user wrote.

    Args:
        word: what the user wrote.
        known: the words to choose from; of an enum, the member is returned.
        what: what is said of a wrong word, with its place: "there is no format “{}”".
        where: the file or folder it concerns; empty if there is none.

    Raises:
        CoursepackError: it is none of them.
    """
    words = list(known)
    for one in words:
        if one == word:
            return one
    raise CoursepackError(what.format(word), where=where, remedy=f"use one of: {', '.join(words)}")
