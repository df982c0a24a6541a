"""Read when a student handed in from a roster: Moodle's grading worksheet and GitHub Classroom's grades say it."""

from __future__ import annotations

import datetime

from coursepack.errors import CoursepackError
from coursepack.grading.submission.timestamps import parse
from coursepack.lms.roster import Student


def time_of(student: Student, time_zone: str) -> datetime.datetime | None:
    """Return when a student handed in, in UTC and without a zone; None if the roster does not say.

    Args:
        student: the student.
        time_zone: the zone of a time that names none; UTC if empty.

    Raises:
        ValueError: what the roster says is no time, or could be meant in another way.
    """
    said = student.submitted.strip()
    if said in ("", "-"):
        return None
    return parse(said) if not time_zone or _has_zone(said) else parse(f"{said} {time_zone}")


def _has_zone(said: str) -> bool:
    """Return whether a time names its zone: with another one behind it, it is no time any more."""
    try:
        parse(f"{said} UTC")
    except ValueError:
        return True
    return False


def check_time_zone(name: str) -> None:
    """Refuse a zone that times cannot be read in.

    Raises:
        CoursepackError: there is no such zone, or it has several meanings.
    """
    try:
        parse(f"2026-01-15 12:00 {name}".strip())
    except ValueError as error:
        remedy = "write it like Europe/Berlin, CET or +01:00"
        raise CoursepackError(f"“{name}” is no time zone: {error}", remedy=remedy) from error
