"""Is what the writer writes all of a submission's results or none of them, and what nbgrader would have written?"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nbgrader.preprocessors import SaveAutoGrades
from sqlalchemy import event
from tiny_course import ASSIGNMENT, answered, code, hand_in, make_tiny_course, source_notebook

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.batch import gradebook_writer as ledger_room
from coursepack.grading.batch import marked_answers
from coursepack.grading.batch.answer_digests import answer_digests
from coursepack.grading.batch.gradebook_writer import GradebookWriter, Result, one_transaction
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.batch.register import register_assignment
from coursepack.grading.batch.task import Graded, as_json
from coursepack.grading.notebook.verdict_records import GradedNotebook, VerdictRecord
from coursepack.grading.submission.sanitize import sanitize_submission
from coursepack.grading.workspace import GradingNote, Workspace
from coursepack.judge.verdict import Verdict
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook

# What nbgrader puts in the place of a written answer.
UNTOUCHED = "YOUR ANSWER HERE"
RECORD = GradingNote("submission", "source")
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
    workspace = Workspace(course, ASSIGNMENT)
    with workspace.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-01-01 12:00:00 UTC")
    register_assignment(workspace)
    return course.root


@pytest.fixture
def writer(entered: Path, tmp_path: Path) -> Iterator[GradebookWriter]:
    """A writer of a course of its own."""
    shutil.copytree(entered, tmp_path / "course")
    workspace = Workspace(Course(tmp_path / "course"), ASSIGNMENT)
    with workspace.gradebook() as gradebook:
        yield GradebookWriter(workspace, gradebook)


def graded(
    writer: GradebookWriter, student: str, *, treble: Verdict = Verdict.PASSED, essay: str = "Because."
) -> Graded:
    """Return a worker's answer for a student who handed in the right answers and an essay."""
    notebook = answered()
    notebook["cells"].append({**manual("essay", 4), "source": essay})
    path = hand_in(writer.workspace.course, student, notebook)
    taken = sanitize_submission(path, released_notebook(read_notebook(writer.workspace.source))).notebook
    records = (
        VerdictRecord("double-visible", 0, Verdict.PASSED),
        VerdictRecord("double-hidden", 3, Verdict.PASSED),
        VerdictRecord("treble-hidden", 2, treble, "" if treble is Verdict.PASSED else "treble is wrong"),
    )
    notebook = as_json(taken)
    return Graded.of(student, notebook, GradedNotebook(records).to_json())


def scores(writer: GradebookWriter, student: str) -> dict[str, tuple[float | None, bool]]:
    notebook = writer.gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
    return {grade.name: (grade.auto_score, grade.needs_manual_grade) for grade in notebook.grades}


def test_a_due_date_may_be_set_before_the_assignment_is_entered(writer: GradebookWriter) -> None:
    """Does the date that `nbgrader db assignment add` sets for a name that is not known yet stay?"""
    assignment = writer.gradebook.find_assignment(ASSIGNMENT)
    assert str(assignment.duedate) == "2026-01-01 12:00:00" and len(assignment.notebooks) == 1


def test_records_decide_points_and_people_mark_essays(writer: GradebookWriter) -> None:
    writer.enter([Result(graded(writer, "ann", treble=Verdict.OUT_OF_MEMORY), {"own.txt": b"hello"}, RECORD)])
    assert scores(writer, "ann") == {
        "double-visible": (0.0, False),
        "double-hidden": (3.0, False),
        "treble-hidden": (0.0, False),
        "essay": (None, True),
    }
    folder = writer.workspace.folder("autograded", "ann")
    assert sorted(path.name for path in folder.iterdir()) == ["own.txt", "tiny.ipynb", "verdicts.json"]
    note = writer.workspace.record("ann")
    assert note is not None
    assert replace(note, answers={}) == RECORD and "essay" in note.answers
    (result,) = read_results(writer.workspace)
    assert [str(cell.status) for cell in result.cells] == [
        "passed",
        "passed",
        "out of memory",
        "waiting for the marker",
    ]


def test_the_coordinator_reads_no_answer_that_nobody_has_marked(
    writer: GradebookWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Are the digests those that the worker made, and one more notebook's made where a person gave a mark?"""
    made: list[object] = []

    def counted(notebook: Mapping[str, Any]) -> dict[str, str]:
        made.append(notebook)
        return answer_digests(notebook)

    monkeypatch.setattr(marked_answers, "answer_digests", counted)
    monkeypatch.setattr(ledger_room, "answer_digests", counted, raising=False)
    answer = graded(writer, "ann")
    for _ in range(2):
        writer.enter([Result(answer, {}, RECORD)])
        note = writer.workspace.record("ann")
        assert note is not None and (note.answers, made) == (answer.answers, [])
    grade = writer.gradebook.find_grade("essay", ASSIGNMENT, ASSIGNMENT, "ann")
    grade.manual_score, grade.needs_manual_grade = 3.0, False
    writer.gradebook.db.commit()
    writer.enter([Result(answer, {}, RECORD)])
    assert len(made) == 1 and scores(writer, "ann")["essay"] == (None, False)


def test_untouched_essay_earns_nothing_and_says_so(writer: GradebookWriter) -> None:
    writer.enter([Result(graded(writer, "ann", essay=UNTOUCHED), {}, RECORD)])
    assert scores(writer, "ann")["essay"] == (0.0, False)
    notebook = writer.gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ann")
    assert {each.name: each.auto_comment for each in notebook.comments}["essay"] == "No response."


def test_the_same_as_nbgraders_own_step(writer: GradebookWriter) -> None:
    answer = graded(writer, "ann", essay=UNTOUCHED)
    writer.enter([Result(answer, {}, RECORD)])
    writer.enter([Result(graded(writer, "bob", essay=UNTOUCHED), {}, RECORD)])
    notebook = read_notebook(writer.workspace.notebook("autograded", "bob"))
    for grade in writer.gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "bob").grades:
        grade.auto_score = None
    writer.gradebook.db.commit()
    names = {"notebook": ASSIGNMENT, "assignment": ASSIGNMENT, "student": "bob", "db_url": writer.workspace.db_url}
    SaveAutoGrades().preprocess(notebook, {"nbgrader": names})
    writer.gradebook.db.expire_all()
    assert scores(writer, "bob") == scores(writer, "ann")


def rows_of(writer: GradebookWriter, student: str) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of a student's submission, table by table, without the keys, which are random."""
    where = {
        "student": f"id = '{student}'",
        "submitted_assignment": f"student_id = '{student}'",
        "submitted_notebook": f"assignment_id in (select id from submitted_assignment where student_id = '{student}')",
    }
    of_notebook = f"notebook_id in (select id from submitted_notebook where {where['submitted_notebook']})"
    where |= {"grade": of_notebook, "comment": of_notebook}
    random = {"id", "assignment_id", "student_id"}
    with sqlite3.connect(writer.workspace.course.root / "gradebook.db") as book:
        book.row_factory = sqlite3.Row
        found = {
            table: [dict(row) for row in book.execute(f"select * from {table} where {which}")]
            for table, which in where.items()
        }
    for table in ("grade", "comment"):
        for row in found[table]:
            del row["notebook_id"]
    return {
        table: sorted(({name: row[name] for name in row if name not in random} for row in rows), key=str)
        for table, rows in found.items()
    }


@pytest.mark.filterwarnings("ignore:Object of type <Submitted:sqlalchemy.exc.SAWarning")  # from nbgrader itself
def test_a_new_submission_has_the_rows_that_nbgrader_adds(writer: GradebookWriter) -> None:
    """Has each table the same rows, with the same values in all columns, as after nbgrader's own steps?"""
    writer.enter([Result(graded(writer, "ann", essay=UNTOUCHED), {}, RECORD)])
    writer.gradebook.add_student("bob")
    writer.gradebook.add_submission(ASSIGNMENT, "bob")
    writer.enter([Result(graded(writer, "bob", essay=UNTOUCHED), {}, RECORD)])
    by_us, by_nbgrader = rows_of(writer, "ann"), rows_of(writer, "bob")
    assert by_us == by_nbgrader
    assert {table: len(rows) for table, rows in by_us.items()} == {
        "student": 1,
        "submitted_assignment": 1,
        "submitted_notebook": 1,
        "grade": 4,
        "comment": 3,
    }


def test_a_mark_given_by_hand_survives_regrading(writer: GradebookWriter) -> None:
    answer = graded(writer, "ann")
    writer.enter([Result(answer, {}, RECORD)])
    writer.gradebook.find_grade("essay", ASSIGNMENT, ASSIGNMENT, "ann").manual_score = 3.5
    writer.gradebook.db.commit()
    writer.enter([Result(answer, {}, RECORD)])
    grade = writer.gradebook.find_grade("essay", ASSIGNMENT, ASSIGNMENT, "ann")
    assert (grade.manual_score, grade.needs_manual_grade) == (3.5, False)
    writer.give_no_points("ann", GradingNote("s", "s", "gone"))
    grade = writer.gradebook.find_grade("essay", ASSIGNMENT, ASSIGNMENT, "ann")
    assert (grade.manual_score, grade.score) == (3.5, 3.5)


def test_a_score_corrected_by_hand_is_what_the_report_shows(writer: GradebookWriter) -> None:
    writer.enter([Result(graded(writer, "ann", treble=Verdict.FAILED), {}, RECORD)])
    writer.gradebook.find_grade("treble-hidden", ASSIGNMENT, ASSIGNMENT, "ann").manual_score = 1
    writer.gradebook.db.commit()
    (result,) = read_results(writer.workspace)
    cell = next(cell for cell in result.cells if cell.grade_id == "treble-hidden")
    assert (cell.points, str(cell.status), cell.message) == (1.0, "partly passed", "")


def test_the_number_of_statements_does_not_grow_with_the_cells(writer: GradebookWriter) -> None:
    """Is a submission entered in a few statements? nbgrader's own objects need several for each cell."""
    answers = {student: graded(writer, student) for student in ("ann", "bob")}
    writer.enter([Result(answers["ann"], {}, RECORD)])
    statements: list[str] = []
    event.listen(
        writer.gradebook.engine, "before_cursor_execute", lambda _1, _2, statement, *_: statements.append(statement)
    )
    writer.enter([Result(answers["bob"], {}, RECORD)])
    assert len(statements) <= 20
    assert not [one for one in statements if "grade_cells" in one or "solution_cells" in one]


def test_no_question_to_the_database_takes_longer_in_a_larger_class(writer: GradebookWriter) -> None:
    """Or does it look through everybody's rows for each submission?"""
    asked: list[tuple[str, Any]] = []
    event.listen(
        writer.gradebook.engine,
        "before_cursor_execute",
        lambda _1, _2, words, values, *_: asked.append((words, values)),
    )
    for student in ("ann", "bob", "ann"):
        writer.enter([Result(graded(writer, student), {}, RECORD)])
    with sqlite3.connect(writer.workspace.course.root / "gradebook.db") as book:
        questions = {words: values for words, values in asked if words.startswith("SELECT")}
        plans = {
            words: str(book.execute(f"EXPLAIN QUERY PLAN {words}", questions[words]).fetchall()) for words in questions
        }
    of_submissions = [plan for words, plan in plans.items() if "FROM grade \n" in words or "submitted_" in words]
    assert len(of_submissions) >= 3
    assert not [plan for plan in of_submissions if "SCAN" in plan]


def test_an_end_within_the_transaction_leaves_no_trace(
    writer: GradebookWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = graded(writer, "ann")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(GradebookWriter, "_penalty", die)
        with pytest.raises(KeyboardInterrupt):
            writer.enter([Result(answer, {}, RECORD)])
    assert writer.gradebook.students == []
    assert not writer.workspace.notebook("autograded", "ann").exists()
    assert writer.workspace.record("ann") is None
    writer.enter([Result(answer, {}, RECORD)])
    assert scores(writer, "ann")["double-hidden"] == (3.0, False)


def three(writer: GradebookWriter) -> list[Result]:
    """Return the results of three students, that came in together."""
    return [Result(graded(writer, student), {}, RECORD) for student in ("ann", "bob", "cem")]


def kept(writer: GradebookWriter) -> dict[str, tuple[bool, bool, bool]]:
    """Tell for each student whether scores, graded notebook and note are there."""
    with sqlite3.connect(writer.workspace.course.root / "gradebook.db") as book:
        entered = {student for (student,) in book.execute("select student_id from submitted_assignment")}
    workspace = writer.workspace
    return {
        student: (
            student in entered,
            workspace.notebook("autograded", student).is_file(),
            workspace.record(student) is not None,
        )
        for student in ("ann", "bob", "cem")
    }


NOTHING, ALL = (False,) * 3, (True,) * 3


def test_results_that_come_in_together_share_a_transaction(writer: GradebookWriter) -> None:
    commits: list[object] = []
    event.listen(writer.gradebook.engine, "commit", commits.append)
    writer.enter(three(writer))
    assert len(commits) == 1
    assert kept(writer) == dict.fromkeys(("ann", "bob", "cem"), ALL)
    assert scores(writer, "ann") == scores(writer, "bob") == scores(writer, "cem")


def test_a_batch_enters_what_one_by_one_would(writer: GradebookWriter) -> None:
    """New and known students, first and second gradings, late ones and those with a mark: is each row as if alone?"""
    config = writer.workspace.course.root / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + PENALTY, encoding="utf-8")
    writer = GradebookWriter(Workspace(writer.workspace.course, ASSIGNMENT), writer.gradebook)
    mixed = [
        graded(writer, "ann", treble=Verdict.FAILED, essay="Anew."),  # graded before, and marked
        graded(writer, "bob", essay=UNTOUCHED),  # known, of no submission yet
        graded(writer, "cem"),  # new, and late
        graded(writer, "dov", treble=Verdict.TIMED_OUT),  # new
        graded(writer, "eve", treble=Verdict.FAILED),  # graded before, and late by now
    ]
    for student in ("cem", "eve"):
        stamp = writer.workspace.folder("submitted", student) / "timestamp.txt"
        stamp.write_text("2026-01-02 12:00:00 UTC", encoding="utf-8")
    found = []
    for together in (True, False):
        _begin(writer)
        for batch in [mixed] if together else [[one] for one in mixed]:
            writer.enter([Result(one, {}, RECORD) for one in batch])
        notes = {one: writer.workspace.record(one) for one in ("ann", "bob", "cem", "dov", "eve")}
        found.append((_rows(writer), notes))
    assert found[0] == found[1]
    rows = found[0][0]
    assert rows["cem", "late"] == (1.0,) == rows["eve", "late"] and rows["dov", "late"] == (None,)
    assert rows["ann", "essay"] == (None, 2.5, True) and rows["bob", "essay"] == (0.0, None, False)
    assert rows["bob", "comment"] == ("No response.",)


def _begin(writer: GradebookWriter) -> None:
    """Leave of the class what was there before: bob's name, and the gradings of ann, with a mark, and of eve."""
    for student in [one.id for one in writer.gradebook.students]:
        writer.gradebook.remove_student(student)
        (writer.workspace.records / f"{student}.json").unlink(missing_ok=True)
    writer.gradebook.add_student("bob")
    for student in ("ann", "eve"):
        writer.enter([Result(graded(writer, student), {}, RECORD)])
    notebook = writer.gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ann")
    essay = next(grade for grade in notebook.grades if grade.name == "essay")
    essay.manual_score, essay.needs_manual_grade = 2.5, False
    writer.gradebook.db.commit()


def _rows(writer: GradebookWriter) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return what the gradebook says of each student, by what it is about."""
    writer.gradebook.db.expire_all()
    rows: dict[tuple[str, str], tuple[Any, ...]] = {}
    for submission in writer.gradebook.assignment_submissions(ASSIGNMENT):
        student = submission.student_id
        rows[student, "times"] = (submission.timestamp, submission.extension)
        for notebook in submission.notebooks:
            rows[student, "late"] = (notebook.late_submission_penalty,)
            for grade in notebook.grades:
                rows[student, grade.name] = (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
            for comment in notebook.comments:
                rows[student, "comment"] = (comment.auto_comment,)
    return rows


@pytest.mark.parametrize("error", [OSError(28, "No space left on device", "somewhere"), ValueError("of a plugin")])
@pytest.mark.parametrize("step", ["write_files", "find", "replace"])
def test_a_result_that_cannot_be_written_takes_no_other_with_it(
    writer: GradebookWriter, monkeypatch: pytest.MonkeyPatch, step: str, error: Exception
) -> None:
    """Does a step that fails for one of three leave the others whole, and the one to the next run?"""
    results, works = three(writer), getattr(ledger_room, step)

    def fails_for_bob(*values: Any) -> Any:
        # A step knows whose turn it is by the student, the files or the folder.
        if "bob" in str(values):
            raise error
        return works(*values)

    results[1] = replace(results[1], files={"bob": b""})
    with monkeypatch.context() as patch:
        patch.setattr(ledger_room, step, fails_for_bob)
        with pytest.raises((CoursepackError, ValueError)):
            writer.enter(results)
    found = kept(writer)
    assert found["ann"] == found["cem"] == ALL
    # The files come after the transaction: what is missing then is the note, by which the next run knows.
    assert found["bob"] == ((True, False, False) if step == "replace" else NOTHING)
    writer.enter(results[1:2])
    assert kept(writer)["bob"] == ALL and scores(writer, "bob") == scores(writer, "ann")


@pytest.mark.parametrize(
    ("step", "left"),
    [("write_files", [NOTHING] * 3), ("replace", [ALL, (True, False, False), (True, False, False)])],
    ids=["before the transaction", "after the transaction"],
)
def test_a_killed_coordinator_keeps_each_result_or_leaves_it_to_the_next_run(
    writer: GradebookWriter, monkeypatch: pytest.MonkeyPatch, step: str, left: list[tuple[bool, bool, bool]]
) -> None:
    """Is no submission noted as graded whose files or scores are missing? Nothing catches a kill, or this."""
    results, works, calls = three(writer), getattr(ledger_room, step), list[object]()

    def dies_at_the_second(*values: Any) -> Any:
        calls.append(values)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return works(*values)

    with monkeypatch.context() as patch:
        patch.setattr(ledger_room, step, dies_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            writer.enter(results)
    assert list(kept(writer).values()) == left
    writer.enter(results)
    assert list(kept(writer).values()) == [ALL] * 3
    assert [cell.points for result in read_results(writer.workspace) for cell in result.cells] == [0, 3, 2, 0] * 3


def test_one_transaction_commits_once(writer: GradebookWriter) -> None:
    with one_transaction(writer.gradebook):
        writer.gradebook.add_student("ann")
        writer.gradebook.add_student("bob")
        with sqlite3.connect(writer.workspace.course.root / "gradebook.db") as other:
            assert other.execute("select count(*) from student").fetchone() == (0,)
        other.close()
    assert len(writer.gradebook.students) == 2


def test_a_gradebook_that_stays_locked_is_one_message_and_loses_nothing(
    writer: GradebookWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.gradebook.db.connection().connection.execute("pragma busy_timeout = 10")
    writer.gradebook.db.rollback()
    monkeypatch.setattr(ledger_room.time, "sleep", lambda _: None)
    answer = graded(writer, "ann")
    other = sqlite3.connect(writer.workspace.course.root / "gradebook.db", isolation_level=None)
    other.execute("begin exclusive")
    with pytest.raises(CoursepackError, match="gradebook cannot be written: database is locked"):
        writer.enter([Result(answer, {}, RECORD)])
    assert writer.workspace.record("ann") is None
    other.execute("rollback")
    other.close()
    writer.enter([Result(answer, {}, RECORD)])
    assert scores(writer, "ann")["double-hidden"] == (3.0, False)


def test_a_full_disk_is_one_message_and_loses_nothing(writer: GradebookWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    answer = graded(writer, "ann")
    with monkeypatch.context() as patch:
        patch.setattr(ledger_room, "write_files", full)
        with pytest.raises(CoursepackError, match="somewhere: results cannot be written: No space left on device"):
            writer.enter([Result(answer, {}, RECORD)])
    assert writer.gradebook.students == []


def test_lateness_costs_what_the_courses_plugin_says(writer: GradebookWriter) -> None:
    config = writer.workspace.course.root / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + PENALTY, encoding="utf-8")
    fresh = GradebookWriter(Workspace(writer.workspace.course, ASSIGNMENT), writer.gradebook)
    for student, day in (("ann", "2026-01-03"), ("bob", "2027-01-01"), ("cem", "2025-12-31")):
        answer = graded(fresh, student)
        (fresh.workspace.folder("submitted", student) / "timestamp.txt").write_text(
            f"{day} 12:00:00 UTC", encoding="utf-8"
        )
        fresh.enter([Result(answer, {}, RECORD)])
    found = {result.student: (result.penalty, result.score) for result in read_results(fresh.workspace)}
    assert found == {"ann": (2.0, 3.0), "bob": (5.0, 0.0), "cem": (0.0, 5.0)}


def test_nothing_is_left_in_the_workshop(writer: GradebookWriter) -> None:
    writer.enter([Result(graded(writer, "ann"), {}, RECORD)])
    assert list(Path(writer.workspace.workshop).iterdir()) == []
