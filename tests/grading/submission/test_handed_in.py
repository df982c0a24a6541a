"""Are both ways of grading a class alike in what they take in: pictures, schemes, times, extra files, changed cells?

One class is graded by `coursepack grade` and by `nbgrader autograde`; then nbgrader makes the feedback.
"""

from __future__ import annotations

import base64
import copy
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tiny_course import ASSIGNMENT, answered, code, hand_in, make_tiny_course, source_notebook, text

from coursepack.authoring.leaks import feedback_leaks
from coursepack.course import Course
from coursepack.grading.batch.class_run import Options, grade_class
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.results import SubmissionResult
from coursepack.grading.workspace import Workspace
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook
from coursepack.report.page import write_report

REPOSITORY = Path(__file__).resolve().parents[3]
HTML = base64.b64encode(b"<script>alert(1)</script>").decode()
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
DRAWS = "print('drawn', 'again')  # as show_curve() would"
KEPT = "picture as handed in, not drawn again"
SCHEME = "**Two points.** One for the sum, one for saying why it doubles every number."
STUB = "**My derivation**\n\n### BEGIN SOLUTION\nBecause a sum of two equal numbers is twice one.\n### END SOLUTION"
DUE = "2026-03-01 12:00:00 UTC"
# What each student's timestamp.txt says, and how late that is in hours.
TIMES = {"eve": ("2026-03-01 11:30 PM", 11.5), "fay": ("2026-03-01 23:30:00 +0530", 6.0), "gus": ("half past", 0.0)}


def written(name: str, source: str, **marks: Any) -> dict[str, Any]:
    fields = {"grade": False, "locked": True, "points": 0, "solution": False, "task": False, "schema_version": 3}
    return {**text(name, source), "metadata": {"nbgrader": {**fields, "grade_id": name, **marks}}}


def source_with_written_answers() -> dict[str, Any]:
    """Return the tiny source with a written answer and its marking scheme in each of two exercises, and a picture."""
    notebook = source_notebook()
    for place, name in ((6, "why-double"), (11, "why-treble")):
        task = f"*How it is marked:* by hand.\n\n### BEGIN MARK SCHEME\n{SCHEME} ({name})\n### END MARK SCHEME"
        notebook["cells"][place:place] = [
            text(f"{name}-heading", "### The derivation (written, 2 of the 5)"),
            written(name, STUB, grade=True, locked=False, solution=True, points=2),
            written(f"{name}-marking", task, task=True),
        ]
    notebook["cells"].append(code("curve", DRAWS, "given"))
    return notebook


def submission(**answers: str) -> dict[str, Any]:
    """Return the student version, with right answers to the exercises in code."""
    released = released_notebook(nbformat.from_dict(source_with_written_answers()))
    notebook: dict[str, Any] = json.loads(nbformat.writes(released))
    right = {cell["id"]: cell["source"] for cell in answered()["cells"]}
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], right.get(cell["id"], cell["source"]))
    return notebook


def drawn(data: str, alternative: str = "") -> dict[str, Any]:
    """Return an output as a notebook keeps it that was run with matplotlib."""
    metadata = {"image/png": {"alt": alternative}} if alternative else {}
    data_of_kinds = {"image/png": data, "text/html": "<script>1</script>", "text/plain": "<Figure size 1x1>"}
    return {"output_type": "display_data", "metadata": metadata, "data": data_of_kinds}


def cell_of(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def make_class(course: Course) -> None:
    """Hand in what nbgrader alone, and this pack before, got wrong."""
    course.notebook("source", ASSIGNMENT).write_text(json.dumps(source_with_written_answers()), encoding="utf-8")
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", course.root / "nbgrader_config.py")
    picture = submission(**{"why-double": "On paper:\n\n![sheet](attachment:sheet.png) ![](beside.png)"})
    cell_of(picture, "why-double")["attachments"] = {
        "sheet.png": {"image/png": PNG},
        "x.svg": {"image/svg+xml": "PHN2Zy8+"},
    }
    cell_of(picture, "curve")["outputs"] = [drawn(PNG, "a curve"), drawn(HTML)]
    folder = hand_in(course, "ann", picture).parent
    for name in ("beside.png", ".DS_Store", "Thumbs.db", "__MACOSX/._tiny.ipynb", "__MACOSX/beside.png"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x")
    cleaned = submission()
    for number, cell in enumerate(cleaned["cells"]):
        cell.update(metadata={}, id=f"random-{number}")
    hand_in(course, "bob", cleaned)
    broken = submission(**{"why-double": "![](attachment:gone.png)"})
    broken["metadata"] = {"kernelspec": {"name": "python3"}}
    broken["cells"][0].update(source=None, id="a b")
    hand_in(course, "cat", broken)
    locked = submission(double="", **{"double-visible": "def double(number):\n    return 2 * number"})
    copied = copy.deepcopy(cell_of(locked, "treble"))
    locked["cells"].insert(12, {**copied, "id": "twin", "source": "print(treble(4))"})
    hand_in(course, "dan", locked)
    for student, (time, _) in TIMES.items():
        hand_in(course, student, submission(), time)
    for clutter in ("__MACOSX", ".ipynb_checkpoints", "lost+found"):
        hand_in(course, clutter, submission())


def nbgrader(course: Course, *words: str) -> str:
    command = [sys.executable, "-m", "nbgrader", *words]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stderr


@dataclass(frozen=True)
class Class:
    """A graded class.

    Attributes:
        course: its folder.
        results: what came out, by student.
    """

    course: Course
    results: dict[str, SubmissionResult]

    def cell(self, student: str, name: str) -> Any:
        """Return a cell as the marker sees it."""
        return cell_of(read_notebook(Workspace(self.course, ASSIGNMENT).notebook("autograded", student)), name)

    def page(self, student: str) -> str:
        """Return a student's feedback."""
        return (self.course.root / "feedback" / student / ASSIGNMENT / "tiny.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=["coursepack", "nbgrader"])
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Class:
    """The class after one of the two ways of grading it."""
    course = make_tiny_course(tmp_path_factory.mktemp(request.param) / "course")
    make_class(course)
    nbgrader(course, "generate_assignment", ASSIGNMENT)
    nbgrader(course, "db", "assignment", "add", ASSIGNMENT, "--duedate", DUE)
    if request.param == "coursepack":
        assert grade_class(course, ASSIGNMENT, Options(jobs=1)) == 0
    else:
        nbgrader(course, "autograde", ASSIGNMENT)
    nbgrader(course, "generate_feedback", ASSIGNMENT)
    # A second time, nbgrader compares the copied times.
    nbgrader(course, "generate_feedback", ASSIGNMENT)
    workspace = Workspace(course, ASSIGNMENT)
    return Class(course, {result.student: result for result in read_results(workspace)})


def test_clutter_is_no_student(graded: Class) -> None:
    assert sorted(graded.results) == ["ann", "bob", "cat", "dan", "eve", "fay", "gus"]


def test_points_are_what_a_careful_reader_gives(graded: Class) -> None:
    machine = {student: result.score for student, result in graded.results.items()}
    assert machine == {"ann": 5, "bob": 5, "cat": 5, "dan": 2, "eve": 5, "fay": 5, "gus": 5}


def test_a_pasted_picture_reaches_marker_and_feedback(graded: Class) -> None:
    assert graded.cell("ann", "why-double").attachments == {"sheet.png": {"image/png": PNG}}
    assert f"data:image/png;base64,{PNG}" in graded.page("ann")


def test_a_drawn_picture_is_kept_with_a_line_that_says_so(graded: Class) -> None:
    """Are pictures below given code those handed in, without what only calls itself one, and is that told?"""
    picture, line = graded.cell("ann", "curve").outputs
    assert picture.data == {"image/png": PNG}
    assert picture.metadata == {"image/png": {"alt": "a curve"}}
    assert line.text.strip() == KEPT
    page = graded.page("ann")
    assert KEPT in page
    assert page.count(f"data:image/png;base64,{PNG}") == 2
    assert 'alt="a curve"' in page
    assert HTML not in page
    assert "<script" not in page


def test_a_picture_that_is_missing_is_told(graded: Class) -> None:
    for student in set(graded.results) - {"ann"}:
        [line] = graded.cell(student, "curve").outputs
        assert line.text.strip() == "not run again: no point depends on this cell, and no picture of it was handed in"
        assert line.text.strip() in graded.page(student)


def test_redraw_draws_and_earns_the_same(graded: Class, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """With the option, is every picture drawn again, and no point different?"""
    course = Course(tmp_path / "course")
    shutil.copytree(graded.course.root, course.root)
    if request.node.callspec.params["graded"] == "coursepack":
        assert grade_class(course, ASSIGNMENT, Options(jobs=1, force=True, redraw=True)) == 0
    else:
        nbgrader(course, "autograde", ASSIGNMENT, "--force", "--JudgedExecute.redraw=True")
    again = Class(course, {result.student: result for result in read_results(Workspace(course, ASSIGNMENT))})
    for student, before in graded.results.items():
        assert again.results[student].score == before.score
        assert [output.text for output in again.cell(student, "curve").outputs] == ["drawn again\n"]


def test_a_lost_picture_ends_no_feedback(graded: Class) -> None:
    assert "lost-picture:gone.png" in graded.page("cat")
    assert any("cell why-double: “gone.png” cannot be shown" in note for note in graded.results["cat"].notes)


def test_a_picture_beside_the_notebook_reaches_marker_and_feedback_and_clutter_does_not(graded: Class) -> None:
    for step in ("autograded", "feedback"):
        folder = graded.course.root / step / "ann" / ASSIGNMENT
        names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        assert names - {"tiny.ipynb", "tiny.html", "verdicts.json"} == {"beside.png"}, step


def test_the_marker_sees_the_scheme_and_the_student_does_not(graded: Class) -> None:
    source = nbformat.from_dict(source_with_written_answers())
    for student in graded.results:
        assert SCHEME in graded.cell(student, "why-double-marking").source
        assert feedback_leaks(source, graded.page(student), student) == []
        assert "How it is marked" in graded.page(student)


def test_a_scheme_asks_for_no_mark(graded: Class, tmp_path: Path) -> None:
    """Once all answers have their marks, does formgrader still ask for one, and do the totals agree?"""
    course = Course(tmp_path / "course")
    shutil.copytree(graded.course.root, course.root)
    workspace = Workspace(course, ASSIGNMENT)
    with workspace.gradebook() as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, "ann")
        grades = {grade.name: grade for grade in submission.notebooks[0].grades}
        waiting = {name for name, grade in grades.items() if grade.needs_manual_grade}
        assert waiting == {"why-double"}
        assert grades["why-double-marking"].auto_score == 0
        # As formgrader does it.
        grades["why-double"].manual_score, grades["why-double"].needs_manual_grade = 1.5, False
        gradebook.db.commit()
        gradebook.db.expire_all()
        assert (submission.needs_manual_grade, submission.score) == (False, 6.5)
    found = {result.student: result for result in read_results(workspace)}["ann"]
    assert (found.score, found.waiting, str(found.status)) == (6.5, 0, "graded")
    page = write_report(course, ASSIGNMENT).read_text(encoding="utf-8")
    assert "../feedback/ann/tiny/tiny.html" in page


def test_a_scheme_in_feedback_would_be_seen(graded: Class, tmp_path: Path) -> None:
    """Does the check for leaks find the scheme on the page that nbgrader makes by itself?"""
    course = Course(tmp_path / "course")
    shutil.copytree(graded.course.root, course.root)
    (course.root / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    nbgrader(course, "generate_feedback", ASSIGNMENT, "--student=bob", "--force")
    leaks = feedback_leaks(nbformat.from_dict(source_with_written_answers()), Class(course, {}).page("bob"), "bob")
    assert any("the marking scheme of cell “why-double-marking” shows here" in str(leak) for leak in leaks)


def test_what_was_put_right_is_told(graded: Class) -> None:
    notes = {student: "\n".join(result.notes) for student, result in graded.results.items()}
    assert notes["ann"] == ""
    assert "had lost their metadata; they were recognised by their texts" in notes["bob"]
    assert "cell 1 of the notebook is without readable text" in notes["cat"]
    assert "cell double-visible is locked: its changed text was put back; the student had written: def" in notes["dan"]
    assert "cell treble occurs more than once" in notes["dan"]
    assert "its timestamp.txt cannot be read as a time (not a date and a time" in notes["gus"]


@pytest.mark.parametrize("student", TIMES)
def test_lateness_is_read_rightly(graded: Class, student: str) -> None:
    assert graded.results[student].late_by == TIMES[student][1] * 3600


def test_the_report_names_written_answers_apart(graded: Class) -> None:
    page = write_report(graded.course, ASSIGNMENT).read_text(encoding="utf-8")
    assert "SOLUTION" not in page
    for exercise in ("Exercise 1: Double a number", "Exercise 2: Treble a number"):
        assert page.count(f">{exercise} · The derivation<") == 1
        assert f"{exercise} · The derivation (written answer)" in page


def test_files_that_changed_are_carried_anew(graded: Class, tmp_path: Path) -> None:
    """Does a new submission bring its own extra files, and take the old ones away?"""
    course = Course(tmp_path / "course")
    shutil.copytree(graded.course.root, course.root)
    folder = hand_in(course, "ann", submission()).parent
    (folder / "beside.png").unlink()
    (folder / "other.png").write_bytes(b"y")
    assert grade_class(course, ASSIGNMENT, Options(jobs=1)) == 0
    names = {path.name for path in (course.root / "autograded" / "ann" / ASSIGNMENT).iterdir()}
    assert names == {"tiny.ipynb", "verdicts.json", "other.png"}
