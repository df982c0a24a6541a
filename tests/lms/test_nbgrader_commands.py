"""Do nbgrader's own exporter and collector, with our parts in them, do what ours do?"""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

import pytest
from mangled_downloads import RIGHT, text_of, write_zip
from nbgrader.apps import ExportApp, ZipCollectApp
from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course, tiny_course

from coursepack.course import Course
from coursepack.grading.workspace import Workspace
from coursepack.lms.commands import export_marks
from coursepack.lms.export_plugins import CanvasExport

__all__ = ["tiny_course"]

REPOSITORY = Path(__file__).resolve().parents[2]
CELLS = {"double-hidden": 3, "treble-hidden": 2}


def enter(course: Course, marks: dict[str, tuple[float, float | None]]) -> Workspace:
    """Enter scores of two cells by hand, as after grading; None waits for the marker."""
    workspace = Workspace(course, ASSIGNMENT)
    with workspace.gradebook() as gradebook:
        gradebook.add_assignment(ASSIGNMENT, duedate="2026-03-01 23:00:00 UTC")
        gradebook.add_notebook(ASSIGNMENT, ASSIGNMENT)
        for name, points in CELLS.items():
            gradebook.add_grade_cell(name, ASSIGNMENT, ASSIGNMENT, max_score=points, cell_type="code")
        for student in (*marks, "zoe"):
            gradebook.add_student(student)
        for student, scores in marks.items():
            hand_in(course, student, answered())
            path = workspace.notebook("autograded", student)
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps(answered()), encoding="utf-8")
            # nbgrader builds the submission before it adds it to the session: a flush in between would warn.
            with gradebook.db.no_autoflush:
                submission = gradebook.add_submission(ASSIGNMENT, student)
            for name, score in zip(CELLS, scores, strict=True):
                grade = gradebook.find_grade(name, ASSIGNMENT, ASSIGNMENT, student)
                grade.auto_score, grade.needs_manual_grade = score, score is None
            submission.notebooks[0].late_submission_penalty = 0.3 if student == "ben" else None
        gradebook.db.commit()
    return workspace


def test_export(tiny_course: Course, tmp_path: Path) -> None:
    """Does nbgrader's command with our exporter write our bytes, and are the numbers the gradebook's?"""
    workspace = enter(tiny_course, {"ann": (3.0, 2.0), "ben": (3.0, 0.0), "cat": (3.0, None)})
    assert export_marks(tiny_course, [ASSIGNMENT], "canvas", tmp_path / "ours.csv") == 0
    app = ExportApp()
    app.coursedir = workspace.coursedir
    plugin = CanvasExport(parent=app, to=str(tmp_path / "theirs.csv"))
    with workspace.gradebook() as gradebook:
        plugin.export(gradebook)
        found = {one: gradebook.find_submission(ASSIGNMENT, one) for one in ("ann", "ben")}
        expected = {one: submission.score - submission.late_submission_penalty for one, submission in found.items()}
    text = (tmp_path / "theirs.csv").read_text(encoding="utf-8")
    assert text == (tmp_path / "ours.csv").read_text(encoding="utf-8")
    exported = {row.split(",")[3]: row.rpartition(",")[2] for row in text.splitlines()[2:]}
    assert exported == {"ann": "5", "ben": "2.7", "cat": "", "zoe": ""}
    assert {one: float(exported[one]) for one in expected} == pytest.approx(expected)


def test_zip_collect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does nbgrader's collector, with the repository's configuration, place both LMSs' notebooks?"""
    course = make_tiny_course(tmp_path / "course")
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", course.root / "nbgrader_config.py")
    release = course.notebook("release", ASSIGNMENT)
    release.parent.mkdir(parents=True)
    release.write_bytes(text_of(RIGHT))
    archive = course.root / "downloaded" / ASSIGNMENT / "archive"
    archive.mkdir(parents=True)
    names = [
        "Ann Archer_90211_assignsubmission_file/tiny.ipynb",
        "Ben Baker_90212_assignsubmission_file_/tiny (1).ipynb",
        "Jörg Große_90216_assignsubmission_file/tiny.ipynb",
    ]
    write_zip(archive / "moodle.zip", [(name, text_of(RIGHT)) for name in names])
    later = ["dentdora_LATE_5524_78130_tiny-1.ipynb", "evileve_5525_1_tiny.ipynb"]
    write_zip(archive / "canvas.zip", [(name, text_of(RIGHT)) for name in later])
    monkeypatch.chdir(course.root)
    app = ZipCollectApp(log_level=logging.CRITICAL)
    app.initialize([ASSIGNMENT])
    app.start()
    placed = {path.relative_to(course.root).as_posix() for path in course.root.glob("submitted/*/*/*.ipynb")}
    people = ("Ann Archer", "Ben Baker", "Jörg Große", "dentdora", "evileve")
    assert placed == {f"submitted/{name}/tiny/tiny.ipynb" for name in people}
