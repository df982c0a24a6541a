"""Take points off for lateness, by the day: a plugin for nbgrader's `AssignLatePenalties`."""

from __future__ import annotations

import math

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float

SECONDS_PER_DAY = 24 * 60 * 60


class DailyPenalty(LateSubmissionPlugin):  # type: ignore[misc]
    """Takes a share of the points earned for each day that has begun since the due date.

    The due date includes a student's extra time.
    """

    percent_per_day = Float(10.0, min=0.0, max=100.0, help="Per cent of the points earned, for each day begun.").tag(
        config=True
    )
    most_percent = Float(100.0, min=0.0, max=100.0, help="Per cent of the points earned, at most.").tag(config=True)
    grace_minutes = Float(0.0, min=0.0, help="So late costs nothing yet; who is later gets no grace.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Return the points to take off.

        Args:
            student_id: whose submission it is.
            score: points that it earned.
            total_seconds_late: how late it is; extra time is taken off already.
        """
        if total_seconds_late <= 60 * self.grace_minutes:
            return None
        days = math.ceil(total_seconds_late / SECONDS_PER_DAY)
        return float(score * min(days * self.percent_per_day, self.most_percent) / 100)
