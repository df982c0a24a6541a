"""Fixtures of the grading tests."""

from tiny_course import tiny_course

__all__ = ["tiny_course"]
