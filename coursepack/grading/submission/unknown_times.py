"""Remember which times of hand-in are stand-ins: the LMS called a hand-in late, and did not say when it came.

nbgrader counts lateness from a time. So `coursepack collect` writes one into `timestamp.txt`, and notes it here; nobody
is to read it as the time when a student handed in. Whoever writes another time into `timestamp.txt` ends that.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path

from coursepack.course import Course
from coursepack.grading.submission.timestamps import written
from coursepack.whole_file import write_whole


def read_unknown_times(course: Course, assignment: str) -> dict[str, str]:
    """Return the stand-ins for times of hand-in that nobody knows, by student."""
    try:
        content = json.loads(_path(course, assignment).read_text(encoding="utf-8"))
        return {str(student): str(moment) for student, moment in content.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def note_unknown_times(course: Course, assignment: str, moments: Mapping[str, datetime.datetime]) -> None:
    """Note that students' times of hand-in are stand-ins.

    Args:
        course: the course.
        assignment: the assignment's name.
        moments: what was written into `timestamp.txt`, in UTC and without a zone, by student.
    """
    known = read_unknown_times(course, assignment) if moments else {}
    entries = {**known, **{student: written(moment) for student, moment in moments.items()}}
    if entries != known:
        content = json.dumps(dict(sorted(entries.items())), indent=1, ensure_ascii=False)
        write_whole(_path(course, assignment), content)


def is_unknown(unknown: Mapping[str, str], student: str, moment: datetime.datetime | None) -> bool:
    """Tell whether a student's time of hand-in is a stand-in."""
    return moment is not None and unknown.get(student) == written(moment)


def _path(course: Course, assignment: str) -> Path:
    return course.root / ".coursepack" / "lms" / assignment / "unknown_times.json"
