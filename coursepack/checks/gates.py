"""Accuracy gates: how good a trained network must be, and how often it may be trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gate:
    """A minimum accuracy. It should be measured, not guessed: a right solution must hardly ever fall below it.

    Attributes:
        threshold: fraction of the test images that must be classified rightly, in [0, 1].
        tries: trainings allowed, the student's own included; training anew uses other seeds.
    """

    threshold: float
    tries: int
