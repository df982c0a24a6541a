"""Read who is in the class from a CSV file: the forms that each LMS exports, or a plain one.

    Canvas      Student, ID, SIS User ID, SIS Login ID, Section, …         the exported gradebook
    Moodle      First name, Last name, ID number, Email address, …         participants, grades
                Identifier, Full name, Email address, Status, Grade, …     an assignment's grading worksheet
    Gradescope  First Name, Last Name, SID, Email, Role                    the exported roster; or Name, …
    GitHub      identifier, github_username, github_id, name               the classroom's roster; or its grades
    plain       id, first_name, last_name, email, lms_user_id              as nbgrader's own importer reads

A student's id is, of what the file has: the plain id; Canvas's SIS Login ID, SIS User ID, ID; Moodle's username or ID
number; Gradescope's SID; GitHub's identifier or user name; else the e-mail address up to the "@".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coursepack.errors import UNREADABLE, CoursepackError
from coursepack.lms.people import id_from, is_usable_id

MAX_BYTES = 32 * 2**20
# What a column is called in lower case, without marks: English, and German where Moodle translates it.
COLUMNS = {
    "student id": "id", "id": "id", "user id": "lms_id", "lms user id": "lms_id", "student": "student",
    "student name": "name", "name": "name", "full name": "name", "vollständiger name": "name",
    "first name": "first", "firstname": "first", "vorname": "first",
    "last name": "last", "lastname": "last", "surname": "last", "nachname": "last",
    "email": "email", "email address": "email", "e mail": "email", "e mail adresse": "email",
    "sis login id": "login", "sis user id": "sis", "section": "section",
    "username": "username", "user name": "username", "login": "username", "anmeldename": "username",
    "id number": "sis", "id nummer": "sis", "matrikelnummer": "sis", "student number": "sis",
    "identifier": "identifier", "teilnehmer in": "identifier",
    "sid": "sid", "role": "role", "roles": "role", "github username": "github", "roster identifier": "identifier",
    "last modified submission": "submitted", "submission timestamp": "submitted", "lms id": "lms_id",
}  # fmt: skip
STAFF = ("teacher", "instructor", "ta", "teaching assistant", "observer", "designer", "reader", "manager")
_PARTICIPANT = re.compile(r"(.*\D)?(\d+)")


@dataclass(frozen=True)
class Student:
    """One student of the class.

    Attributes:
        id: the name of the student's folder.
        first, last: the name; where a file has one name alone, it is `last` or split at its comma.
        email: the e-mail address.
        lms_id: the number that the LMS knows: Canvas's ID.
        login, sis: Canvas's SIS Login ID and SIS User ID; Moodle's ID number.
        section: Canvas's sections.
        identifier: Moodle's "Participant 90211", of one assignment.
        github: the name on GitHub.
        submitted: when an assignment was handed in, as the file says it.
    """

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    lms_id: str = ""
    login: str = ""
    sis: str = ""
    section: str = ""
    identifier: str = ""
    github: str = ""
    submitted: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}".strip()

    @property
    def participant(self) -> str:
        """Moodle's number in the identifier."""
        found = _PARTICIPANT.fullmatch(self.identifier)
        return found[2] if found else ""


@dataclass
class Roster:
    """A class.

    Attributes:
        students: its students.
        columns: the file's own columns.
        identifiers: of an import that was kept: Moodle's identifiers by id. They are of one assignment, which it does
            not name.
        skipped: rows that are no students, or could not be read: what, and why.
        faults: how many of these could not be read.
    """

    students: list[Student] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    identifiers: dict[str, str] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    faults: int = 0


def read_roster(path: Path) -> Roster:
    """Return the class in a CSV file.

    Raises:
        CoursepackError: it cannot be read, or no column tells who a student is.
    """
    rows = _rows(path)
    columns = tuple(name.strip() for name in rows[0]) if rows else ()
    known = {place: kind for place, name in enumerate(columns) if (kind := COLUMNS.get(_plain(name)))}
    if not set(known.values()) & {"id", "student", "name", "first", "email", "identifier", "github", "username", "sid"}:
        remedy = "its first line must name columns such as id, first_name, last_name, email, or be an LMS's own export"
        raise CoursepackError("no column of the roster tells who a student is", where=str(path), remedy=remedy)
    roster = Roster(columns=columns)
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[1:], 2):
        # The first column of a kind counts: Canvas's later ones are assignments.
        fields = {known[place]: text.strip() for place, text in reversed(list(enumerate(row))) if place in known}
        _enter(roster, fields, number, "student" in known.values(), seen)
    return roster


def _enter(roster: Roster, fields: Mapping[str, str], number: int, canvas: bool, seen: dict[str, int]) -> None:
    """Enter one row, or say why not."""
    told = f"line {number}"
    first = fields.get("student", "")
    if not any(fields.values()) or (canvas and not any(fields.get(name) for name in ("student", "id", "login", "sis"))):
        return
    if canvas and first in ("Points Possible", "Student, Test", "Test Student"):
        roster.skipped.append((told, f"“{first}” is no student"))
        return
    roles = {role.strip().casefold() for role in re.split(r"[,;/]", fields.get("role", ""))} - {""}
    if roles and not any("student" in role for role in roles) and roles & set(STAFF):
        roster.skipped.append((told, f"is {fields['role']}, no student"))
        return
    student = _student(fields, canvas)
    if not is_usable_id(student.id):
        why = f"“{student.id}” cannot be the name of a folder" if student.id else "nothing in it can be an id"
    elif student.id in seen:
        why = f"the id {student.id} stands in line {seen[student.id]}, too"
    else:
        seen[student.id] = number
        roster.students.append(student)
        return
    roster.skipped.append((told, why))
    roster.faults += 1


def _student(fields: Mapping[str, str], canvas: bool) -> Student:
    first, last = fields.get("first", ""), fields.get("last", "")
    if not first and not last:
        first, last = _split(fields.get("student", "") if canvas else fields.get("name", ""))
    email, identifier = fields.get("email", ""), fields.get("identifier", "")
    wanted = ["login", "sis", "id"] if canvas else ["id", "username", "login", "sid", "sis"]
    candidates = [fields.get(name, "") for name in wanted]
    if "github" in fields:
        candidates += [identifier if is_usable_id(identifier) and " " not in identifier else "", fields["github"]]
    candidates += [email.partition("@")[0], id_from(f"{first} {last}")]
    return Student(
        next(filter(None, candidates), ""),
        first,
        last,
        email,
        fields.get("id", "") if canvas else fields.get("lms_id", ""),
        fields.get("login", ""),
        fields.get("sid", "") or fields.get("sis", ""),
        fields.get("section", ""),
        identifier,
        fields.get("github", ""),
        fields.get("submitted", ""),
    )


def _split(name: str) -> tuple[str, str]:
    """Return first and last name of "Last, First" or "First Last"."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.strip().rpartition(" ")
    return first, last


def _plain(column: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", column.casefold()).split())


def _rows(path: Path) -> list[list[str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CoursepackError(
            f"the roster cannot be read: {error.strerror}", where=str(path), remedy=UNREADABLE
        ) from error
    if len(content) > MAX_BYTES:
        raise CoursepackError(
            f"the roster has more than {MAX_BYTES // 2**20} MiB",
            where=str(path),
            remedy="is this the class? Export it as a CSV file",
        )
    text = decoded(content)
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=_delimiter(text)) if row]
    except csv.Error as error:
        raise CoursepackError(
            f"the roster is not a CSV file: {error}", where=str(path), remedy="export the class as a CSV file"
        ) from error


def decoded(content: bytes) -> str:
    """Return a table's text: UTF-8, UTF-16 with its mark, or what Windows writes in the West."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def by(students: Iterable[Student], keys: Sequence[str]) -> dict[str, list[Student]]:
    """Return the students by the values of some attributes, in lower case; one may stand under several."""
    found: dict[str, list[Student]] = {}
    for student in students:
        for key in {str(getattr(student, name)).casefold() for name in keys} - {""}:
            found.setdefault(key, []).append(student)
    return found
