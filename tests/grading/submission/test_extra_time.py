"""Is extra time read as it is written, and is a line that cannot be read told instead of skipped?"""

from __future__ import annotations

import datetime

import pytest
from nbformat import NotebookNode
from tiny_course import ASSIGNMENT, answered, hand_in, tiny_course
from traitlets.config import Config

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.nbgrader_plugins.extra_time import GrantExtraTime
from coursepack.grading.nbgrader_plugins.late_penalty import DailyPenalty
from coursepack.grading.submission.extra_time import FILE, extra_time, has_extra_times
from coursepack.grading.workspace import Workspace

__all__ = ["tiny_course"]

DAY = 86_400


def grant(course: Course, *lines: str, head: str = "student,assignment,hours") -> None:
    """Write the file of extra times."""
    (course.root / FILE).write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


def test_own_lines_come_first(tiny_course: Course) -> None:
    """Does a line for the assignment count before one for all, whatever their order?"""
    assert not has_extra_times(tiny_course)
    assert extra_time(tiny_course, "ann", ASSIGNMENT) is None
    grant(tiny_course, "ann,tiny,48", "ann,*,1.5", "ben,,24", "")
    assert extra_time(tiny_course, "ann", ASSIGNMENT) == datetime.timedelta(hours=48)
    assert extra_time(tiny_course, "ann", "another") == datetime.timedelta(hours=1.5)
    assert extra_time(tiny_course, "ben", ASSIGNMENT) == datetime.timedelta(hours=24)
    assert extra_time(tiny_course, "cat", ASSIGNMENT) is None


@pytest.mark.parametrize(
    "line", ["ann,tiny", "ann,tiny,two", "ann,tiny,-1", "ann,tiny,nan", ",tiny,2", "ann,tiny,99999"]
)
def test_a_bad_line_is_told(tiny_course: Course, line: str) -> None:
    """Is a line with a slip named, with its number?"""
    grant(tiny_course, "ben,tiny,1", line)
    with pytest.raises(CoursepackError, match="line 3"):
        extra_time(tiny_course, "ben", ASSIGNMENT)


def test_wrong_names_are_told(tiny_course: Course) -> None:
    """Are an unknown assignment and a wrong head told?"""
    grant(tiny_course, "ann,tinny,1")
    with pytest.raises(CoursepackError, match="no assignment “tinny”"):
        extra_time(tiny_course, "ann", ASSIGNMENT)
    grant(tiny_course, "ann,tiny,1", head="name,hours")
    with pytest.raises(CoursepackError, match="the first line is not student,assignment,hours"):
        extra_time(tiny_course, "ann", ASSIGNMENT)


def test_extra_time_makes_a_result_stale(tiny_course: Course) -> None:
    """Is a submission graded again when its extra time changes, and no other?"""
    for student in ("ann", "ben"):
        hand_in(tiny_course, student, answered())
    workspace = Workspace(tiny_course, ASSIGNMENT)
    before = {student: workspace.submission_digest(student) for student in ("ann", "ben")}
    grant(tiny_course, "ann,tiny,5")
    assert workspace.submission_digest("ann") != before["ann"]
    assert workspace.submission_digest("ben") == before["ben"]


@pytest.mark.parametrize(
    ("seconds", "settings", "penalty"),
    [
        (1, {}, 1.0),
        (DAY, {}, 1.0),
        (DAY + 1, {}, 2.0),
        (30 * DAY, {}, 10.0),
        (30 * DAY, {"most_percent": 50}, 5.0),
        (2 * DAY, {"percent_per_day": 25}, 5.0),
        (600, {"grace_minutes": 10}, None),
        (601, {"grace_minutes": 10}, 1.0),
    ],
)
def test_the_daily_penalty(seconds: float, settings: dict[str, float], penalty: float | None) -> None:
    """Does each day that has begun cost its share of ten points, up to the most, after the grace?"""
    plugin = DailyPenalty(config=Config({"DailyPenalty": settings}))
    assert plugin.late_submission_penalty("ann", 10.0, seconds) == (None if penalty is None else pytest.approx(penalty))


def test_a_changed_file_is_read_anew(tiny_course: Course) -> None:
    """Does a line that is added count, though the file is read once for a class?"""
    grant(tiny_course, "ann,tiny,1")
    assert extra_time(tiny_course, "ann", ASSIGNMENT) == datetime.timedelta(hours=1)
    grant(tiny_course, "ann,tiny,1", "ben,tiny,2")
    assert extra_time(tiny_course, "ben", ASSIGNMENT) == datetime.timedelta(hours=2)


def test_nbgraders_own_route_grants_the_same(tiny_course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does the step in `nbgrader autograde` move the due date of the student in the gradebook?"""
    grant(tiny_course, "ann,tiny,48")
    monkeypatch.chdir(tiny_course.root)
    workspace = Workspace(tiny_course, ASSIGNMENT)
    with workspace.gradebook() as gradebook:
        gradebook.add_assignment(ASSIGNMENT, duedate="2026-03-01 23:00:00 UTC")
        for student in ("ann", "ben"):
            gradebook.add_student(student)
            with gradebook.db.no_autoflush:
                gradebook.add_submission(ASSIGNMENT, student, timestamp="2026-03-03 22:00:00 UTC")
    for student in ("ann", "ben"):
        ours = {"db_url": workspace.db_url, "assignment": ASSIGNMENT, "student": student}
        GrantExtraTime().preprocess(NotebookNode(), {"nbgrader": ours})
    with workspace.gradebook() as gradebook:
        late = {one: gradebook.find_submission(ASSIGNMENT, one).total_seconds_late for one in ("ann", "ben")}
    assert late == {"ann": 0, "ben": 47 * 3600}
