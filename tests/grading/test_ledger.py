"""Is what the ledger writes all of a submission's results or none of them, and what nbgrader would have written?"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.preprocessors import SaveAutoGrades
from tiny_course import ASSIGNMENT, answered, code, hand_in, make_tiny_course, source_notebook

from coursepack.build.notebooks import read_notebook, released_notebook
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading import ledger as ledger_room
from coursepack.grading.desk import Desk, Record
from coursepack.grading.engine.records import CellRecord, GradedNotebook, Verdict
from coursepack.grading.entry import enter_assignment
from coursepack.grading.gather import gather_results
from coursepack.grading.intake import take_in
from coursepack.grading.ledger import Ledger, one_transaction
from coursepack.grading.task import Graded, as_json

# What nbgrader puts in the place of a written answer.
UNTOUCHED = "YOUR ANSWER HERE"
RECORD = Record("submission", "source")
PENALTY = """
from nbgrader.plugins import BasePlugin
class OnePointADay(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 86400
c.AssignLatePenalties.plugin_class = OnePointADay
"""


def manual(name: str, points: int) -> dict[str, object]:
    """Return a written answer, marked by hand."""
    cell = code(name, "Explain.", "test", points)
    cell["metadata"]["nbgrader"].update(solution=True, locked=False)
    cell = {key: value for key, value in cell.items() if key not in ("outputs", "execution_count")}
    return {**cell, "cell_type": "markdown"}


@pytest.fixture(scope="module")
def entered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny course with a written answer, in its gradebook; only to be copied."""
    course = make_tiny_course(tmp_path_factory.mktemp("entered") / "course")
    notebook = source_notebook()
    notebook["cells"].append(manual("essay", 4))
    course.notebook("source", ASSIGNMENT).write_text(json.dumps(notebook), encoding="utf-8")
    enter_assignment(Desk(course, ASSIGNMENT))
    return course.root


@pytest.fixture
def ledger(entered: Path, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of a course of its own."""
    shutil.copytree(entered, tmp_path / "course")
    desk = Desk(Course(tmp_path / "course"), ASSIGNMENT)
    with desk.gradebook() as gradebook:
        yield Ledger(desk, gradebook)


def graded(ledger: Ledger, student: str, *, treble: Verdict = Verdict.PASSED, essay: str = "Because.") -> Graded:
    """Return a worker's answer for a student who handed in the right answers and an essay."""
    notebook = answered()
    notebook["cells"].append({**manual("essay", 4), "source": essay})
    path = hand_in(ledger.desk.course, student, notebook)
    taken = take_in(path, released_notebook(read_notebook(ledger.desk.source))).notebook
    records = (
        CellRecord("double-visible", 0, Verdict.PASSED),
        CellRecord("double-hidden", 3, Verdict.PASSED),
        CellRecord("treble-hidden", 2, treble, "" if treble is Verdict.PASSED else "treble is wrong"),
    )
    return Graded(student, as_json(taken), GradedNotebook(records).to_json())


def scores(ledger: Ledger, student: str) -> dict[str, tuple[float | None, bool]]:
    notebook = ledger.gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
    return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades}


def test_records_decide_points_and_people_mark_essays(ledger: Ledger) -> None:
    ledger.enter(graded(ledger, "ann", treble=Verdict.OUT_OF_MEMORY), {"own.txt": b"hello"}, RECORD)
    assert scores(ledger, "ann") == {
        "double-visible": (0.0, False),
        "double-hidden": (3.0, False),
        "treble-hidden": (0.0, False),
        "essay": (None, True),
    }
    folder = ledger.desk.folder("autograded", "ann")
    assert sorted(path.name for path in folder.iterdir()) == ["own.txt", "records.json", "tiny.ipynb"]
    assert ledger.desk.record("ann") == RECORD
    (result,) = gather_results(ledger.desk)
    assert [str(cell.status) for cell in result.cells] == ["passed", "passed", "out of memory", "to mark by hand"]


def test_untouched_essay_earns_nothing_and_says_so(ledger: Ledger) -> None:
    ledger.enter(graded(ledger, "ann", essay=UNTOUCHED), {}, RECORD)
    assert scores(ledger, "ann")["essay"] == (0.0, False)
    notebook = ledger.gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ann")
    assert {each.name: each.auto_comment for each in notebook.comments}["essay"] == "No response."


def test_the_same_as_nbgraders_own_step(ledger: Ledger) -> None:
    answer = graded(ledger, "ann", essay=UNTOUCHED)
    ledger.enter(answer, {}, RECORD)
    ledger.enter(graded(ledger, "bob", essay=UNTOUCHED), {}, RECORD)
    notebook = read_notebook(ledger.desk.notebook("autograded", "bob"))
    for grade in ledger.gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "bob").grades:
        grade.auto_score = None
    ledger.gradebook.db.commit()
    names = {"notebook": ASSIGNMENT, "assignment": ASSIGNMENT, "student": "bob", "db_url": ledger.desk.db_url}
    SaveAutoGrades().preprocess(notebook, {"nbgrader": names})
    ledger.gradebook.db.expire_all()
    assert scores(ledger, "bob") == scores(ledger, "ann")


def test_a_mark_given_by_hand_survives_regrading(ledger: Ledger) -> None:
    answer = graded(ledger, "ann")
    ledger.enter(answer, {}, RECORD)
    ledger.gradebook.find_grade("essay", ASSIGNMENT, ASSIGNMENT, "ann").manual_score = 3.5
    ledger.gradebook.db.commit()
    ledger.enter(answer, {}, RECORD)
    grade = ledger.gradebook.find_grade("essay", ASSIGNMENT, ASSIGNMENT, "ann")
    assert (grade.manual_score, grade.needs_manual_grade) == (3.5, True)
    ledger.give_no_points("ann", Record("s", "s", "gone"))
    grade = ledger.gradebook.find_grade("essay", ASSIGNMENT, ASSIGNMENT, "ann")
    assert (grade.manual_score, grade.score) == (3.5, 3.5)


def test_a_score_corrected_by_hand_is_what_the_report_shows(ledger: Ledger) -> None:
    ledger.enter(graded(ledger, "ann", treble=Verdict.FAILED), {}, RECORD)
    ledger.gradebook.find_grade("treble-hidden", ASSIGNMENT, ASSIGNMENT, "ann").manual_score = 1
    ledger.gradebook.db.commit()
    (result,) = gather_results(ledger.desk)
    cell = next(cell for cell in result.cells if cell.grade_id == "treble-hidden")
    assert (cell.points, str(cell.status), cell.message) == (1.0, "partly passed", "")


def test_an_end_within_the_transaction_leaves_no_trace(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = graded(ledger, "ann")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "_take_off_for_lateness", die)
        with pytest.raises(KeyboardInterrupt):
            ledger.enter(answer, {}, RECORD)
    assert ledger.gradebook.students == []
    assert not ledger.desk.notebook("autograded", "ann").exists()
    assert ledger.desk.record("ann") is None
    ledger.enter(answer, {}, RECORD)
    assert scores(ledger, "ann")["double-hidden"] == (3.0, False)


def test_one_transaction_commits_once(ledger: Ledger) -> None:
    with one_transaction(ledger.gradebook):
        ledger.gradebook.add_student("ann")
        ledger.gradebook.add_student("bob")
        with sqlite3.connect(ledger.desk.course.root / "gradebook.db") as other:
            assert other.execute("select count(*) from student").fetchone() == (0,)
        other.close()
    assert len(ledger.gradebook.students) == 2


def test_a_gradebook_that_stays_locked_is_one_message_and_loses_nothing(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.gradebook.db.connection().connection.execute("pragma busy_timeout = 10")
    ledger.gradebook.db.rollback()
    monkeypatch.setattr(ledger_room.time, "sleep", lambda _: None)
    answer = graded(ledger, "ann")
    other = sqlite3.connect(ledger.desk.course.root / "gradebook.db", isolation_level=None)
    other.execute("begin exclusive")
    with pytest.raises(CoursepackError, match="gradebook cannot be written: database is locked"):
        ledger.enter(answer, {}, RECORD)
    assert ledger.desk.record("ann") is None
    other.execute("rollback")
    other.close()
    ledger.enter(answer, {}, RECORD)
    assert scores(ledger, "ann")["double-hidden"] == (3.0, False)


def test_a_full_disk_is_one_message_and_loses_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    answer = graded(ledger, "ann")
    with monkeypatch.context() as patch:
        patch.setattr(ledger_room, "write_files", full)
        with pytest.raises(CoursepackError, match="somewhere: results cannot be written: No space left on device"):
            ledger.enter(answer, {}, RECORD)
    assert ledger.gradebook.students == []


def test_lateness_costs_what_the_courses_plugin_says(ledger: Ledger) -> None:
    config = ledger.desk.course.root / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + PENALTY, encoding="utf-8")
    ledger.gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-01-01 12:00:00 UTC")
    fresh = Ledger(Desk(ledger.desk.course, ASSIGNMENT), ledger.gradebook)
    for student, day in (("ann", "2026-01-03"), ("bob", "2027-01-01"), ("cem", "2025-12-31")):
        answer = graded(fresh, student)
        (fresh.desk.folder("submitted", student) / "timestamp.txt").write_text(f"{day} 12:00:00 UTC", encoding="utf-8")
        fresh.enter(answer, {}, RECORD)
    found = {result.student: (result.penalty, result.score) for result in gather_results(fresh.desk)}
    assert found == {"ann": (2.0, 3.0), "bob": (5.0, 0.0), "cem": (0.0, 5.0)}


def test_nothing_is_left_in_the_workshop(ledger: Ledger) -> None:
    ledger.enter(graded(ledger, "ann"), {}, RECORD)
    assert list(Path(ledger.desk.workshop).iterdir()) == []
