"""Validate the tests of a course with right and wrong answers."""
