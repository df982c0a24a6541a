"""Marks as CSV files: a plain one, and those that Canvas and Moodle import.

Canvas reads `Student, ID, SIS User ID, SIS Login ID, Section`, then a column for each assignment, which is called as in
Canvas; the line below the head says the points possible. Moodle's grading worksheet needs `Identifier`, `Grade` and
`Last modified (grade)` (`mod/assign/feedback/offline/importgradeslib.php`); its import of grades finds students by
`Email address` or `ID number`. An empty cell is no mark, never 0.
"""

from __future__ import annotations

import re

from coursepack.errors import CoursepackError
from coursepack.grading.results import SubmissionResult
from coursepack.lms.csv_text import as_csv
from coursepack.lms.marks import ClassMarks, Marks, points
from coursepack.lms.roster import Student

CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
# Canvas itself indents these words.
POINTS_POSSIBLE = "    Points Possible"
MOODLE = ["Identifier", "Full name", "ID number", "Email address", "Grade", "Maximum Grade", "Last modified (grade)"]
# What Canvas puts behind an assignment's name.
_NUMBER = re.compile(r" \(\d+\)$")
PLAIN = ["assignment", "student", "last_name", "first_name", "email", "lms_user_id", "score", "max_score"]


def plain_csv(found: ClassMarks) -> str:
    """Return a row for each student and assignment."""
    rows = [[*PLAIN, "late_penalty", "late_seconds", "status"]]
    for marks in found.assignments:
        for one in found.students:
            result = marks.results.get(one.id)
            person = [marks.assignment, one.id, one.last, one.first, one.email, one.lms_id]
            mark = [points(marks.score(one.id)), points(marks.max_score)]
            late = [points(result.penalty), _late_seconds(result)] if result and mark[0] else ["", ""]
            rows.append([*person, *mark, *late, str(result.status) if result else "no submission"])
    return as_csv(rows)


def _late_seconds(result: SubmissionResult) -> str:
    return "" if result.time_unknown else f"{result.late_by:.0f}"


def canvas_csv(found: ClassMarks) -> str:
    """Return the marks as Canvas imports them."""
    columns = [canvas_column(marks, found.columns) or marks.assignment for marks in found.assignments]
    possible = [points(marks.max_score) for marks in found.assignments]
    rows = [[*CANVAS, *columns], [POINTS_POSSIBLE, "", "", "", "", *possible]]
    for one in found.students:
        person = [sortable(one), one.lms_id, one.sis, one.login or one.id, one.section]
        rows.append([*person, *(points(marks.score(one.id)) for marks in found.assignments)])
    return as_csv(rows)


def canvas_column(marks: Marks, columns: tuple[str, ...]) -> str:
    """Return what Canvas calls an assignment, as the imported gradebook has it: "week1 (4711)"; empty if it has none.

    Canvas's name is the assignment's, or else the title of its notebook. Capitals do not matter, and an underscore is
    a space.
    """
    for name in (marks.assignment, marks.title):
        for column in columns:
            if name and _plain(name) in (_plain(column), _plain(_NUMBER.sub("", column))):
                return column
    return ""


def canvas_columns(columns: tuple[str, ...]) -> list[str]:
    """Return the columns of Canvas's assignments among those of an imported gradebook."""
    return [column for column in columns if _NUMBER.search(column)]


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())


def sortable(student: Student) -> str:
    """Return a name as "Last, First"; the id if no name is known."""
    return ", ".join(part for part in (student.last, student.first) if part) or student.id


def moodle_csv(found: ClassMarks) -> str:
    """Return the marks of one assignment as Moodle imports them.

    Raises:
        CoursepackError: there are several assignments; a worksheet is of one.
    """
    if len(found.assignments) != 1:
        names = ", ".join(marks.assignment for marks in found.assignments)
        remedy = "name one assignment, and export the others to files of their own"
        raise CoursepackError("Moodle imports the marks of one assignment at a time", where=names, remedy=remedy)
    marks = found.assignments[0]
    rows, identifiers = [MOODLE], found.moodle_identifiers(marks)
    for one in found.students:
        person = [identifiers.get(one.id, ""), one.name, one.sis, one.email]
        rows.append([*person, points(marks.score(one.id)), points(marks.max_score), "-"])
    return as_csv(rows)
