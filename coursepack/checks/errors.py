"""What a failing check raises: a message for the student, without the test's own source."""

from __future__ import annotations


class CheckFailed(AssertionError):  # noqa: N818 - students read this name, and their work is not an error
    """A check did not hold. Its text says what was compared, what was expected, what came, and one hint.

    IPython shows an exception through `_render_traceback_` where it has one; ours shows the message alone. So the
    source of a hidden test does not stand in the graded notebook's traceback.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"CheckFailed: {self}"]
