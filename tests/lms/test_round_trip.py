"""Do hand-ins of two systems come in, get graded, and go back as marks and feedback, with nothing edited by hand?"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from mangled_downloads import RIGHT, canvas, moodle, text_of, write_roster, write_zip
from tiny_course import ASSIGNMENT, make_tiny_course

from coursepack.course import Course
from coursepack.grading.workspace import Workspace
from coursepack.lms.commands import collect_download, export_marks, import_class, return_feedback

REPOSITORY = Path(__file__).resolve().parents[2]


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


def test_nbgraders_command_exports_the_same(term: Term) -> None:
    """Does `nbgrader export` with our exporter write the same bytes as `coursepack export`?"""
    scores(term, "canvas")
    exporter = "--exporter=coursepack.lms.export_plugins.CanvasExport"
    done = run(term.course, "export", exporter, f"--to={term.folder / 'theirs.csv'}")
    assert done.returncode == 0, done.stderr
    assert (term.folder / "theirs.csv").read_bytes() == (term.folder / "marks.canvas").read_bytes()
    assert "1 empty, not graded (eve)" in done.stderr


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "canvas",
            {
                "archerann_5521_78123_tiny.html",
                "bakerben_LATE_5522_78130_tiny.html",
                "großejörg_5526_78140_tiny.html",
                "ünalçelik_5523_78150_tiny.html",
            },
        ),
        (
            "moodle",
            {
                f"{name}_assignsubmission_file/tiny.html"
                for name in (
                    "Ann Archer_90211",
                    "Ben Baker_90212",
                    "Çelik Ünal_90213",
                    "Dora Dent_90214",
                    "Jörg Große_90216",
                )
            },
        ),
    ],
)
def test_feedback_goes_back_under_its_names(term: Term, name: str, expected: set[str]) -> None:
    """Is each page in the zip file under the name that the LMS gave, and is who is left out told by exit code?"""
    path = term.folder / f"{name}-feedback.zip"
    assert return_feedback(term.course, ASSIGNMENT, name, path) == 1
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) == expected
        page = archive.read(next(one for one in expected if "nn" in one and "tiny" in one))
    own = (term.course.root / "feedback/ann" / ASSIGNMENT / "tiny.html").read_bytes()
    assert page == own or b"Score" in page


def test_grading_said_what_happened(term: Term) -> None:
    """Does the run tell lateness, and the file that cannot be graded?"""
    assert "tiny.ipynb is not JSON" in term.log


def test_zip_collect_reads_the_same_names(term: Term, tmp_path: Path) -> None:
    """Does nbgrader's own collector, with the repository's configuration, place both archives' notebooks?"""
    course = make_tiny_course(tmp_path / "course")
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", course.root / "nbgrader_config.py")
    release = course.notebook("release", ASSIGNMENT)
    release.parent.mkdir(parents=True)
    release.write_bytes(text_of(RIGHT))
    archive = course.root / "downloaded" / ASSIGNMENT / "archive"
    archive.mkdir(parents=True)
    # It stops at two notebooks of one student: these are without the second.
    entries = [
        ("Ann Archer_90211_assignsubmission_file/tiny.ipynb", text_of(RIGHT)),
        ("Ben Baker_90212_assignsubmission_file_/tiny (1).ipynb", text_of(RIGHT)),
        ("Jörg Große_90216_assignsubmission_file/tiny.ipynb", text_of(RIGHT)),
    ]
    write_zip(archive / "moodle.zip", entries)
    later = [("dentdora_LATE_5524_78130_tiny-1.ipynb", text_of(RIGHT)), ("evileve_5525_1_tiny.ipynb", text_of(RIGHT))]
    write_zip(archive / "canvas.zip", later)
    done = run(course, "zip_collect", ASSIGNMENT)
    assert done.returncode == 0, done.stderr
    placed = {path.relative_to(course.root).as_posix() for path in course.root.glob("submitted/*/*/*.ipynb")}
    names = ("Ann Archer", "Ben Baker", "Jörg Große", "dentdora", "evileve")
    assert placed == {f"submitted/{name}/tiny/tiny.ipynb" for name in names}
