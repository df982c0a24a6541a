"""When a submission was handed in: nbgrader's `timestamp.txt` beside the notebook."""

from __future__ import annotations

from pathlib import Path

from nbgrader.utils import parse_utc

NAME = "timestamp.txt"
UNREADABLE = "its timestamp.txt is not a time; taken as handed in on time"


def read_timestamp(path: Path) -> str | None:
    """Return the text of a `timestamp.txt` if nbgrader can read it as a time."""
    try:
        text = path.read_text(encoding="utf-8").strip()
        parse_utc(text)
    except (OSError, ValueError, OverflowError):
        return None
    return text or None


def timestamp_of(submitted: Path) -> str | None:
    """Return when a submission in a folder was handed in; None if nothing readable says so."""
    path = submitted / NAME
    return read_timestamp(path) if path.is_file() else None


def unreadable_time(submitted: Path) -> tuple[str, ...]:
    """Return a note if a submission has a `timestamp.txt` that says no time."""
    path = submitted / NAME
    return (UNREADABLE,) if path.is_file() and read_timestamp(path) is None else ()
