"""Is the sample class complete, the same every time, and careful with what it did not write?"""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course

from coursepack.authoring.sample_class import DEMO_MARKER, ENDLESS_LOOP, MARKER, submissions, write_sample_class
from coursepack.authoring.sample_removal import remove_sample_class
from coursepack.cli import main
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.gradebook import course_directory, open_gradebook
from coursepack.grading.workspace import GradingNote, Workspace
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import solved_notebook

# nbgrader's own add_submission sets relations before their objects are in the session.
NBGRADERS_OWN = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")


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
        assert gradebook.find_student("sample-ada-n").last_name == "Nakamura (sample)"
        due = gradebook.find_assignment(ASSIGNMENT).duedate
    stamps = [path.read_text().strip() for path in course.root.glob("submitted/*/*/timestamp.txt")]
    assert sum(stamp > f"{due:%Y-%m-%d %H:%M:%S}" for stamp in stamps) == 1


def test_due_date_of_the_instructor_stays(course: Course) -> None:
    with open_gradebook(course_directory(course)) as gradebook:
        gradebook.add_assignment(ASSIGNMENT, duedate="2030-05-06 12:00:00 UTC")
    write_sample_class(course, ASSIGNMENT)
    with open_gradebook(course_directory(course)) as gradebook:
        assert gradebook.find_assignment(ASSIGNMENT).duedate.year == 2030
    assert "2030-05-07" in (course.root / f"submitted/sample-nora-a/{ASSIGNMENT}/timestamp.txt").read_text()


@pytest.mark.parametrize("before", [False, True])
def test_a_submission_of_somebody_else_is_not_overwritten(course: Course, before: bool) -> None:
    if before:
        write_sample_class(course, ASSIGNMENT)
    path = hand_in(course, "sample-greta-n", answered())
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


def test_can_a_made_up_student_not_be_mistaken(course: Course) -> None:
    write_sample_class(course, ASSIGNMENT)
    folders = list((course.root / "submitted").iterdir())
    assert folders and all(folder.name.startswith("sample-") and (folder / MARKER).is_file() for folder in folders)
    assert Workspace(course, ASSIGNMENT).students() == sorted(folder.name for folder in folders)


def everything(course: Course) -> dict[str, bytes]:
    """Return all files of the course but the gradebook and the scratch folders."""
    paths = [path for path in course.root.rglob("*") if path.is_file() and not path.name.startswith("gradebook.db")]
    found = {path.relative_to(course.root).as_posix(): path.read_bytes() for path in paths}
    return {name: content for name, content in found.items() if not name.startswith(".coursepack/")}


def in_gradebook(course: Course) -> dict[str, list[str]]:
    """Return the students in the gradebook, each with the assignments they handed in."""
    with open_gradebook(course_directory(course)) as gradebook:
        return {s.id: sorted(one.assignment.name for one in s.submissions) for s in gradebook.students}


def grade(course: Course, student: str) -> None:
    """Leave behind what grading and feedback leave behind."""
    workspace = Workspace(course, ASSIGNMENT)
    for step in ("autograded", "feedback"):
        workspace.folder(step, student).mkdir(parents=True)
        (workspace.folder(step, student) / "page.html").write_text("graded")
    workspace.write_record(student, GradingNote("1", "2"))
    workspace.log(student).write_text("a traceback")
    with workspace.gradebook() as gradebook:
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(ASSIGNMENT, student)


@NBGRADERS_OWN
def test_does_removal_leave_the_course_as_it_was(course: Course) -> None:
    """Also with a real student whose id looks alike, graded between the others."""
    hand_in(course, "sam-ple", answered(), timestamp="2026-01-02 12:00:00 UTC")
    with open_gradebook(course_directory(course)) as gradebook:
        gradebook.add_assignment(ASSIGNMENT)
    grade(course, "sam-ple")
    before, students = everything(course), in_gradebook(course)
    write_sample_class(course, ASSIGNMENT)
    for student in ("sample-ada-n", "sample-leila-m"):
        grade(course, student)
    assert len(in_gradebook(course)) > 12
    assert remove_sample_class(course, ASSIGNMENT) == 0
    assert everything(course) == before
    assert in_gradebook(course) == students == {"sam-ple": [ASSIGNMENT]}
    with open_gradebook(course_directory(course)) as gradebook:
        assert gradebook.find_assignment(ASSIGNMENT).duedate is None
    with pytest.raises(CoursepackError, match="tiny has no sample class"):
        remove_sample_class(course, ASSIGNMENT)


@NBGRADERS_OWN
def test_does_removal_keep_the_teachers_due_date_and_a_changed_submission(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_gradebook(course_directory(course)) as gradebook:
        gradebook.add_assignment(ASSIGNMENT, duedate="2030-05-06 12:00:00 UTC")
    write_sample_class(course, ASSIGNMENT)
    path = hand_in(course, "sample-greta-n", answered(double="return 0"))
    grade(course, "sample-greta-n")
    assert remove_sample_class(course, ASSIGNMENT) == 1
    assert "sample-greta-n: the submission was changed since and is kept" in capsys.readouterr().out
    assert path.is_file() and (course.root / "feedback" / "sample-greta-n").is_dir()
    assert in_gradebook(course) == {"sample-greta-n": [ASSIGNMENT]}
    with open_gradebook(course_directory(course)) as gradebook:
        assert gradebook.find_assignment(ASSIGNMENT).duedate.year == 2030


def test_does_removal_of_one_assignment_leave_anothers_sample_class(course: Course) -> None:
    other = course.root / "source" / "more" / "more.ipynb"
    other.parent.mkdir()
    shutil.copyfile(course.notebook("source", ASSIGNMENT), other)
    shutil.copytree(course.root / "answers" / ASSIGNMENT, course.root / "answers" / "more")
    write_sample_class(course, "more")
    before, students = everything(course), in_gradebook(course)
    write_sample_class(course, ASSIGNMENT)
    assert remove_sample_class(course, ASSIGNMENT) == 0
    assert everything(course) == before
    # The one who hands in nothing is gone.
    assert set(students) - set(in_gradebook(course)) == {"sample-oskar-r"}


def run(course: Course, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(sys, "argv", ["coursepack", "sample", ASSIGNMENT, "--course", str(course.root), *options])
    with pytest.raises(SystemExit) as exit_:
        main()
    return int(exit_.value.code or 0)


class Terminal(io.StringIO):
    """A terminal at which somebody answers."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("answer", "options", "demo", "code"),
    [
        (None, (), False, 2),
        ("n\n", (), False, 2),
        ("y\n", (), False, 0),
        (None, ("--yes",), False, 0),
        (None, (), True, 0),
    ],
)
def test_is_a_real_course_written_to_only_after_a_yes(
    course: Course, monkeypatch: pytest.MonkeyPatch, answer: str | None, options: tuple[str, ...], demo: bool, code: int
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO() if answer is None else Terminal(answer))
    if demo:
        (course.root / DEMO_MARKER).touch()
    assert run(course, monkeypatch, *options) == code
    assert (course.root / "submitted").is_dir() is (code == 0)
