"""The possible verdicts on a test cell."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """The verdict on one test cell; a `GRADER_ERROR` is our own fault: the cell is not graded."""

    PASSED = "passed"
    FAILED = "failed"
    STUDENT_ERROR = "student error"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    NOT_REACHED = "not reached"
    GRADER_ERROR = "grader error"
