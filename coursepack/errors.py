"""The one kind of error a user sees: what was wrong, where, and what to do about it."""

from __future__ import annotations


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
