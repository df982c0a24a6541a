"""The exception of a failed check: a message for the student, without the source of the test."""

from __future__ import annotations


class CheckFailed(AssertionError):  # noqa: N818 - students read this name, and their work is not an error
    """A check failed. The text says what was compared, what was expected, what the code gave, and one hint.

    IPython shows an exception through `_render_traceback_` if it has one; ours shows only the message. So the
    source of a hidden test does not appear in the graded notebook's traceback.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"CheckFailed: {self}"]
