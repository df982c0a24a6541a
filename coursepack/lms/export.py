"""Export marks to a file: `coursepack export`, and nbgrader's exporters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from coursepack.errors import UNWRITABLE, CoursepackError, choose
from coursepack.lms.marks import ClassMarks
from coursepack.lms.marks_csv import canvas_column, canvas_columns, canvas_csv, moodle_csv, plain_csv
from coursepack.lms.marks_other import as_gradescope, as_json, as_junit
from coursepack.name_list import name_list
from coursepack.whole_file import write_whole

FORMATS: dict[str, Callable[[ClassMarks], str | bytes]] = {
    "csv": plain_csv,
    "canvas": canvas_csv,
    "moodle": moodle_csv,
    "gradescope": as_gradescope,
    "junit": as_junit,
    "json": as_json,
}
# The mark at the start makes spreadsheets read the names as UTF-8; an LMS could take it for a part of the first column.
MARKED = ("csv",)


def check_format(name: str) -> None:
    """Refuse a format that there is not, before the work begins.

    Raises:
        CoursepackError: there is no such format.
    """
    choose(name, FORMATS, "there is no format “{}”")


def write_marks(found: ClassMarks, name: str, into: Path) -> list[str]:
    """Write marks in a format, completely or not at all; return what is to be told, one sentence each.

    Raises:
        CoursepackError: the format cannot hold these marks, or the file cannot be written.
    """
    check_format(name)
    content = FORMATS[name](found)
    if isinstance(content, str):
        content = content.encode("utf-8-sig" if name in MARKED else "utf-8")
    try:
        write_whole(into, content)
    except OSError as error:
        raise CoursepackError(
            f"the marks cannot be written: {error.strerror}", where=str(into), remedy=UNWRITABLE
        ) from error
    return [*found.summary(), *_new_to_canvas(found, name), *_unknown_to(found, name)]


def _new_to_canvas(found: ClassMarks, name: str) -> list[str]:
    """Return which assignments Canvas would take for new ones."""
    if name != "canvas":
        return []
    there = ", ".join(f"“{column}”" for column in canvas_columns(found.columns)) or "none"
    told = []
    for marks in found.assignments:
        if not canvas_column(marks, found.columns):
            title = f", or “{marks.title}”" if marks.title and marks.title != marks.assignment else ""
            told.append(
                f"{marks.assignment}: Canvas would make a NEW assignment of this column: the imported gradebook has "
                f"none called “{marks.assignment}”{title}, but: {there}. Import a newer one with `coursepack roster`, "
                "or rename the assignment in Canvas"
            )
    return told


def _unknown_to(found: ClassMarks, name: str) -> list[str]:
    """Return who cannot be found by the LMS."""
    if name == "canvas":
        lost = [one.id for one in found.students if not one.lms_id]
        why = "have no Canvas ID: import Canvas's gradebook with `coursepack roster`"
    elif name == "moodle":
        known = found.moodle_identifiers(found.assignments[0])
        lost = [one.id for one in found.students if not one.email and one.id not in known]
        why = "have neither a participant's number (`coursepack collect`) nor an e-mail address (`coursepack roster`)"
    else:
        return []
    return [f"{len(lost)} students {why} ({name_list(lost)})"] if lost else []
