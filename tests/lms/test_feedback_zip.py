"""Does feedback go back under the names that each LMS finds its students by, and is nobody left out in silence?"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from mangled_downloads import RIGHT, canvas, moodle, text_of, write_roster, write_zip
from tiny_course import ASSIGNMENT, tiny_course

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.lms.collect import CollectOptions, collect
from coursepack.lms.feedback_zip import write_feedback
from coursepack.lms.file_names import read_canvas, read_moodle
from coursepack.lms.roster import read_roster

__all__ = ["tiny_course"]


def feed_back(course: Course, *students: str) -> None:
    """Write a feedback page for each student, as nbgrader lays them out."""
    for student in students:
        folder = course.root / "feedback" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / f"{ASSIGNMENT}.html").write_text(f"<p>{student}</p>", encoding="utf-8")


@pytest.fixture
def both(tiny_course: Course, tmp_path: Path) -> Course:
    """A class that handed in on Moodle and, later, on Canvas."""
    students = tuple(read_roster(write_roster(tmp_path / "roster.csv")).students)
    for source in (moodle(tmp_path / "moodle.zip"), canvas(tmp_path / "canvas.zip")):
        collect(tiny_course, ASSIGNMENT, source, CollectOptions(roster=students))
    return tiny_course


def read_zip(path: Path) -> dict[str, str]:
    """Return a zip file's files."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_canvas(both: Course, tmp_path: Path) -> None:
    """Are user and attachment in each name as Canvas gave them, with the page of that student behind it?"""
    feed_back(both, "ann", "ben", "celik", "dora", "eve", "joerg")
    done = write_feedback(both, ASSIGNMENT, "canvas", tmp_path / "out" / "c.zip")
    assert read_zip(tmp_path / "out" / "c.zip") == {
        "archerann_5521_78123_tiny.html": "<p>ann</p>",
        "bakerben_LATE_5522_78130_tiny.html": "<p>ben</p>",
        "ünalçelik_5523_78150_tiny.html": "<p>celik</p>",
        "großejörg_5526_78140_tiny.html": "<p>joerg</p>",
    }
    assert done.left_out == (("dora", "not collected from Canvas"), ("eve", "not collected from Canvas"))


def test_moodle(both: Course, tmp_path: Path) -> None:
    """Is each page in the folder of that student's download, with the last "_" of older versions of Moodle?"""
    feed_back(both, "ann", "ben", "celik", "dora", "joerg")
    done = write_feedback(both, ASSIGNMENT, "moodle", tmp_path / "m.zip")
    found = read_zip(tmp_path / "m.zip")
    folder = "assignsubmission_file"
    people = ("Ann Archer_90211", "Çelik Ünal_90213", "Dora Dent_90214", "Jörg Große_90216")
    assert set(found) == {f"Ben Baker_90212_{folder}_/tiny.html", *(f"{name}_{folder}/tiny.html" for name in people)}
    assert found[f"Jörg Große_90216_{folder}/tiny.html"] == "<p>joerg</p>"
    assert done.left_out == (("eve", "there is no feedback page"),)


def test_what_goes_back_is_read_as_it_came(both: Course, tmp_path: Path) -> None:
    """Do our own readers, which follow the LMSs', find the same people in the names that go back?"""
    feed_back(both, "ann", "joerg")
    write_feedback(both, ASSIGNMENT, "canvas", tmp_path / "c.zip")
    write_feedback(both, ASSIGNMENT, "moodle", tmp_path / "m.zip")
    from_canvas = [read_canvas(name) for name in read_zip(tmp_path / "c.zip")]
    from_moodle = [read_moodle(name) for name in read_zip(tmp_path / "m.zip")]
    assert [(one.owner.number, one.attachment) for one in from_canvas if one] == [("5521", 78123), ("5526", 78140)]
    assert [one.owner.number for one in from_moodle if one] == ["90211", "90216"]


def test_what_cannot_go_back_is_told(tiny_course: Course, tmp_path: Path) -> None:
    """Are missing feedback, hand-ins of another origin, and a wrong format told with what to do?"""
    source = write_zip(tmp_path / "g.zip", [("Ann Archer - tiny.ipynb", text_of(RIGHT))])
    collect(tiny_course, ASSIGNMENT, source, CollectOptions())
    with pytest.raises(CoursepackError, match="no feedback on tiny"):
        write_feedback(tiny_course, ASSIGNMENT, "moodle", tmp_path / "m.zip")
    feed_back(tiny_course, "ann-archer")
    with pytest.raises(CoursepackError, match="no hand-in of tiny is known to come from Moodle"):
        write_feedback(tiny_course, ASSIGNMENT, "moodle", tmp_path / "m.zip")
    with pytest.raises(CoursepackError, match="no format “pdf”"):
        write_feedback(tiny_course, ASSIGNMENT, "pdf", tmp_path / "m.zip")
    assert not (tmp_path / "m.zip").exists()
