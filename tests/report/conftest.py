"""Fixtures of the report tests."""

from tiny_course import tiny_course

__all__ = ["tiny_course"]
