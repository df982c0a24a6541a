"""Feedback for students."""
