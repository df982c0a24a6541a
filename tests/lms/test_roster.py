"""Is a class read from whatever an LMS exports, and put into the gradebook without losing what is there?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mangled_downloads import write_roster
from tiny_course import tiny_course

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.gradebook import course_directory, open_gradebook
from coursepack.lms.class_list import import_roster, stored_roster
from coursepack.lms.file_names import Owner
from coursepack.lms.match import People, UnknownPersonError
from coursepack.lms.people import is_usable_id
from coursepack.lms.roster import Roster, Student, read_roster

__all__ = ["tiny_course"]


def roster_of(tmp_path: Path, text: str, encoding: str = "utf-8") -> Roster:
    """Read a roster from text."""
    (tmp_path / "roster.csv").write_bytes(text.encode(encoding))
    return read_roster(tmp_path / "roster.csv")


def test_canvas_gradebook(tmp_path: Path) -> None:
    """Are students, ids and sections read, and the lines that are no students told?"""
    found = read_roster(write_roster(tmp_path / "roster.csv"))
    assert [student.id for student in found.students] == ["ann", "ben", "celik", "dora", "eve", "joerg"]
    assert found.students[2] == Student("celik", "Çelik", "Ünal", "", "5523", "celik", "s03", "B")
    assert [row for row, _ in found.skipped] == ["line 2", "line 9"]
    assert (found.faults, found.columns[5]) == (0, "tiny (4711)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'First name,Last name,ID number,Email address\nAnn,Archer,s01,ann@uni.edu\n',
            Student("s01", "Ann", "Archer", "ann@uni.edu", sis="s01"),
        ),
        (
            'Identifier,Full name,Email address,Status,Grade,Last modified (submission)\n'
            'Participant 90211,Ann Archer,ann@uni.edu,Submitted,,"Thursday, 5 March 2026, 11:59 PM"\n',
            Student(
                "ann", "Ann", "Archer", "ann@uni.edu", identifier="Participant 90211",
                submitted="Thursday, 5 March 2026, 11:59 PM",
            ),
        ),
        ("Name,SID,Email,Role\nAnn Archer,s01,ann@uni.edu,Student\nT,,t@uni.edu,Instructor\n",
         Student("s01", "Ann", "Archer", "ann@uni.edu", sis="s01")),
        ("identifier,github_username,github_id,name\nAnn Archer,ann-a,77,Ann Archer\n",
         Student("ann-a", "Ann", "Archer", identifier="Ann Archer", github="ann-a")),
        ("id;first_name;last_name;email;lms_user_id\nann;Ann;Archer;ann@uni.edu;5521\n",
         Student("ann", "Ann", "Archer", "ann@uni.edu", "5521")),
        ("Vorname,Nachname,Matrikelnummer,E-Mail-Adresse\nJörg,Große,123,jg@uni.de\n",
         Student("123", "Jörg", "Große", "jg@uni.de", sis="123")),
    ],
)  # fmt: skip
def test_other_rosters(tmp_path: Path, text: str, expected: Student) -> None:
    """Are Moodle's two, Gradescope's, GitHub's and plain rosters read?"""
    assert roster_of(tmp_path, text).students == [expected]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """Are umlauts read as Excel, Windows and everybody else writes them?"""
    found = roster_of(tmp_path, "id,name\njg,Jörg Große\n", encoding)
    assert found.students[0].name == "Jörg Große"


def test_bad_rows_are_told(tmp_path: Path) -> None:
    """Is a row without a usable id, or with one that is taken, told as a fault, and the rest read?"""
    found = roster_of(tmp_path, "id,name\nann,Ann\n../x,Eve\nann,Ben\n,\n")
    assert [student.id for student in found.students] == ["ann"]
    assert (found.faults, [row for row, _ in found.skipped]) == (2, ["line 3", "line 4"])
    with pytest.raises(CoursepackError, match="no column"):
        roster_of(tmp_path, "colour,size\nred,4\n")
    with pytest.raises(CoursepackError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_breaks_the_reader(tmp_path: Path, content: bytes) -> None:
    """Does any file end in usable students or in one message?"""
    (tmp_path / "roster.csv").write_bytes(b"id,name,email\n" + content)
    try:
        found = read_roster(tmp_path / "roster.csv")
    except CoursepackError:
        return
    assert all(is_usable_id(student.id) for student in found.students)


CLASS = [
    Student("ann", "Ann", "Archer", "ann@uni.edu", "5521", identifier="Participant 7", github="ann-a"),
    Student("joerg", "Jörg", "Große", lms_id="5526"),
    Student("eva1", "Eva", "Twin"),
    Student("eva2", "Eva", "Twin"),
]


@pytest.mark.parametrize(
    ("kind", "owner", "student"),
    [
        ("canvas", Owner("somebodyelse", "5521"), "ann"),
        ("canvas", Owner("großejörg", "1"), "joerg"),
        ("moodle", Owner("Nobody", "7"), "ann"),
        ("moodle", Owner("Jo\u0308rg Große", "8"), "joerg"),
        ("moodle", Owner("Group A-Ann Archer", "9"), "ann"),
        ("google", Owner("Joerg Grosse"), "joerg"),
        ("github", Owner(user="ANN-A"), "ann"),
        ("gradescope", Owner("X", email="ANN@uni.edu"), "ann"),
        ("folder", Owner(user="joerg"), "joerg"),
    ],
)
def test_people_are_found(kind: str, owner: Owner, student: str) -> None:
    """Is a person found by number, account, and name in whatever spelling?"""
    assert People(kind, CLASS).find(owner).id == student


def test_people_who_are_not_clear() -> None:
    """Are two of one name, and nobody, told and not guessed?"""
    people = People("moodle", CLASS)
    with pytest.raises(UnknownPersonError, match="eva1, eva2"):
        people.find(Owner("Eva Twin", "1"))
    with pytest.raises(UnknownPersonError, match="not in the roster"):
        people.find(Owner("Bob", "2"))
    alone = People("moodle", [])
    assert alone.find(Owner("Eva Twin", "1")).id == "eva-twin"
    assert alone.find(Owner("Eva Twin", "1")).id == "eva-twin"
    with pytest.raises(UnknownPersonError, match="two people"):
        alone.find(Owner("Eva Twin", "2"))


def test_importing_twice(tiny_course: Course, tmp_path: Path) -> None:
    """Are students entered once, changed where the roster says so, and kept where it says nothing?"""
    first = import_roster(tiny_course, read_roster(write_roster(tmp_path / "roster.csv")))
    again = import_roster(tiny_course, read_roster(tmp_path / "roster.csv"))
    assert (len(first.new), again.new, again.changed, len(again.same)) == (6, (), (), 6)
    changed = import_roster(tiny_course, roster_of(tmp_path, "id,email\nann,ann@uni.edu\n"))
    assert changed.changed == ("ann",)
    with open_gradebook(course_directory(tiny_course)) as gradebook:
        ann = gradebook.find_student("ann")
        assert (ann.first_name, ann.email, ann.lms_user_id) == ("Ann", "ann@uni.edu", "5521")
    kept = {student.id: student for student in stored_roster(tiny_course).students}
    assert (kept["ann"].sis, kept["ann"].email, len(kept)) == ("s01", "ann@uni.edu", 6)


def test_identifiers_are_kept_beside_the_class(tiny_course: Course, tmp_path: Path) -> None:
    """Do a worksheet's identifiers stay until the next worksheet, and out of what recognises people?"""
    import_roster(
        tiny_course, roster_of(tmp_path, "Identifier,Full name,Email address\nParticipant 7,Gil,gil@uni.edu\n")
    )
    import_roster(tiny_course, roster_of(tmp_path, "id,email\nann,ann@uni.edu\n"))
    kept = stored_roster(tiny_course)
    assert kept.identifiers == {"gil": "Participant 7"}
    assert [student.identifier for student in kept.students] == ["", ""]
