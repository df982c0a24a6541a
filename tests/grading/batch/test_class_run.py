"""Does grading a class judge each submission by itself, whatever the others are?"""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course, source_notebook

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading import workspace as workspace_module
from coursepack.grading.batch import class_run, provenance
from coursepack.grading.batch.class_run import ClassRun, Options, grade_class
from coursepack.grading.batch.gradebook_writer import GradebookWriter
from coursepack.grading.batch.marked_answers import digests_in
from coursepack.grading.batch.provenance import is_graded
from coursepack.grading.batch.read_results import complaint, read_results
from coursepack.grading.batch.register import reason_in
from coursepack.grading.results import CellStatus, Status, SubmissionResult
from coursepack.grading.submission import file_state
from coursepack.grading.workspace import GradingNote, Workspace, digest
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook
from coursepack.sandbox.limits import Limits

TIMEOUT = 3
LIMITS = Limits.of_cells(TIMEOUT)
GOOD = ("ann", "fay", "zoe")


def hand_in_batch(course: Course) -> None:
    """Hand in every sort of submission, good ones before, between and after the bad ones."""
    for student in GOOD:
        hand_in(course, student, answered())
    hand_in(course, "bob-not-json", json.dumps(answered())[:300])
    twice = answered()
    twice["cells"].append({**copy.deepcopy(twice["cells"][5]), "id": "twin"})
    hand_in(course, "cat-duplicate", twice)
    future = answered()
    future["cells"][5]["metadata"]["nbgrader"]["schema_version"] = 99
    hand_in(course, "dan-future", future)
    hand_in(course, "eve-endless", answered(double="\n        ".join(["while True:", "pass"]) + "\ndouble(1)"))
    hand_in(course, "gus-dead", answered(double="import os; os._exit(1)"))
    hand_in(course, "hal-wrong", answered(treble="return number * 2"), timestamp="2026-01-02 12:00:00 UTC")
    hand_in(course, "ian-untouched", released_notebook(read_notebook(course.notebook("source", ASSIGNMENT))))
    (course.root / "submitted" / "jim-empty" / ASSIGNMENT).mkdir(parents=True)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, int]:
    """A course after `coursepack grade`, and its exit code."""
    course = make_tiny_course(tmp_path_factory.mktemp("class") / "course")
    hand_in_batch(course)
    with Workspace(course, ASSIGNMENT).gradebook() as gradebook:
        gradebook.add_assignment(ASSIGNMENT, duedate="2026-01-01 12:00:00 UTC")
        gradebook.add_student("hal-wrong", first_name="Hal", last_name="Wrong")
        gradebook.add_student("kim", first_name="Kim", last_name="Away")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_state, "SETTLED_SECONDS", -1)  # as if all had been handed in long before
        return course, grade_class(course, ASSIGNMENT, Options(jobs=2, timeout=TIMEOUT))


@pytest.fixture(scope="module")
def results(graded: tuple[Course, int]) -> dict[str, SubmissionResult]:
    return {result.student: result for result in read_results(Workspace(graded[0], ASSIGNMENT))}


def points(result: SubmissionResult) -> dict[str, float]:
    return {cell.grade_id: cell.points for cell in result.cells if cell.max_points}


def test_exit_code_says_that_some_were_not_graded(graded: tuple[Course, int]) -> None:
    assert graded[1] == 1


@pytest.mark.parametrize("student", [*GOOD, "cat-duplicate", "dan-future"])
def test_right_work_keeps_full_marks_beside_broken_work(results: dict[str, SubmissionResult], student: str) -> None:
    assert (results[student].status, results[student].score) == (Status.GRADED, 5.0)


@pytest.mark.parametrize(
    ("student", "reason"),
    [("bob-not-json", "not JSON"), ("jim-empty", "tiny.ipynb is missing")],
)
def test_what_could_not_be_graded_says_why(results: dict[str, SubmissionResult], student: str, reason: str) -> None:
    assert results[student].status is Status.NOT_GRADED
    assert reason in results[student].problem
    assert (results[student].score, results[student].max_score) == (0.0, 5.0)


def test_no_grade_stays_without_a_score(graded: tuple[Course, int]) -> None:
    with Workspace(graded[0], ASSIGNMENT).gradebook() as gradebook:
        grades = [
            grade
            for submission in gradebook.assignment_submissions(ASSIGNMENT)
            for notebook in submission.notebooks
            for grade in notebook.grades
        ]
        assert len(grades) == 3 * 11
        assert [grade.name for grade in grades if grade.auto_score is None or grade.needs_manual_grade] == []


def test_endless_loop_costs_only_what_needed_the_cell(results: dict[str, SubmissionResult]) -> None:
    result = results["eve-endless"]
    assert result.status is Status.GRADED
    assert points(result) == {"double-hidden": 0.0, "treble-hidden": 2.0}
    assert "cell double ran into its time limit and was interrupted" in result.notes


def test_dead_kernel_costs_only_what_needed_the_cell(results: dict[str, SubmissionResult]) -> None:
    result = results["gus-dead"]
    assert result.status is Status.GRADED
    assert points(result) == {"double-hidden": 0.0, "treble-hidden": 2.0}
    assert any("cell double-visible ended the kernel" in note for note in result.notes)


def test_verdicts_lie_beside_the_graded_notebook(graded: tuple[Course, int]) -> None:
    workspace = Workspace(graded[0], ASSIGNMENT)
    verdicts = {name: (str(record.verdict), record.points) for name, record in workspace.verdicts("hal-wrong").items()}
    assert verdicts == {
        "double-visible": ("passed", 0.0),
        "double-hidden": ("passed", 3.0),
        "treble-hidden": ("failed", 0.0),
    }


def test_workers_say_which_answers_they_graded(graded: tuple[Course, int]) -> None:
    workspace = Workspace(graded[0], ASSIGNMENT)
    note = workspace.record("ann")
    assert note is not None and set(note.answers) == {"double-visible", "double-hidden", "treble-hidden"}
    assert note.answers == digests_in(workspace.notebook("autograded", "ann"))


def test_nothing_of_the_hidden_tests_reaches_feedback(graded: tuple[Course, int]) -> None:
    folder = graded[0].root / "autograded" / "hal-wrong" / ASSIGNMENT
    shown = json.loads((folder / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8"))
    outputs = json.dumps([cell.get("outputs", []) for cell in shown["cells"]])
    assert "treble is wrong" in outputs
    assert "treble(5)" not in outputs + (folder / "verdicts.json").read_text(encoding="utf-8")


def test_mistake_is_told_in_the_words_of_the_check(results: dict[str, SubmissionResult]) -> None:
    result = results["hal-wrong"]
    assert points(result) == {"double-hidden": 3.0, "treble-hidden": 0.0}
    assert [(cell.grade_id, cell.status, cell.message) for cell in result.lost] == [
        ("treble-hidden", CellStatus.FAILED, "treble is wrong")
    ]


def test_lateness_and_name_come_from_the_gradebook(results: dict[str, SubmissionResult]) -> None:
    assert (results["hal-wrong"].late_by, results["hal-wrong"].name) == (86400.0, "Hal Wrong")
    assert results["ann"].late_by == 0.0


def test_untouched_notebook_earns_nothing_but_is_graded(results: dict[str, SubmissionResult]) -> None:
    assert (results["ian-untouched"].status, results["ian-untouched"].score) == (Status.GRADED, 0.0)


def test_student_without_submission_is_listed(results: dict[str, SubmissionResult]) -> None:
    assert results["kim"].status is Status.MISSING


def test_nothing_but_nbgraders_folders_is_left(graded: tuple[Course, int]) -> None:
    root = graded[0].root
    assert not (root / "release").exists()
    assert not list((root / ".coursepack").glob("grading/*"))


def test_does_the_coordinator_send_what_was_handed_in_unread(graded: tuple[Course, int], tmp_path: Path) -> None:
    course = Course(Path(shutil.copytree(graded[0].root, tmp_path / "course")))
    workspace, refused = Workspace(course, ASSIGNMENT), list[tuple[str, GradingNote]]()
    students = ["ann", "bob-not-json", "jim-empty"]
    with workspace.gradebook() as gradebook:
        run = ClassRun(workspace, GradebookWriter(workspace, gradebook), Options(), {"secret": ""}, {})
        sent = {task.student: task.submission for task in run._tasks(students, refused)}
    files = {one: workspace.notebook("submitted", one) for one in students}
    assert sent == {one: files[one].read_bytes() for one in ("ann", "bob-not-json")}
    # Nothing can be sent of a folder without a notebook.
    assert [(student, note.problem) for student, note in refused] == [("jim-empty", f"{ASSIGNMENT}.ipynb is missing")]


def test_are_the_assignments_own_files_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or again to tell who is to be graded, and for each student?"""
    workspace = Workspace(make_tiny_course(tmp_path / "course"), ASSIGNMENT)
    workspace.source.with_name("table.csv").write_text("1\n", encoding="utf-8")
    for student in GOOD:
        hand_in(workspace.course, student, answered())
    read: list[str] = []
    read_bytes = Path.read_bytes

    def noted(path: Path) -> bytes:
        read.append(path.name)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    monkeypatch.setattr(ClassRun, "grade", lambda *_: True)
    assert class_run._grade_waiting(workspace, list(GOOD), Options(), Console())
    assert read.count("table.csv") == 1


def test_what_is_graded_is_not_graded_again(
    graded: tuple[Course, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("graded again")

    monkeypatch.setattr(ClassRun, "grade", refuse)
    assert grade_class(graded[0], ASSIGNMENT, Options(timeout=TIMEOUT)) == 1
    assert "11 already graded" in capsys.readouterr().out


def test_does_a_second_run_read_no_notebook_again(graded: tuple[Course, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Is each known by its file's state, whether it could be read or not, unless it is missing?"""
    read = list[str]()

    def noted(path: Path) -> str:
        read.append(path.parent.parent.name)
        return digest(path)

    workspace = Workspace(graded[0], ASSIGNMENT)
    given = provenance.of_run(workspace, LIMITS)
    monkeypatch.setattr(file_state, "SETTLED_SECONDS", -1)
    monkeypatch.setattr(workspace_module, "digest", noted)
    assert {provenance.why_again(workspace, one, given) for one in workspace.students()} == {""}
    assert read == ["jim-empty"]


def test_changed_submission_and_changed_tests_are_graded_again(graded: tuple[Course, int], tmp_path: Path) -> None:
    course = Course(tmp_path / "copy")
    shutil.copytree(graded[0].root, course.root)
    workspace = Workspace(course, ASSIGNMENT)
    assert is_graded(workspace, "ann", LIMITS)
    assert is_graded(workspace, "bob-not-json", LIMITS)
    hand_in(course, "ann", answered(treble="return 0"))
    hand_in(course, "bob-not-json", answered())
    assert not is_graded(workspace, "ann", LIMITS)
    assert not is_graded(workspace, "bob-not-json", LIMITS)
    assert is_graded(workspace, "fay", LIMITS)
    notebook = source_notebook()
    notebook["cells"][5]["source"] += "\nassert double(0) == 0"
    workspace.source.write_text(json.dumps(notebook), encoding="utf-8")
    assert not is_graded(workspace, "fay", LIMITS)


def test_regrading_replaces_score_and_notebook(graded: tuple[Course, int], tmp_path: Path, scheduler: str) -> None:
    course = Course(tmp_path / "copy")
    shutil.copytree(graded[0].root, course.root)
    workspace = Workspace(course, ASSIGNMENT)
    for student in workspace.students():
        if student not in ("ann", "bob-not-json", "fay"):
            shutil.rmtree(course.root / "submitted" / student)
    hand_in(course, "ann", answered(treble="return 0"))
    hand_in(course, "bob-not-json", answered())
    hand_in(course, "fay", "no longer a notebook")
    assert grade_class(course, ASSIGNMENT, Options(scheduler=scheduler)) == 1
    results = {result.student: result for result in read_results(workspace)}
    assert (results["ann"].score, results["bob-not-json"].score, results["fay"].score) == (3.0, 5.0, 0.0)
    assert results["fay"].status is Status.NOT_GRADED
    assert not workspace.notebook("autograded", "fay").exists()
    assert "return 0" in workspace.notebook("autograded", "ann").read_text(encoding="utf-8")


def test_results_can_be_read_after_plain_nbgrader(tiny_course: Course) -> None:
    hand_in(tiny_course, "ann", answered(treble="return 0"))
    for command in ("generate_assignment", "autograde"):
        subprocess.run(
            [sys.executable, "-m", "nbgrader", command, ASSIGNMENT],
            cwd=tiny_course.root,
            check=True,
            capture_output=True,
        )
    workspace = Workspace(tiny_course, ASSIGNMENT)
    (result,) = read_results(workspace)
    assert (result.status, result.score, result.lost[0].message) == (Status.GRADED, 3.0, "treble is wrong")
    assert is_graded(workspace, "ann")
    hand_in(tiny_course, "bob", answered())
    assert [result.status for result in read_results(workspace)] == [Status.GRADED, Status.NOT_GRADED]


def test_ctrl_c_ends_what_runs_and_leaves_nothing_half(
    tiny_course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], scheduler: str
) -> None:
    for student in GOOD:
        hand_in(tiny_course, student, answered())
    keep = ClassRun._keep

    def interrupt(run: ClassRun, *args: object) -> object:
        if run._workspace.record("ann") is not None:
            raise KeyboardInterrupt
        return keep(run, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(ClassRun, "_keep", interrupt)
    assert grade_class(tiny_course, ASSIGNMENT, Options(scheduler=scheduler)) == class_run.INTERRUPTED
    assert "1 graded, 2 left" in capsys.readouterr().out
    graded = [path.parts[-3] for path in (tiny_course.root / "autograded").rglob("tiny.ipynb")]
    assert graded == ["ann"]
    assert not list((tiny_course.root / ".coursepack").glob("grading/*"))
    monkeypatch.undo()
    assert grade_class(tiny_course, ASSIGNMENT, Options(scheduler=scheduler)) == 0
    out = capsys.readouterr().out
    assert "1 already graded" in out
    assert [result.score for result in read_results(Workspace(tiny_course, ASSIGNMENT))] == [5.0] * 3


def test_nobody_handed_in(tiny_course: Course) -> None:
    with pytest.raises(CoursepackError, match="nobody has handed in tiny"):
        grade_class(tiny_course, ASSIGNMENT, Options())


def test_source_that_nbgrader_refuses_is_told_with_a_remedy(tiny_course: Course) -> None:
    notebook = source_notebook()
    notebook["cells"][3]["source"] = notebook["cells"][3]["source"].replace("### END SOLUTION", "")
    tiny_course.notebook("source", ASSIGNMENT).write_text(json.dumps(notebook), encoding="utf-8")
    hand_in(tiny_course, "ann", answered())
    with pytest.raises(CoursepackError, match=r"cannot be put into the gradebook \(nbgrader: RuntimeError"):
        grade_class(tiny_course, ASSIGNMENT, Options())


@pytest.mark.parametrize("command", [["grade", "nowhere"], ["report", "nowhere"], ["sample", "nowhere"]])
def test_unknown_assignment_is_one_message_and_exit_code_2(tiny_course: Course, command: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "coursepack", *command, "--course", str(tiny_course.root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "there is no assignment “nowhere”" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("nbclient.exceptions.DeadKernelError: Kernel died", "nbgrader: DeadKernelError: Kernel died"),
        ("sqlite3.OperationalError: database is locked\nValueError: later", "database is locked"),
        ("  KeyError: 1\nnbgrader.api.MissingEntry: No such cell", "nbgrader: MissingEntry: No such cell"),
        ("[AutogradeApp | ERROR] Error: see log", "without saying why"),
    ],
)
def test_reason_in_a_log(log: str, reason: str) -> None:
    assert reason in reason_in(log)


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ([], ""),
        ([{"output_type": "error", "ename": "CheckFailed", "evalue": "shape (2,)"}], "shape (2,)"),
        ([{"output_type": "error", "ename": "NameError", "evalue": "no x"}], "NameError: no x"),
        ([{"output_type": "error", "ename": "AssertionError", "evalue": ""}], "AssertionError"),
        ([{"output_type": "stream", "name": "stderr", "text": ["\x1b[31mwarned\x1b[0m\n"]}], "wrote to stderr: warned"),
        ([{"output_type": "stream", "name": "stdout", "text": "fine"}], ""),
    ],
)
def test_complaint(outputs: list[dict[str, object]], message: str) -> None:
    assert complaint(outputs) == message
