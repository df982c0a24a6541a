"""Accuracy gates: how good a trained network must be, and how often it may be trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gate:
    """A minimum accuracy. Measure it, do not guess it: a right solution must hardly ever fall below it.

    Attributes:
        threshold: fraction of the test images that must be classified correctly, in [0, 1].
        tries: number of trainings allowed, including the student's own; each new training uses another seed.
    """

    threshold: float
    tries: int
