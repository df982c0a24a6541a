"""The commands between a course and an LMS; each returns its exit code."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from coursepack.course import Course
from coursepack.lms.class_list import import_roster, stored_roster
from coursepack.lms.collect import CollectOptions, collect
from coursepack.lms.console import print_collection
from coursepack.lms.export import check_format, write_marks
from coursepack.lms.feedback_zip import write_feedback
from coursepack.lms.marks import read_marks
from coursepack.lms.roster import read_roster
from coursepack.lms.roster_times import check_time_zone
from coursepack.lms.safe_archive import printable
from coursepack.settings import read_settings


def collect_download(
    course: Course, assignment: str, download: Path, kind: str, roster: Path | None, time_zone: str, *, dry_run: bool
) -> int:
    """Collect a download; return 1 if something could not be placed.

    Raises:
        CoursepackError: the download or the roster cannot be read, or an option is wrong.
    """
    console = Console()
    check_time_zone(time_zone)
    time_zone = time_zone or read_settings(course.root).time_zone
    known = read_roster(roster) if roster else stored_roster(course)
    if known.students:
        whose = f"of {roster}" if roster else "that was imported"
        console.print(f"The class {whose}: {len(known.students)} students", highlight=False, markup=False)
    else:
        console.print("No roster: ids are made from names and numbers (--roster CSV maps them to yours)")
    for row, why in known.skipped:
        console.print(f"  roster, {row}: {printable(why)}", highlight=False, markup=False, soft_wrap=True)
    options = CollectOptions(kind.casefold(), tuple(known.students), time_zone, dry_run)
    result = collect(course, assignment, download, options)
    print_collection(result, console, dry_run=dry_run)
    return 0 if result.complete and not known.faults else 1


def import_class(course: Course, table: Path) -> int:
    """Import a roster; return 1 if a row could not be read.

    Raises:
        CoursepackError: the file or the gradebook cannot be read.
    """
    console, roster = Console(), read_roster(table)
    done = import_roster(course, roster)
    for row, why in roster.skipped:
        console.print(f"{row}: left out: {printable(why)}", highlight=False, markup=False, soft_wrap=True)
    counts = f"{len(done.new)} new, {len(done.changed)} changed, {len(done.same)} unchanged"
    console.print(f"{len(roster.students)} students in the gradebook: {counts}", highlight=False)
    return 1 if roster.faults else 0


def export_marks(course: Course, assignments: list[str], name: str, into: Path) -> int:
    """Export marks and say who has none.

    Raises:
        CoursepackError: the marks cannot be read or written, or there is no such format.
    """
    check_format(name)
    found = read_marks(course, assignments)
    console = Console()
    for line in write_marks(found, name, into):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    console.print(f"marks: {into}", highlight=False, markup=False, soft_wrap=True)
    return 0


def return_feedback(course: Course, assignment: str, name: str, into: Path) -> int:
    """Zip feedback for an LMS; return 1 if somebody's is not in it.

    Raises:
        CoursepackError: there is no feedback that this LMS takes back, or no such format.
    """
    console, done = Console(), write_feedback(course, assignment, name, into)
    for student, why in done.left_out:
        console.print(f"{student}: left out: {why}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"feedback for {len(done.students)} students: {into}", highlight=False, markup=False, soft_wrap=True)
    return 1 if done.left_out else 0
