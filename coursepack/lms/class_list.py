"""Import a roster: its students go into nbgrader's gradebook, the rest of what an LMS knows beside it.

`.coursepack/lms/roster.json` keeps what the gradebook has no place for (Canvas's SIS ids and sections, names on
GitHub, the columns of Canvas's assignments): `collect` and `export` read it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.gradebook import course_directory, open_gradebook
from coursepack.lms.roster import Roster, Student
from coursepack.whole_file import write_whole

# Of one assignment, not of the class.
PASSING = {"submitted": "", "identifier": ""}


@dataclass(frozen=True)
class Imported:
    """What an import changed: students' ids."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]


def import_roster(course: Course, roster: Roster) -> Imported:
    """Enter a class's students into the gradebook; what the roster does not say stays as it is.

    Raises:
        CoursepackError: the gradebook cannot be opened.
    """
    new: list[str] = []
    changed: list[str] = []
    same: list[str] = []
    with open_gradebook(course_directory(course)) as gradebook:
        for student in roster.students:
            try:
                before = _entry(gradebook.find_student(student.id))
            except MissingEntry:
                before = None
            wanted = {name: value for name, value in _said(student).items() if value}
            if before is not None and before == {**before, **wanted}:
                same.append(student.id)
                continue
            (new if before is None else changed).append(student.id)
            gradebook.update_or_create_student(student.id, **wanted)
    _store(course, roster)
    return Imported(tuple(new), tuple(changed), tuple(same))


def stored_roster(course: Course) -> Roster:
    """Return the class that was imported last; an empty one if there is none.

    Raises:
        CoursepackError: the file is damaged.
    """
    path = _path(course)
    if not path.is_file():
        return Roster()
    known = {each.name for each in fields(Student)}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        students = [
            Student(**{name: value for name, value in one.items() if name in known}) for one in content["students"]
        ]
        return Roster(students, tuple(content["columns"]), dict(content.get("identifiers", {})))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        remedy = "repeat `coursepack roster` with your CSV file"
        raise CoursepackError("the imported roster cannot be read", where=str(path), remedy=remedy) from error


def _store(course: Course, roster: Roster) -> None:
    """Keep the class; students of earlier imports stay."""
    kept = {student.id: student for student in stored_roster(course).students}
    for student in roster.students:
        earlier = asdict(kept.get(student.id, student))
        said = {name: value for name, value in asdict(student).items() if value}
        kept[student.id] = Student(**{**earlier, **said})
    students = [asdict(replace(kept[name], **PASSING)) for name in sorted(kept)]
    columns = roster.columns or stored_roster(course).columns
    identifiers = {student.id: student.identifier for student in roster.students if student.identifier}
    identifiers = identifiers or stored_roster(course).identifiers
    entries = {"columns": columns, "identifiers": identifiers, "students": students}
    write_whole(_path(course), json.dumps(entries, indent=1, ensure_ascii=False))


def _path(course: Course) -> Path:
    return course.root / ".coursepack" / "lms" / "roster.json"


def _said(student: Student) -> dict[str, str]:
    return {
        "first_name": student.first,
        "last_name": student.last,
        "email": student.email,
        "lms_user_id": student.lms_id,
    }


def _entry(found: Any) -> dict[str, str]:
    names = ("first_name", "last_name", "email", "lms_user_id")
    return {name: getattr(found, name) or "" for name in names}
