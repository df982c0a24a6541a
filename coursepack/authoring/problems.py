"""Report several mistakes as one error."""

from __future__ import annotations

from collections.abc import Sequence

from coursepack.errors import CoursepackError


def raise_together(problems: Sequence[CoursepackError]) -> None:
    """Raise the problems as one error that lists them all; do nothing if there are none.

    Raises:
        CoursepackError: the only problem itself, or a list of all.
    """
    if not problems:
        return
    if len(problems) == 1:
        raise problems[0]
    listed = "\n".join(f"- {problem}" for problem in problems)
    raise CoursepackError(f"{len(problems)} problems were found\n{listed}")
