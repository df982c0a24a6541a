"""Write times as people read them: in the course's time zone, which is named."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo


def local_time(moment: datetime.datetime, time_zone: str) -> str:
    """Return a time as "2026-03-01 23:30 CET".

    Args:
        moment: the time; in UTC if it names no zone.
        time_zone: a zone as `Settings.time_zone` has it; UTC if empty.
    """
    known = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return f"{known.astimezone(ZoneInfo(time_zone or 'UTC')):%Y-%m-%d %H:%M %Z}"
