"""What can become of a test cell."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What became of one test cell; a `GRADER_ERROR` is a fault of ours, and nobody's: the cell is not graded."""

    PASSED = "passed"
    FAILED = "failed"
    STUDENT_ERROR = "student error"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    NOT_REACHED = "not reached"
    GRADER_ERROR = "grader error"
