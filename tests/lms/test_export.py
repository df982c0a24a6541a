"""Do exported marks say what the gradebook says, in the columns that an importer reads, and is no missing mark a 0?"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from coursepack.errors import CoursepackError
from coursepack.grading.results import CellResult, CellStatus, SubmissionResult
from coursepack.lms.collected import Origin
from coursepack.lms.export import FORMATS, write_marks
from coursepack.lms.marks import ClassMarks, Marks
from coursepack.lms.roster import Student

EVIL = '=HYPERLINK("http://x")'


def result(student: str, first: float, second: float | None = 2.0, **options: object) -> SubmissionResult:
    """Return a result of two cells; the second waits for the marker if it has no points."""
    waiting = second is None
    cells = (
        CellResult(
            "a", first, 3.0, CellStatus.PASSED if first == 3 else CellStatus.FAILED, "" if first == 3 else "no\x00"
        ),
        CellResult("b", second or 0.0, 2.0, CellStatus.TO_MARK if waiting else CellStatus.PASSED),
        CellResult("seen", 0.0, 0.0, CellStatus.PASSED),
    )
    return SubmissionResult(student, "ps1", cells, **options)  # type: ignore[arg-type]


@pytest.fixture
def found() -> ClassMarks:
    """A class with each kind of mark, and none."""
    results = [
        result("ann", 3.0),
        result("ben", 2.2500001, penalty=1.0, late_by=90.0),
        result("cat", 3.0, None),
        result("dan", 0.0, 0.0, problem="it is not JSON"),
        SubmissionResult("eve", "ps1", result("eve", 0, 0).cells, submitted=False),
        result("zero", 0.0, 0.0),
    ]
    students = [
        Student("ann", "Ann", "Archer", "ann@uni.edu", "5521", "login", "s01", "A"),
        Student("ben", EVIL, "Baker", "@ben"),
        *(Student(name) for name in ("cat", "dan", "eve", "zero")),
    ]
    origins = {"ann": {"moodle": Origin("moodle", number="90211"), "canvas": Origin("canvas", number="5521")}}
    marks = Marks("ps1", {one.student: one for one in results}, origins)
    return ClassMarks(tuple(students), (marks,), ("Student", "ID", "PS1 (4711)", "ps10 (4712)"))


def rows(found: ClassMarks, name: str, tmp_path: Path) -> list[list[str]]:
    """Return the rows of a CSV format."""
    write_marks(found, name, tmp_path / "out.csv")
    return list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8-sig"))))


def test_canvas(found: ClassMarks, tmp_path: Path) -> None:
    """Are Canvas's columns there, called as Canvas calls them, and are missing marks empty?"""
    table = rows(found, "canvas", tmp_path)
    assert table[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "PS1 (4711)"]
    assert table[1] == ["    Points Possible", "", "", "", "", "5"]
    assert table[2] == ["Archer, Ann", "5521", "s01", "login", "A", "5"]
    assert [row[-1] for row in table[2:]] == ["5", "3.2500001", "", "", "", "0"]
    assert not (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("Student", "ps1 (4711)", "Numbers (4712)"), "ps1 (4711)"),
        (("Student", "Numbers in  sets (4712)", "Numbers (4713)"), "Numbers in  sets (4712)"),
        (("Student", "numbers_in_sets"), "numbers_in_sets"),
        (("Student", "Numbers (4713)", "Points (2)"), ""),
        (("id", "email"), ""),
    ],
)
def test_the_column_of_canvas(found: ClassMarks, tmp_path: Path, columns: tuple[str, ...], expected: str) -> None:
    """Is it found by the assignment's name or the notebook's title, and is it told when there is none?"""
    marks = replace(found.assignments[0], title="Numbers in sets")
    found = replace(found, assignments=(marks,), columns=columns)
    assert rows(found, "canvas", tmp_path)[0][-1] == (expected or "ps1")
    told = [line for line in write_marks(found, "canvas", tmp_path / "c.csv") if "NEW assignment" in line]
    assert len(told) == (not expected)
    if told and "Student" in columns:
        assert "none called “ps1”, or “Numbers in sets”, but: “Numbers (4713)”, “Points (2)”" in told[0]
    assert not [line for line in write_marks(found, "moodle", tmp_path / "m.csv") if "NEW" in line]


def test_moodle(found: ClassMarks, tmp_path: Path) -> None:
    """Are the three columns there that Moodle's importer insists on, and one assignment only?"""
    table = rows(found, "moodle", tmp_path)
    head = dict(zip(table[0], table[1], strict=True))
    assert head["Identifier"] == "Participant 90211"
    assert (head["Grade"], head["Maximum Grade"], head["Last modified (grade)"]) == ("5", "5", "-")
    assert [row[table[0].index("Grade")] for row in table[1:]] == ["5", "3.2500001", "", "", "", "0"]
    two = ClassMarks(found.students, (*found.assignments, Marks("ps2", {})))
    with pytest.raises(CoursepackError, match="one assignment at a time"):
        write_marks(two, "moodle", tmp_path / "two.csv")
    assert not (tmp_path / "two.csv").exists()


@pytest.mark.parametrize(
    ("imported", "expected"),
    [
        ({"ann": "Teilnehmer/in90211", "eve": "Teilnehmer/in90215"}, ["Teilnehmer/in90211", "Teilnehmer/in90215"]),
        ({"ann": "Participant 70001", "eve": "Participant 70005"}, ["Participant 90211", ""]),
        ({"eve": "Participant 70005"}, ["Participant 90211", ""]),
    ],
)
def test_moodle_identifiers(found: ClassMarks, tmp_path: Path, imported: dict[str, str], expected: list[str]) -> None:
    """Has who did not hand in the identifier of this assignment's worksheet, and none of another assignment's?"""
    table = rows(replace(found, identifiers=imported), "moodle", tmp_path)
    assert [row[0] for row in table[1:]] == [expected[0], "", "", "", expected[1], ""]


def test_plain(found: ClassMarks, tmp_path: Path) -> None:
    """Does the plain table say the penalty, the lateness and the status, too?"""
    table = rows(found, "csv", tmp_path)
    by_student = {row[1]: dict(zip(table[0], row, strict=True)) for row in table[1:]}
    assert by_student["ben"]["late_penalty"] == "1" and by_student["ben"]["late_seconds"] == "90"
    assert [one["score"] for one in by_student.values()] == ["5", "3.2500001", "", "", "", "0"]
    assert by_student["cat"]["status"] == "waiting for the marker"


@pytest.mark.parametrize("name", ["csv", "canvas", "moodle"])
def test_no_cell_is_a_formula(found: ClassMarks, tmp_path: Path, name: str) -> None:
    """Is what a spreadsheet would run shown as text?"""
    cells = [cell for row in rows(found, name, tmp_path) for cell in row]
    assert any(EVIL in cell for cell in cells)
    assert not [cell for cell in cells if cell != "-" and cell.startswith(("=", "+", "-", "@"))]


def test_the_summary(found: ClassMarks, tmp_path: Path) -> None:
    """Are students without a mark told by name and reason, and those whom the LMS cannot find?"""
    told = write_marks(found, "canvas", tmp_path / "c.csv")
    assert told[0] == (
        "ps1: 3 marks of at most 5; 1 empty, waiting for the marker (cat); 1 empty, not graded (dan); "
        "1 empty, not handed in (eve)"
    )
    assert told[1].startswith("5 students have no Canvas ID")
    assert "4 students have neither" in write_marks(found, "moodle", tmp_path / "m.csv")[1]


def test_json(found: ClassMarks, tmp_path: Path) -> None:
    """Is a missing mark null in JSON, also of a cell?"""
    write_marks(found, "json", tmp_path / "m.json")
    content = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))["assignments"][0]
    by_student = {one["student"]: one for one in content["submissions"]}
    assert [one["score"] for one in by_student.values()] == [5.0, 3.2500001, None, None, None, 0.0]
    assert [cell["points"] for cell in by_student["cat"]["cells"]] == [3.0, None, 0.0]
    assert by_student["dan"]["why_none"] == "not graded"


def test_junit(found: ClassMarks, tmp_path: Path) -> None:
    """Is it XML whatever a message holds, and is a cell that waits skipped and not failed?"""
    write_marks(found, "junit", tmp_path / "m.xml")
    suites = {suite.attrib["name"]: suite for suite in ElementTree.parse(tmp_path / "m.xml").getroot()}
    assert suites["ps1.ann"].attrib == {
        "name": "ps1.ann", "tests": "2", "failures": "0", "errors": "0", "skipped": "0",
    }  # fmt: skip
    assert suites["ps1.cat"].attrib["skipped"] == "1" and suites["ps1.cat"].attrib["failures"] == "0"
    assert suites["ps1.ben"].find("testcase/failure").text == "no"  # type: ignore[union-attr]


def test_gradescope(found: ClassMarks, tmp_path: Path) -> None:
    """Has each submission with a mark, and no other, a results.json whose numbers fit?"""
    write_marks(found, "gradescope", tmp_path / "m.zip")
    with zipfile.ZipFile(tmp_path / "m.zip") as archive:
        assert archive.namelist() == [f"ps1/{name}/results.json" for name in ("ann", "ben", "zero")]
        content = json.loads(archive.read("ps1/ben/results.json"))
    assert content["score"] == 3.2500001
    assert [test["name"] for test in content["tests"]] == ["a", "b"]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_marks_make_the_same_file(found: ClassMarks, tmp_path: Path, name: str) -> None:
    """Is an export reproducible?"""
    write_marks(found, name, tmp_path / "one")
    write_marks(found, name, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_wrong_formats_and_places(found: ClassMarks, tmp_path: Path) -> None:
    """Are an unknown format, and a file that cannot be written, told?"""
    with pytest.raises(CoursepackError, match="no format “xlsx”"):
        write_marks(found, "xlsx", tmp_path / "m")
    (tmp_path / "file").write_text("x", encoding="ascii")
    with pytest.raises(CoursepackError, match="cannot be written"):
        write_marks(found, "csv", tmp_path / "file" / "m.csv")
