"""An author's mistakes: which rule each breaks, and how several become one error."""

from __future__ import annotations

from collections.abc import Sequence

from coursepack.errors import CoursepackError


class RuleError(CoursepackError):
    """A mistake in a source notebook.

    Args:
        rule: the rule that it breaks, a name in `authoring.rules`.
        what: what is wrong, as in any `CoursepackError`.
        where: the notebook and the cell.
        remedy: what to do now.
    """

    def __init__(self, rule: str, what: str, *, where: str, remedy: str = "") -> None:
        self.rule = rule
        super().__init__(what, where=where, remedy=remedy)


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
