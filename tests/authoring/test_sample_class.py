"""Is the sample class complete, the same every time, and careful with what it did not write?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course

from coursepack.authoring.sample_class import ENDLESS_LOOP, submissions, write_sample_class
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.gradebook import course_directory, open_gradebook
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import solved_notebook


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_tiny_course(tmp_path / "course")


def files(course: Course) -> dict[str, bytes]:
    paths = (course.root / "submitted").rglob("*")
    return {path.relative_to(course.root).as_posix(): path.read_bytes() for path in paths if path.is_file()}


def sources(text: str) -> dict[str, str]:
    return {cell["id"]: "".join(cell["source"]) for cell in json.loads(text)["cells"]}


def test_every_sort_of_submission_is_there(course: Course) -> None:
    source = read_notebook(course.notebook("source", ASSIGNMENT))
    found = list(submissions(course, ASSIGNMENT, source))
    assert len(found) >= 12
    solved = {cell.id: cell.source for cell in solved_notebook(source).cells}
    by_about = {submission.about.split(":")[0]: submission for submission in found}
    assert sources(by_about["perfect"].content) == solved
    assert sources(by_about["perfect in another style"].content) != solved
    assert "number**2" in "".join(s.content for s in found if s.about.startswith("mistaken: Squares"))
    half = sources(by_about["half done"].content)
    assert half["double"] == solved["double"]
    assert "NotImplementedError" in half["treble"]
    assert "NotImplementedError" in sources(by_about["untouched"].content)["double"]
    assert sources(by_about["an endless loop"].content)["double"].startswith(ENDLESS_LOOP)
    with pytest.raises(json.JSONDecodeError):
        json.loads(by_about["not valid JSON"].content)
    assert [submission.about for submission in found if submission.late] == ["late"]


def test_no_hidden_test_is_handed_in(course: Course) -> None:
    write_sample_class(course, ASSIGNMENT)
    assert not [name for name, content in files(course).items() if b"double(21)" in content]


def test_writing_twice_gives_the_same_files(course: Course) -> None:
    write_sample_class(course, ASSIGNMENT)
    first = files(course)
    write_sample_class(course, ASSIGNMENT)
    assert files(course) == first
    assert len([name for name in first if name.endswith(".ipynb")]) >= 12


def test_gradebook_knows_names_and_due_date(course: Course) -> None:
    write_sample_class(course, ASSIGNMENT)
    with open_gradebook(course_directory(course)) as gradebook:
        assert gradebook.find_student("ada-n").last_name == "Nakamura"
        due = gradebook.find_assignment(ASSIGNMENT).duedate
    stamps = [path.read_text().strip() for path in course.root.glob("submitted/*/*/timestamp.txt")]
    assert sum(stamp > f"{due:%Y-%m-%d %H:%M:%S}" for stamp in stamps) == 1


def test_due_date_of_the_instructor_stays(course: Course) -> None:
    with open_gradebook(course_directory(course)) as gradebook:
        gradebook.add_assignment(ASSIGNMENT, duedate="2030-05-06 12:00:00 UTC")
    write_sample_class(course, ASSIGNMENT)
    with open_gradebook(course_directory(course)) as gradebook:
        assert gradebook.find_assignment(ASSIGNMENT).duedate.year == 2030
    assert "2030-05-07" in (course.root / f"submitted/nora-a/{ASSIGNMENT}/timestamp.txt").read_text()


@pytest.mark.parametrize("before", [False, True])
def test_a_submission_of_somebody_else_is_not_overwritten(course: Course, before: bool) -> None:
    if before:
        write_sample_class(course, ASSIGNMENT)
    path = hand_in(course, "greta-n", answered())
    kept = files(course)
    with pytest.raises(CoursepackError, match="not from this sample class") as error:
        write_sample_class(course, ASSIGNMENT)
    assert str(path) in str(error.value)
    assert files(course) == kept


@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_assignment_without_snippets_is_refused(course: Course, kind: str) -> None:
    shutil.rmtree(course.root / "answers" / ASSIGNMENT / kind)
    with pytest.raises(CoursepackError, match=f"tiny has no {kind}"):
        write_sample_class(course, ASSIGNMENT)
    assert not (course.root / "submitted").exists()
