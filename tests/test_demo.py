"""Does the demo go all the way, and does it throw away only what it made?"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, make_tiny_course

from coursepack.authoring.sample_class import DEMO_MARKER
from coursepack.course import Course
from coursepack.demo import fresh_course, run_demo
from coursepack.errors import CoursepackError


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_tiny_course(tmp_path / "course")


@pytest.mark.long
def test_demo_goes_from_source_to_report(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_demo(course, ASSIGNMENT, jobs=2, timeout=5) == 0
    demo = course.root / "demo"
    printed = capsys.readouterr().out
    for opened in (demo / "reports" / "tiny.html", demo / "release" / "tiny" / "tiny.ipynb"):
        assert opened.is_file()
        assert str(opened) in printed
    assert "coursepack lab" in printed
    with (demo / "reports" / "tiny.csv").open(encoding="utf-8-sig", newline="") as stream:
        scores = {row["name"]: (row["score"], row["status"]) for row in csv.DictReader(stream)}
    assert scores["Ada Nakamura (sample)"] == ("5", "graded")
    assert scores["Kofi Brandt (sample)"] == ("0", "graded")
    assert scores["Leila Marchetti (sample)"] == ("", "not graded")
    assert not (course.root / "gradebook.db").exists()
    assert not (course.root / "submitted").exists()


def test_earlier_demo_is_replaced(course: Course) -> None:
    left = fresh_course(course).root / "left over"
    left.touch()
    assert (fresh_course(course).root / DEMO_MARKER).is_file()
    assert not left.exists()


def test_folder_of_somebody_else_is_kept(course: Course) -> None:
    mine = course.root / "demo" / "thesis.txt"
    mine.parent.mkdir()
    mine.touch()
    with pytest.raises(CoursepackError, match="not made by the demo"):
        fresh_course(course)
    assert mine.is_file()


def test_unknown_assignment_makes_no_folder(course: Course) -> None:
    with pytest.raises(CoursepackError, match="there is no assignment “ps9”"):
        run_demo(course, "ps9", jobs=1, timeout=5)
    assert not (course.root / "demo").exists()
