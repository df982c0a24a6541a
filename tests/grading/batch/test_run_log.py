"""Does the log of a run say what happened, and nothing that an instructor should not send?"""

from __future__ import annotations

import json
import logging
import os
import threading
from pathlib import Path

import pytest
from rich.console import Console
from tiny_course import ASSIGNMENT, answered, hand_in, source_notebook

from coursepack import __version__
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.batch.class_run import grade_class
from coursepack.grading.batch.options import Options
from coursepack.grading.batch.run_log import KEPT, run_log, without_words
from coursepack.grading.batch.worker_log import ROOT, collected, repeat

WORDS = "a_students_words"
TEST_WORDS = "expected_of_treble"
ENDS = f"import os; {WORDS} = 1; os._exit({WORDS})"
BROKEN = f"""# Check that treble works
### BEGIN HIDDEN TESTS
{TEST_WORDS} = 15
assert treble(5) == {TEST_WORDS}.no_such_attribute
### END HIDDEN TESTS"""
TRACEBACK = f"""Traceback (most recent call last):
  File "/opt/coursepack/judge/judge_cell.py", line 90, in judge_cell
    exec(code)
  File "<test cell>", line 2, in <module>
    assert treble(5) == {TEST_WORDS}.value
AttributeError: 'int' object has no attribute '{WORDS}'
"""


@pytest.fixture
def graded(tiny_course: Course, scheduler: str, request: pytest.FixtureRequest) -> str:
    """The log of a run over a class with all sorts of trouble; its parameter says whether it is a verbose one."""
    source = source_notebook()
    next(cell for cell in source["cells"] if cell["id"] == "treble-hidden")["source"] = BROKEN
    tiny_course.notebook("source", ASSIGNMENT).write_text(json.dumps(source), encoding="utf-8")
    hand_in(tiny_course, "ann", answered())
    hand_in(tiny_course, "gus", answered(double=ENDS))
    path = hand_in(tiny_course, "jim", WORDS)
    path.rename(path.with_name(f"{WORDS}.ipynb"))
    options = Options(scheduler=scheduler, timeout=20, verbose=request.param)
    assert grade_class(tiny_course, ASSIGNMENT, options) == 1
    (log,) = (tiny_course.root / ".coursepack" / "logs").iterdir()
    assert ROOT.handlers and not [one for one in ROOT.handlers if not isinstance(one, logging.NullHandler)]
    return log.read_text(encoding="utf-8")


@pytest.mark.parametrize("graded", [False], indirect=True)
def test_does_the_log_say_what_happened_and_hide_what_was_written(graded: str) -> None:
    for told in (
        f"coursepack {__version__}",
        "jobs=1",
        "cell_cpu_seconds=20.0",
        "3 handed in, 3 to grade",
        "ann: to grade, for it was never graded",
        "ann: begins",
        "ann: ends after",
        "ann: not graded, grader error in treble-hidden",
        "AttributeError",
        "gus: begins",
        "the kernel ended in cell double-hidden",
        "jim: cannot be read",
        f"took the lock on {ASSIGNMENT}",
        "gave the lock back",
        "coursepack.grading.notebook.grade_notebook: ",
        "the run ends after",
    ):
        assert told in graded, graded
    assert WORDS not in graded
    assert TEST_WORDS not in graded
    assert " DEBUG " not in graded


@pytest.mark.parametrize("graded", [True], indirect=True)
def test_does_a_verbose_run_write_the_details(graded: str) -> None:
    assert f"{TEST_WORDS}.no_such_attribute" in graded
    assert f"the folder holds {WORDS}.ipynb" in graded
    assert "a kernel started" in graded


def test_are_records_shown_above_the_progress_bar(tiny_course: Course, tmp_path: Path) -> None:
    console = Console(record=True, width=200)
    with run_log(tiny_course, ASSIGNMENT, console, file=tmp_path / "own.log", verbose=True):
        logging.getLogger("coursepack.anything").info("said [b]aloud[/b]")
        logging.getLogger("coursepack.anything").debug("whispered")
    shown, written = console.export_text(), (tmp_path / "own.log").read_text(encoding="utf-8")
    assert "said [b]aloud[/b]" in shown and "whispered" not in shown
    assert "said [b]aloud[/b]" in written and "whispered" in written


def test_are_the_logs_of_the_last_runs_kept(tiny_course: Course) -> None:
    folder = tiny_course.root / ".coursepack" / "logs"
    folder.mkdir(parents=True)
    old = [folder / f"{ASSIGNMENT}-20260101-0000{number:02}-7.log" for number in range(KEPT + 3)]
    others = [folder / f"{ASSIGNMENT}-2-20260101-000000-7.log", folder / "my-own.log"]
    for path in (*old, *others):
        path.touch()
    with run_log(tiny_course, ASSIGNMENT, Console(quiet=True), file=None, verbose=False) as log:
        pass
    assert {log, *others, *old[-KEPT + 1 :]} == set(folder.iterdir())


def test_does_a_log_file_that_cannot_be_written_stop_the_run_at_once(tiny_course: Course, tmp_path: Path) -> None:
    with (
        pytest.raises(CoursepackError, match=r"the log cannot be written(.|\n)*--log-file"),
        run_log(tiny_course, ASSIGNMENT, Console(quiet=True), file=tmp_path, verbose=False),
    ):
        pass


def test_does_an_odd_name_stay_on_its_line(tiny_course: Course, tmp_path: Path) -> None:
    with run_log(tiny_course, ASSIGNMENT, Console(quiet=True), file=tmp_path / "own.log", verbose=False):
        logging.getLogger("coursepack.anything").info("%s: begins", "ann\n2026-01-01 forged\x1b[2J")
    lines = (tmp_path / "own.log").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "forged" in line] == ["    2026-01-01 forged�[2J: begins"]


def test_is_a_traceback_told_without_code_and_message() -> None:
    assert without_words(TRACEBACK).split("\n") == [
        "/opt/coursepack/judge/judge_cell.py, line 90, in judge_cell",
        "<test cell>, line 2, in <module>",
        "AttributeError",
    ]


def test_do_a_workers_records_come_home_as_they_were(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("coursepack.sandbox.anything")

    def elsewhere() -> None:
        logger.warning("another submission's")

    with collected(logging.INFO) as lines:
        logger.info("%s begins", "ann")
        logger.debug("a detail")
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join()
    assert [(line.logger, line.text, line.process) for line in lines] == [(logger.name, "ann begins", os.getpid())]
    with caplog.at_level(logging.INFO, "coursepack"):
        caplog.clear()
        repeat(lines)
    (record,) = caplog.records
    assert (record.name, record.getMessage(), record.created) == (logger.name, "ann begins", lines[0].created)


def test_is_nothing_logged_twice_where_the_coordinators_own_process_grades(tiny_course: Course, tmp_path: Path) -> None:
    with (
        run_log(tiny_course, ASSIGNMENT, Console(quiet=True), file=tmp_path / "own.log", verbose=False),
        collected(logging.INFO) as lines,
    ):
        logging.getLogger("coursepack.anything").info("once")
    assert lines == []
    assert (tmp_path / "own.log").read_text(encoding="utf-8").count("once") == 1
