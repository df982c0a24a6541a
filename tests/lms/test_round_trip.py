"""Do hand-ins of two systems come in, get graded, and go back as marks and feedback, with nothing edited by hand?"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from mangled_downloads import canvas, moodle, write_roster
from tiny_course import ASSIGNMENT, make_tiny_course

from coursepack.course import Course
from coursepack.grading.workspace import Workspace
from coursepack.lms.commands import collect_download, export_marks, import_class, return_feedback


@dataclass(frozen=True)
class Term:
    """A class that was collected and graded.

    Attributes:
        course: its course.
        folder: where the downloads were, and the exports go.
        log: what `coursepack grade` said.
    """

    course: Course
    folder: Path
    log: str


def run(course: Course, *words: str, module: str = "nbgrader") -> subprocess.CompletedProcess[str]:
    """Run a command in the course."""
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(command, cwd=course.root, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory) -> Term:
    """A class whose hand-ins came from Moodle and, later, from Canvas; one is broken, one late with extra time."""
    folder = tmp_path_factory.mktemp("term")
    course = make_tiny_course(folder / "course")
    penalty = "coursepack.grading.nbgrader_plugins.late_penalty.DailyPenalty"
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"c.AssignLatePenalties.plugin_class = {penalty!r}\n")
    assert import_class(course, write_roster(folder / "roster.csv")) == 0
    run(course, "generate_assignment", ASSIGNMENT)
    assert run(course, "db", "assignment", "add", ASSIGNMENT, "--duedate=2026-03-01 23:00 UTC").returncode == 0
    assert collect_download(course, ASSIGNMENT, moodle(folder / "moodle.zip"), "", None, "", dry_run=False) == 1
    assert collect_download(course, ASSIGNMENT, canvas(folder / "canvas.zip"), "", None, "", dry_run=False) == 1
    course.notebook("submitted/eve", ASSIGNMENT).write_text("{", encoding="utf-8")
    (course.root / "submitted/celik" / ASSIGNMENT / "timestamp.txt").write_text("2026-03-02 12:00 UTC", "utf-8")
    (course.root / "extra_time.csv").write_text("student,assignment,hours\ncelik,tiny,48\n", encoding="utf-8")
    graded = run(course, "grade", ASSIGNMENT, module="coursepack")
    assert run(course, "generate_feedback", ASSIGNMENT).returncode == 0
    return Term(course, folder, graded.stdout)


def scores(term: Term, name: str) -> dict[str, str]:
    """Export a format and return its last column by the students' first."""
    path = term.folder / f"marks.{name}"
    assert export_marks(term.course, [ASSIGNMENT], name, path) == 0
    table = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    column = {"canvas": -1, "moodle": table[0].index("Grade") if name == "moodle" else 0}[name]
    first = {"canvas": 3, "moodle": 1}[name]
    return {row[first]: row[column] for row in table[2 if name == "canvas" else 1 :]}


def test_marks_are_those_of_the_gradebook(term: Term) -> None:
    """Does each exported mark equal the gradebook's, less the penalty, and is the broken one empty?"""
    exported = scores(term, "canvas")
    with Workspace(term.course, ASSIGNMENT).gradebook() as gradebook:
        for student in ("ann", "ben", "celik", "dora", "joerg"):
            submission = gradebook.find_submission(ASSIGNMENT, student)
            expected = submission.score - submission.late_submission_penalty
            assert float(exported[student]) == pytest.approx(expected)
    # Ben is one second late: ten per cent of 3 points. Çelik's 13 hours are within the extra time.
    assert exported == {"ann": "5", "ben": "2.7", "celik": "5", "dora": "5", "eve": "", "joerg": "5"}
    by_name = scores(term, "moodle")
    assert (by_name["Ben Baker"], by_name["Eve Evil"], by_name["Jörg Große"]) == ("2.7", "", "5")


@pytest.mark.parametrize(("name", "count"), [("canvas", 4), ("moodle", 5)])
def test_feedback_goes_back(term: Term, name: str, count: int) -> None:
    """Is each graded student's page in the zip file, and the exit code 1 because of those who are left out?"""
    path = term.folder / f"{name}-feedback.zip"
    assert return_feedback(term.course, ASSIGNMENT, name, path) == 1
    with zipfile.ZipFile(path) as archive:
        pages = [archive.read(one) for one in archive.namelist()]
    assert len(pages) == count
    assert (term.course.root / "feedback/ann" / ASSIGNMENT / "tiny.html").read_bytes() in pages


def test_grading_said_what_happened(term: Term) -> None:
    """Does the run tell lateness, and the file that cannot be graded?"""
    assert "tiny.ipynb is not JSON" in term.log
