"""Ask the gradebook for an assignment's due date, and the configuration for the grace after it."""

from __future__ import annotations

import datetime
from pathlib import Path

from nbgrader.api import MissingEntry

from coursepack.grading.workspace import Workspace

SQLITE = "sqlite:///"


def due_date(workspace: Workspace) -> datetime.datetime | None:
    """Return an assignment's due date in UTC, without a zone; None if the gradebook has none.

    A gradebook that does not exist yet is not made for that.
    """
    address = str(workspace.coursedir.db_url)
    if address.startswith(SQLITE) and not Path(address.removeprefix(SQLITE).partition("?")[0]).is_file():
        return None
    with workspace.gradebook() as gradebook:
        try:
            found = gradebook.find_assignment(workspace.assignment).duedate
        except MissingEntry:
            return None
    return found if isinstance(found, datetime.datetime) else None


def grace_minutes(workspace: Workspace) -> float:
    """Return for how many minutes after the due date the course's `DailyPenalty` takes off nothing."""
    grace = workspace.coursedir.config.get("DailyPenalty", {}).get("grace_minutes", 0.0)
    return float(grace) if isinstance(grace, int | float) else 0.0
