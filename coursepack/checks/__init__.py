"""Checks for hidden tests to call. A hidden test cell imports what it needs from here."""

from coursepack.checks.current_student import student
from coursepack.checks.errors import CheckFailed

__all__ = ["CheckFailed", "student"]
