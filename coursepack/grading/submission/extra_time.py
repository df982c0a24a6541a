"""Extra time for single students: `extra_time.csv` in the course folder.

    student,assignment,hours
    ann,week1,48
    ben,*,24

A star, or nothing, means every assignment; a line with the assignment's own name counts before it. nbgrader has a
place for the time in its gradebook (`SubmittedAssignment.extension`), and counts lateness from there, but no command
that fills it.
"""

from __future__ import annotations

import csv
import datetime
import functools
import math
from pathlib import Path

from coursepack.course import Course
from coursepack.errors import CoursepackError

FILE = "extra_time.csv"
HEAD = ["student", "assignment", "hours"]
EVERY = "*"
# A year: more is a slip of the keyboard.
MOST_HOURS = 24 * 366


def extra_time(course: Course, student: str, assignment: str) -> datetime.timedelta | None:
    """Return a student's extra time for an assignment; None if there is none.

    Raises:
        CoursepackError: the file has a line that cannot be read, or names an assignment that there is not.
    """
    granted = read_extra_time(course)
    return granted.get((student, assignment), granted.get((student, EVERY)))


def has_extra_times(course: Course) -> bool:
    """Return whether the course grants extra time at all."""
    return (course.root / FILE).is_file()


def read_extra_time(course: Course) -> dict[tuple[str, str], datetime.timedelta]:
    """Return all extra times by student and assignment; the assignment is "*" for every one.

    Raises:
        CoursepackError: the file has a line that cannot be read, or names an assignment that there is not.
    """
    path = course.root / FILE
    if not path.is_file():
        return {}
    state = path.stat()
    return _read(course, path, (state.st_mtime_ns, state.st_size))


@functools.lru_cache(maxsize=8)
def _read(course: Course, path: Path, _state: tuple[int, int]) -> dict[tuple[str, str], datetime.timedelta]:
    """Read the file once, and not once for each student, as long as it stays the same."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [[cell.strip() for cell in row] for row in csv.reader(stream)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CoursepackError(
            f"the extra times cannot be read: {error}", where=str(path), remedy="write it as a CSV file in UTF-8"
        ) from error
    if not rows or rows[0] != HEAD:
        raise CoursepackError(
            "the first line is not " + ",".join(HEAD), where=str(path), remedy="put that line above the others"
        )
    granted: dict[tuple[str, str], datetime.timedelta] = {}
    for number, row in enumerate(rows[1:], 2):
        if any(row):
            student, assignment, time = _line(course, path, number, row)
            granted[student, assignment] = time
    return granted


def _line(course: Course, path: Path, number: int, row: list[str]) -> tuple[str, str, datetime.timedelta]:
    where = f"{path}, line {number}"
    student, assignment, hours = row if len(row) == len(HEAD) else ("", "", "")
    try:
        time = float(hours)
    except ValueError:
        time = math.nan
    if not student or not 0 < time <= MOST_HOURS:
        remedy = "write it like this: ann,week1,48"
        raise CoursepackError("the line is not student, assignment and hours", where=where, remedy=remedy)
    if assignment not in ("", EVERY, *course.assignments):
        remedy = f"use one of: {', '.join(course.assignments)}; or * for all"
        raise CoursepackError(f"there is no assignment “{assignment}”", where=where, remedy=remedy)
    return student, assignment or EVERY, datetime.timedelta(hours=time)
