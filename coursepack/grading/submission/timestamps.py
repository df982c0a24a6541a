"""Read when a submission was handed in from the `timestamp.txt` beside the notebook, or report it as unreadable.

We read a date with a time of day in the forms below, each with or without a zone at the end. Without a zone the time is
UTC, as in nbgrader. We never guess the order of day and month (03/04/2026), a missing time or century, a zone whose
name has several meanings (CST, IST, BST), or an hour that a clock change skips or repeats.

    2026-03-01 23:30:00.25     2026-03-01T23:30     2026/03/01 11:30 PM     20260301T233000     2026-W09-7T23:30
    1 March 2026 23:30     March 1, 2026 11:30 p.m.     31.12.2026 23:30
    Sun, 01 Mar 2026 23:30:00 +0100     Sun Mar  1 23:30:00 CET 2026

    Zones: Z, UTC, +01:00, +0530, UTC+1, CET, EST, Europe/Berlin
"""

from __future__ import annotations

import datetime
import functools
import re
import zoneinfo
from pathlib import Path

NAME = "timestamp.txt"
UNREADABLE = (
    "its timestamp.txt cannot be read as a time ({}); taken as handed in on time: write 2026-03-01 23:30:00 UTC"
)
MAX_LENGTH = 120
YEARS = range(1990, 2100)
# Names that mean the same offset, in hours, everywhere; the North American ones follow RFC 5322.
OFFSETS = {
    **{"Z": 0.0, "UTC": 0.0, "UT": 0.0, "GMT": 0.0, "WET": 0.0, "WEST": 1.0, "CET": 1.0, "CEST": 2.0, "EET": 2.0},
    **{"EEST": 3.0, "MSK": 3.0, "PKT": 5.0, "SGT": 8.0, "HKT": 8.0, "AWST": 8.0, "JST": 9.0, "KST": 9.0, "ACST": 9.5},
    **{"AEST": 10.0, "ACDT": 10.5, "AEDT": 11.0, "NZST": 12.0, "NZDT": 13.0, "HST": -10.0, "AKST": -9.0, "AKDT": -8.0},
    **{"PST": -8.0, "PDT": -7.0, "MST": -7.0, "MDT": -6.0, "EST": -5.0, "EDT": -4.0},
}
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?[ap]\.?m\.?)?"
_YEAR_AT_THE_END = re.compile(rf"(\D.*?) ({_CLOCK})(?: ([a-z]{{2,5}}|[+-]\d{{4}}))? (\d{{4}})", re.IGNORECASE)
_OFFSET = re.compile(r"(.*?[:T].*?) ?(?:UTC|GMT)? ?([+-])(?:(\d\d):?(\d\d)|(\d\d?))")
_PLACE = re.compile(r"(.*\S) ([A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+)")
_SHORT = re.compile(r"(.*\S) ([A-Za-z]{1,5})|(.*\d)(Z|UTC|GMT)")
_ISO = re.compile(r"(?:\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d-?\d)[T ]\d\d(?::?\d\d)(?::?\d\d(?:[.,]\d{1,9})?)?")
_OTHER = re.compile(
    r"(?P<date>.+?)(?: at)?[T ](?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_IN_WORDS = (
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -](?P<month>[a-z]+)\.?[ -](?P<year>\d{4})"),
    re.compile(r"(?P<month>[a-z]+)\.? (?P<day>\d{1,2})(?:st|nd|rd|th)? (?P<year>\d{4})"),
)


def parse(text: str) -> datetime.datetime:
    """Parse a time; return it in UTC and without a zone, as nbgrader stores times.

    Raises:
        ValueError: it says none, or could be meant in another way.
    """
    plain = _plain(text)
    if found := _YEAR_AT_THE_END.fullmatch(plain):
        plain = " ".join(part for part in (found[1], found[4], found[2], found[3]) if part)
    before, zone = _zone(plain)
    local = _local(before)
    if local.year not in YEARS:
        raise ValueError(f"the year {local.year} is impossible")
    offsets = {local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    if len(offsets) > 1:
        raise ValueError("the clocks changed in that hour")
    return local.replace(tzinfo=zone).astimezone(datetime.UTC).replace(tzinfo=None)


def _plain(text: str) -> str:
    """Return a text on one line, without commas and without a remark in brackets at the end."""
    if len(text) > MAX_LENGTH:
        raise ValueError("too long for a time")
    line = " ".join(text.replace("\ufeff", "").replace("\N{MINUS SIGN}", "-").split())
    if not line.isascii():
        raise ValueError("it has letters that no known form has")
    return re.sub(r",(?= |$)", "", re.sub(r" \([\w ]*\)$", "", line))


def _zone(text: str) -> tuple[str, datetime.tzinfo]:
    """Split a text into what comes before the zone, and the zone."""
    if found := _OFFSET.fullmatch(text):
        hours, minutes = int(found[3] or found[5]), int(found[4] or 0)
        if hours > 14 or minutes > 59:
            raise ValueError("no place on earth has this offset")
        offset = datetime.timedelta(hours=hours, minutes=minutes)
        return found[1], datetime.timezone(-offset if found[2] == "-" else offset)
    if found := _PLACE.fullmatch(text):
        if found[2] not in _places():
            raise ValueError("the zone is not known")
        return found[1], zoneinfo.ZoneInfo(found[2])
    if (found := _SHORT.fullmatch(text)) and (found[2] or found[4]).upper() not in ("AM", "PM"):
        name = (found[2] or found[4]).upper()
        if name not in OFFSETS:
            _local(found[1] or found[3])  # if this raises, the zone is not the problem
            raise ValueError("the zone is not known, or has several meanings")
        return found[1] or found[3], datetime.timezone(datetime.timedelta(hours=OFFSETS[name]))
    return text, datetime.UTC


@functools.cache
def _places() -> set[str]:
    return zoneinfo.available_timezones()


def _local(text: str) -> datetime.datetime:
    """Return a date with a time of day, without a zone."""
    if _ISO.fullmatch(text):
        return datetime.datetime.fromisoformat(text)
    found = _OTHER.fullmatch(text)
    if found is None:
        raise ValueError("not a date and a time in a form that is known")
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("there is no such hour with a.m. or p.m.")
        hour = hour % 12 + 12 * (found["half"].lower() == "p")
    microsecond = int((found["part"] or "0")[:6].ljust(6, "0"))
    time = datetime.time(hour, int(found["minute"]), int(found["second"] or 0), microsecond)
    return datetime.datetime.combine(_date(found["date"].lower()), time)


def _date(text: str) -> datetime.date:
    first, _, rest = text.partition(" ")
    if first.rstrip(".") in {name for day in DAYS for name in (day, day[:3])}:
        date = _date(rest)
        if not DAYS[date.weekday()].startswith(first[:3]):
            raise ValueError("the day of the week does not fit the date")
        return date
    if found := _YEAR_FIRST.fullmatch(text):
        return datetime.date(int(found[1]), int(found[3]), int(found[4]))
    if found := _YEAR_LAST.fullmatch(text):
        day, month = int(found[1]), int(found[3])
        if day <= 12 and month <= 12 and day != month:
            raise ValueError("day and month could be the other way round")
        return datetime.date(int(found[4]), min(day, month) if day > 12 or month > 12 else month, max(day, month))
    for form in _IN_WORDS:
        if found := form.fullmatch(text):
            return datetime.date(int(found["year"]), _month(found["month"]), int(found["day"]))
    raise ValueError("not a date in a form that is known")


def _month(name: str) -> int:
    numbers = [number for number, month in enumerate(MONTHS, 1) if name in (month, month[:3], month[:4])]
    if len(numbers) != 1:
        raise ValueError("no such month")
    return numbers[0]


def read_timestamp(path: Path) -> datetime.datetime:
    """Return the time in a `timestamp.txt`, in UTC.

    Raises:
        ValueError: it says none, or could be meant in another way.
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8") as stream:
        return parse(stream.read(MAX_LENGTH + 1))


def written(moment: datetime.datetime) -> str:
    """Return a time in UTC in the form that nbgrader writes and reads rightly."""
    return f"{moment.isoformat(sep=' ')} UTC"


def timestamp_of(submitted: Path) -> str | None:
    """Return when a folder's submission was handed in, as nbgrader writes it; None if that is not certain."""
    moment = moment_of(submitted)
    return written(moment) if moment else None


def moment_of(submitted: Path) -> datetime.datetime | None:
    """Return when a folder's submission was handed in, in UTC; None if that is not certain."""
    try:
        return read_timestamp(submitted / NAME) if (submitted / NAME).is_file() else None
    except (OSError, ValueError):
        return None


def unreadable_time(submitted: Path) -> tuple[str, ...]:
    """Return a note if a submission has a `timestamp.txt` without a readable time."""
    try:
        if (submitted / NAME).is_file():
            read_timestamp(submitted / NAME)
    except UnicodeDecodeError:
        return (UNREADABLE.format("it is not text"),)
    except (OSError, ValueError) as error:
        return (UNREADABLE.format(error),)
    return ()
