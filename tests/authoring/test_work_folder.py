"""Does a student's work folder get what is new, and lose nothing?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, make_tiny_course

from coursepack.authoring.work_folder import RECORD, bring_up_to_date
from coursepack.course import Course
from coursepack.errors import CoursepackError

NOTEBOOK = f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = make_tiny_course(tmp_path / "course")
    release(made, NOTEBOOK, "version 1")
    release(made, f"{ASSIGNMENT}/table.csv", "1,2")
    release(made, f"{ASSIGNMENT}/data/downloaded.bin", "large")
    return made


def release(course: Course, name: str, text: str) -> None:
    path = course.root / "release" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_are_copies_made_once(course: Course, tmp_path: Path) -> None:
    first, again = (bring_up_to_date(course, tmp_path / "work") for _ in range(2))
    assert set(first.added) == {NOTEBOOK, f"{ASSIGNMENT}/table.csv"}
    assert (again.added, again.outdated) == ((), ())
    assert not (tmp_path / "work" / ASSIGNMENT / "data").exists()


def test_is_a_students_work_kept_and_a_newer_version_told_until_it_is_taken(course: Course, tmp_path: Path) -> None:
    mine = tmp_path / "work" / NOTEBOOK
    bring_up_to_date(course, tmp_path / "work")
    mine.write_text("my answers", encoding="utf-8")
    assert bring_up_to_date(course, tmp_path / "work").outdated == ()
    release(course, NOTEBOOK, "version 2")
    for _ in range(2):
        assert bring_up_to_date(course, tmp_path / "work").outdated == (NOTEBOOK,)
        assert mine.read_text(encoding="utf-8") == "my answers"
    mine.rename(mine.with_name("mine.ipynb"))
    assert bring_up_to_date(course, tmp_path / "work").added == (NOTEBOOK,)
    assert mine.read_text(encoding="utf-8") == "version 2"
    assert mine.with_name("mine.ipynb").read_text(encoding="utf-8") == "my answers"


@pytest.mark.parametrize("record", [None, "{", "[1]", "{}"])
def test_is_nothing_overwritten_without_a_sound_record(course: Course, tmp_path: Path, record: str | None) -> None:
    mine = tmp_path / "work" / NOTEBOOK
    mine.parent.mkdir(parents=True)
    mine.write_text("my answers", encoding="utf-8")
    if record is not None:
        (tmp_path / "work" / RECORD).write_text(record, encoding="utf-8")
    assert bring_up_to_date(course, tmp_path / "work").outdated == (NOTEBOOK,)
    assert mine.read_text(encoding="utf-8") == "my answers"


def test_is_a_link_of_the_students_not_written_through(course: Course, tmp_path: Path) -> None:
    mine = tmp_path / "work" / NOTEBOOK
    mine.parent.mkdir(parents=True)
    mine.symlink_to(tmp_path / "not there")
    bring_up_to_date(course, tmp_path / "work")
    assert mine.is_symlink() and not (tmp_path / "not there").exists()


def test_is_a_course_without_releases_one_error(tmp_path: Path) -> None:
    with pytest.raises(CoursepackError, match="there is no student version"):
        bring_up_to_date(make_tiny_course(tmp_path / "course"), tmp_path / "work")
    assert not (tmp_path / "work").exists()
