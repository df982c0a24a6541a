"""What is right: the checks that hidden tests call. A hidden test cell imports what it needs from here."""

from coursepack.checks import arrays, gates, networks, source, training
from coursepack.checks.current import student
from coursepack.checks.failure import CheckFailed

__all__ = ["CheckFailed", "arrays", "gates", "networks", "source", "student", "training"]
