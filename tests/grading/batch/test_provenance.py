"""Is a result graded again when anything changed that it was made from, and does the console say why?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course, source_notebook

import coursepack
from coursepack.course import Course
from coursepack.grading import workspace as workspace_module
from coursepack.grading.batch import provenance
from coursepack.grading.batch.class_run import Options, grade_class
from coursepack.grading.batch.code_digest import code_digests
from coursepack.grading.batch.extra_files import extra_files
from coursepack.grading.batch.provenance import NEVER, OLDER, OURS, of_run, of_submission, told, why_again
from coursepack.grading.submission import file_state as file_state_module
from coursepack.grading.submission.file_state import file_state
from coursepack.grading.workspace import GradingNote, Workspace, digest
from coursepack.sandbox.limits import Limits

LIMITS = Limits.of_cells(20)
OWN_CHECKS = "def right(number, answer):\n    return answer == 3 * number\n"

# The test imports `own.table`, which imports the gates; nothing imports `own.figures`.
OWN_PACKAGE = {
    "__init__.py": "",
    "table.py": "from own import gates\n",
    "gates.py": "LEAST = 0.5\n",
    "figures.py": "",
    "images.bin": "pixels",
    "data_folder.py": "def lay_out(root):\n    return root / 'own' / 'data'\n",
}
SETTINGS = '[tool.coursepack]\npackage = "own"\ngrading_data = "own.data_folder:lay_out"\n'


def graded_course(root: Path) -> Workspace:
    """Return a course in which "ann" has a result, as the coordinator would have noted it, an extra file beside it."""
    course = make_tiny_course(root)
    source = source_notebook()
    source["cells"][8]["source"] += "\nfrom own import table\nfrom own_checks import right\nassert right(5, treble(5))"
    course.notebook("source", ASSIGNMENT).write_text(json.dumps(source), encoding="utf-8")
    (course.root / "own_checks.py").write_text(OWN_CHECKS, encoding="utf-8")
    (course.root / "own" / "data").mkdir(parents=True)
    for name, text in OWN_PACKAGE.items():
        (course.root / "own" / name).write_text(text, encoding="utf-8")
    (course.root / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    hand_in(course, "ann", answered(), timestamp="2026-01-02 12:00:00 UTC").with_name("mine.csv").write_text("1,2")
    workspace = Workspace(course, ASSIGNMENT)
    autograded = workspace.notebook("autograded", "ann")
    autograded.parent.mkdir(parents=True)
    autograded.write_text("{}", encoding="utf-8")
    made_from = of_submission(extra_files(workspace, "ann")[0], of_run(workspace, LIMITS))
    workspace.write_record(
        "ann", GradingNote(workspace.submission_digest("ann"), digest(workspace.source), provenance=made_from)
    )
    return workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return graded_course(tmp_path / "course")


def why(workspace: Workspace, limits: Limits = LIMITS) -> str:
    return why_again(workspace, "ann", of_run(workspace, limits))


def submission(workspace: Workspace) -> Path:
    return workspace.folder("submitted", "ann")


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


CHANGES: dict[str, tuple[Callable[[Workspace], object], str]] = {
    "the notebook": (
        lambda workspace: hand_in(workspace.course, "ann", answered(treble="return 0")),
        "the submission changed",
    ),
    "the time of hand-in": (
        lambda workspace: hand_in(workspace.course, "ann", answered(), timestamp="2026-01-03 12:00:00 UTC"),
        "the submission changed",
    ),
    "an extra file": (
        lambda workspace: (submission(workspace) / "mine.csv").write_text("1,3"),
        "file beside the notebook",
    ),
    "one more file": (
        lambda workspace: (submission(workspace) / "more.csv").write_text("1,2"),
        "file beside the notebook",
    ),
    "one file less": (lambda workspace: (submission(workspace) / "mine.csv").unlink(), "file beside the notebook"),
    "the assignment's file": (
        lambda workspace: (workspace.source.parent / "given.csv").write_text("1"),
        "file beside the",
    ),
    "the source": (
        lambda workspace: rewrite(workspace.source, "treble is wrong", "wrong"),
        "the source notebook changed",
    ),
    "a check of the course's own": (
        lambda workspace: rewrite(workspace.course.root / "own_checks.py", "answer == 3", "answer >= 3"),
        "a check changed",
    ),
    "a gate": (lambda workspace: rewrite(workspace.course.root / "own" / "gates.py", "0.5", "0.6"), "a gate changed"),
    "what a check imports": (
        lambda workspace: rewrite(workspace.course.root / "own" / "table.py", "gates", "gates  # changed"),
        "a check changed",
    ),
    "a file beside a check": (
        lambda workspace: (workspace.course.root / "own" / "images.bin").write_text("others"),
        "a check changed",
    ),
    "what no check imports": (lambda workspace: (workspace.course.root / "own" / "figures.py").write_text("1"), ""),
    "the data": (
        lambda workspace: (workspace.course.root / "own" / "data" / "more").write_text("1"),
        "the data changed",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_is_a_result_stale_when_what_it_was_made_from_changes(workspace: Workspace, change: str) -> None:
    assert why(workspace) == ""
    alter, reason = CHANGES[change]
    alter(workspace)
    assert reason in why(workspace)


@pytest.mark.parametrize("part", ["checks", "coursepack"])
def test_is_a_result_stale_when_our_code_changes(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(provenance, "code_digests", lambda: {**code_digests(), part: "another"})
    assert why(workspace) == provenance.REASONS[part]


@pytest.mark.parametrize(("file", "reason"), [("checks.py", "a check changed"), ("gates.py", "a gate changed")])
@pytest.mark.parametrize("installed", [False, True])
def test_is_a_result_stale_when_the_courses_package_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool, file: str, reason: str
) -> None:
    """Is the package looked at that the judge runs, in the course folder or where it is installed?"""
    course = make_tiny_course(tmp_path / "course")
    home = tmp_path / "installed" if installed else course.root
    monkeypatch.setattr(sys, "path", [*sys.path, str(home)])
    (home / "own_package").mkdir(parents=True)
    for name in ("__init__.py", "checks.py", "gates.py"):
        (home / "own_package" / name).write_text("", encoding="utf-8")
    (course.root / "pyproject.toml").write_text('[tool.coursepack]\npackage = "own_package"\n', encoding="utf-8")
    source = source_notebook()
    source["cells"][8]["source"] += "\nfrom own_package import checks, gates"
    course.notebook("source", ASSIGNMENT).write_text(json.dumps(source), encoding="utf-8")
    workspace = Workspace(course, ASSIGNMENT)
    before = of_run(workspace, LIMITS)
    (home / "own_package" / file).write_text("EASY = True", encoding="utf-8")
    after = of_run(workspace, LIMITS)
    assert [provenance.REASONS[part] for part in before if before[part] != after[part]] == [reason]


def test_is_a_result_stale_when_a_limit_changes(workspace: Workspace) -> None:
    """Does `--timeout` count, and every other limit?"""
    assert why(workspace, Limits.of_cells(21)) == "a limit changed"
    assert why(workspace, replace(LIMITS, memory_bytes=1)) == "a limit changed"


def test_is_a_result_stale_when_a_library_changes(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    version = provenance.metadata.version
    monkeypatch.setattr(provenance.metadata, "version", lambda name: "9" if name == "numpy" else version(name))
    assert why(workspace) == "a library changed"


def test_does_where_a_course_lies_change_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """Does a result stand in a copy of the course, with other times of its files?"""
    shutil.copytree(workspace.course.root, tmp_path / "elsewhere", copy_function=shutil.copy)
    assert why(Workspace(Course(tmp_path / "elsewhere"), ASSIGNMENT)) == ""


def settled(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the note be of a notebook that was written long before it was graded; return the notebook's file."""
    monkeypatch.setattr(file_state_module, "SETTLED_SECONDS", -1)
    notebook = workspace.notebook("submitted", "ann")
    record = workspace.record("ann")
    assert record is not None
    known = {"notebook": digest(notebook), "notebook_state": file_state(notebook)}
    workspace.write_record("ann", replace(record, **known))
    return notebook


def test_is_an_unchanged_notebook_not_read_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook, read = settled(workspace, monkeypatch), list[Path]()

    def noted(path: Path) -> str:
        read.append(path)
        return digest(path)

    monkeypatch.setattr(workspace_module, "digest", noted)
    assert (why(workspace), read) == ("", [])
    notebook.touch()
    assert (why(workspace), read) == ("", [notebook])


@pytest.mark.parametrize("how", ["in its place", "by another file"])
def test_is_a_notebook_read_that_changed_but_for_size_and_time(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Is a change seen that leaves the file's size and its time of modification as they were?"""
    notebook = settled(workspace, monkeypatch)
    before = notebook.stat()
    changed = notebook.read_text(encoding="utf-8").replace("return", "retorn")
    assert changed != notebook.read_text(encoding="utf-8")
    target = notebook if how == "in its place" else notebook.with_name("another")
    target.write_text(changed, encoding="utf-8")
    os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))
    target.replace(notebook)
    after = notebook.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert why(workspace) == "the submission changed"


def test_does_the_time_of_hand_in_count_for_a_notebook_not_read_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = settled(workspace, monkeypatch)
    notebook.with_name("timestamp.txt").write_text("2026-01-03 12:00:00 UTC", encoding="utf-8")
    assert why(workspace) == "the submission changed"


@pytest.mark.parametrize("seconds", [0.0, -3600.0, 3600.0])
def test_has_a_file_a_state_only_when_its_times_are_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """Is a file that has just been written, by a clock that may be wrong, read again?"""
    file, now = tmp_path / "file", time.time()
    file.write_text("1", encoding="utf-8")
    monkeypatch.setattr(file_state_module.time, "time", lambda: now + seconds)
    assert bool(file_state(file)) == (seconds > 0)


def test_have_a_folder_and_a_missing_file_no_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_state_module, "SETTLED_SECONDS", -1)
    assert (file_state(tmp_path), file_state(tmp_path / "missing")) == ("", "")


def test_is_a_result_without_provenance_one_of_an_older_version(workspace: Workspace) -> None:
    note = workspace.records / "ann.json"
    fields = json.loads(note.read_text(encoding="utf-8"))
    for name in ("provenance", "ours"):
        del fields[name]
    note.write_text(json.dumps(fields), encoding="utf-8")
    assert why(workspace) == OLDER


def test_are_reasons_counted_and_first_grades_left_out() -> None:
    assert (
        told(["a gate changed", "", NEVER, "a gate changed", OURS]) == f"graded again: a gate changed (2), {OURS} (1)"
    )
    assert told(["", NEVER]) == ""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of our own code."""
    copy = tmp_path / "copy" / "coursepack"
    shutil.copytree(Path(coursepack.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("checks/gates.py", "checks"),
        ("checks/arrays.py", "checks"),
        ("judge/server.py", "coursepack"),
        ("subject/plain_data.py", "coursepack"),
        ("report/page.py", ""),
        ("feedback/page.py", ""),
        ("lms/export.py", ""),
        ("validation/validate.py", ""),
    ],
)
def test_does_each_file_of_ours_count_where_it_belongs(package: Path, file: str, part: str) -> None:
    def fresh() -> Mapping[str, str]:
        code_digests.cache_clear()
        return code_digests(package)

    before = fresh()
    assert before == code_digests(), "the same code must have the same digest everywhere"
    (package / file).write_text("changed = True\n" + (package / file).read_text(encoding="utf-8"), encoding="utf-8")
    changed = fresh()
    assert {name for name in before if before[name] != changed[name]} == ({part} if part else set())


def grade_with(package: Path, course: Course) -> str:
    """Run `coursepack grade` of a copy of our code; return what it says."""
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    command = [sys.executable, "-m", "coursepack", "grade", ASSIGNMENT, "--course", str(course.root)]
    run = subprocess.run(
        command, cwd=package.parent, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert run.returncode == 0, run.stdout.decode()
    return run.stdout.decode()


@pytest.mark.long
def test_does_a_gate_changed_in_between_grade_a_class_again(package: Path, tiny_course: Course) -> None:
    """Does the same command, without --force, grade everybody again, say why, and then leave them alone?"""
    gates = tiny_course.root / "own" / "gates.py"
    gates.parent.mkdir()
    gates.write_text("LEAST = 0.5\n", encoding="utf-8")
    (gates.parent / "__init__.py").touch()
    (tiny_course.root / "pyproject.toml").write_text('[tool.coursepack]\npackage = "own"\n', encoding="utf-8")
    source = source_notebook()
    source["cells"][8]["source"] += "\nfrom own import gates\nassert gates.LEAST > 0"
    tiny_course.notebook("source", ASSIGNMENT).write_text(json.dumps(source), encoding="utf-8")
    hand_in(tiny_course, "ann", answered())
    hand_in(tiny_course, "bob", answered(treble="return 0"))
    assert "graded again" not in grade_with(package, tiny_course)
    gates.write_text("LEAST = 0.6\n", encoding="utf-8")
    assert "graded again: a gate changed (2)" in grade_with(package, tiny_course)
    assert "2 already graded" in grade_with(package, tiny_course)


def test_does_a_longer_timeout_grade_again(
    tiny_course: Course, scheduler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is a student who ran into a limit graded again when the limit is raised, and the reason told?"""
    hand_in(tiny_course, "ann", answered(double="sum(range(10**8)); return 2 * number"))
    assert grade_class(tiny_course, ASSIGNMENT, Options(scheduler=scheduler, timeout=1)) == 0
    assert "time limit" in capsys.readouterr().out
    assert grade_class(tiny_course, ASSIGNMENT, Options(scheduler=scheduler, timeout=60)) == 0
    said = capsys.readouterr().out
    assert "graded again: a limit changed (1)" in said
    assert "time limit" not in said
