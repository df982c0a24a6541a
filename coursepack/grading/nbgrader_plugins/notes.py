"""What was put right or noticed, on its way through nbgrader's steps: into its log, and along to the records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# In nbconvert's resources.
NOTES = "coursepack_notes"


def take_down(log: Any, resources: Any, notes: Iterable[str]) -> None:
    """Log notes on a submission, and keep them for the next step.

    Args:
        log: nbgrader's.
        resources: nbconvert's, as nbgrader fills them.
        notes: one sentence each.
    """
    names, found = resources["nbgrader"], tuple(notes)
    for note in found:
        log.warning("%s, %s: %s", names["student"], names["notebook"], note)
    resources[NOTES] = (*resources.get(NOTES, ()), *found)
