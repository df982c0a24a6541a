"""`coursepack grade-one`: grade one notebook without a class, and write its result in one or more formats."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import typer
from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.errors import UNWRITABLE, CoursepackError
from coursepack.grading.batch.extra_files import ignored
from coursepack.grading.batch.run_log import default_file
from coursepack.grading.batch.single import SingleGrading, collect_extra, grade_single
from coursepack.grading.workspace import Workspace
from coursepack.lms.result_formats.gradescope import as_gradescope
from coursepack.lms.result_formats.json_format import as_json
from coursepack.lms.result_formats.junit import as_junit
from coursepack.lms.result_formats.outcome import NotebookOutcome, outcome_of
from coursepack.lms.result_formats.prairielearn import as_prairielearn
from coursepack.lms.result_formats.text import as_text
from coursepack.notebooks.exercises import exercises_of
from coursepack.notebooks.reading import read_notebook

GRADED, NOT_GRADED, BELOW = 0, 1, 3
UNSAFE = "No jail: student code can do whatever you can do on this machine."


class ResultFormat(StrEnum):
    """The formats of a result."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    GRADESCOPE = "gradescope"
    PRAIRIELEARN = "prairielearn"


WRITERS: dict[ResultFormat, Callable[[NotebookOutcome], str | None]] = {
    ResultFormat.TEXT: as_text,
    ResultFormat.JSON: as_json,
    ResultFormat.JUNIT: as_junit,
    ResultFormat.GRADESCOPE: as_gradescope,
    ResultFormat.PRAIRIELEARN: as_prairielearn,
}


@dataclass(frozen=True)
class OneOptions:
    """How one notebook is graded, and where its result goes.

    Attributes:
        formats: the formats; text if there are none.
        into: a file for each format; none writes the only format to standard output.
        extra: the student's files to put beside the notebook, and folders of such files.
        fail_under: the share of automatic points, in percent, below which the exit code is 3.
        timeout: CPU seconds a cell may take; None for the course's setting.
        unsafe_no_jail: run student code without any isolation.
    """

    formats: Sequence[ResultFormat] = ()
    into: Sequence[Path] = ()
    extra: Sequence[Path] = ()
    fail_under: float | None = None
    timeout: int | None = None
    unsafe_no_jail: bool = False


def grade_one(course: Course, assignment: str, notebook: Path, options: OneOptions) -> int:
    """Grade one notebook and write its result.

    Args:
        course: the course, of which only settings, package and the assignment's source are used.
        assignment: the assignment's name.
        notebook: the notebook, or a folder with one.
        options: how to grade, and what to write.

    Returns:
        0 if it is graded, whatever its points; 1 if it is not; 3 if it has less than `options.fail_under` percent.

    Raises:
        CoursepackError: an argument is wrong, a file cannot be read or written, or student code cannot be jailed.
    """
    workspace = Workspace(course, assignment)
    targets = _targets(options)
    source = read_notebook(workspace.source)
    if options.fail_under is not None or ResultFormat.PRAIRIELEARN in targets:
        _require_points(workspace, source)
    extra, left_out = collect_extra(list(options.extra), ignored(workspace))
    if options.unsafe_no_jail:
        _say(UNSAFE)
    grading = grade_single(workspace, notebook, extra, timeout=options.timeout, unsafe_no_jail=options.unsafe_no_jail)
    outcome = outcome_of(assignment, source, replace(grading, notes=grading.notes + left_out))
    _write(outcome, targets)
    return _exit_code(course, outcome, grading, options.fail_under)


def _require_points(workspace: Workspace, source: NotebookNode) -> None:
    """Refuse to tell a share of points where no point is given automatically."""
    if not any(cell.max_points for exercise in exercises_of(source) for cell in exercise.cells if not cell.by_hand):
        raise CoursepackError(
            "nothing in this assignment is graded automatically, so there is no share of points",
            where=str(workspace.source),
            remedy="leave out --fail-under, and take another format than prairielearn",
        )


def _targets(options: OneOptions) -> dict[ResultFormat, Path | None]:
    """Return where each format goes, after making sure that it can be written there; None is standard output.

    Raises:
        CoursepackError: formats and files do not match, or a file cannot be written.
    """
    formats = list(options.formats) or [ResultFormat.TEXT]
    if len(set(formats)) != len(formats):
        raise CoursepackError("a format is named twice", remedy="name each --format once")
    if not options.into and len(formats) == 1:
        return {formats[0]: None}
    if len(options.into) != len(formats):
        raise CoursepackError(
            f"--format and --into do not go together: {len(formats)} of one, {len(options.into)} of the other",
            remedy="name a file for each format: --format text --into a.txt --format junit --into b.xml",
        )
    for path in options.into:
        _check_writable(path)
    return dict(zip(formats, options.into, strict=True))


def _check_writable(path: Path) -> None:
    folder = path.parent
    if not folder.is_dir():
        remedy = "make the folder first, or name another file"
        raise CoursepackError("the result cannot be written: there is no such folder", where=str(folder), remedy=remedy)
    if path.is_dir():
        raise CoursepackError(
            "the result cannot be written: this is a folder", where=str(path), remedy="name a file in it"
        )
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise CoursepackError("the result cannot be written: permission denied", where=str(path), remedy=UNWRITABLE)


def _write(outcome: NotebookOutcome, targets: dict[ResultFormat, Path | None]) -> None:
    """Write a result in all formats.

    Raises:
        CoursepackError: a file cannot be written; the result then goes to standard output.
    """
    for kind, path in targets.items():
        content = WRITERS[kind](outcome)
        if content is None:
            _withdraw(path, kind)
        elif path is None:
            sys.stdout.write(content)
        else:
            _write_file(path, content)
            typer.echo(f"{kind}: written to {printable(str(path))}")


def _write_file(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        sys.stdout.write(content)
        reason = f"the result cannot be written: {error.strerror}; it was printed instead"
        raise CoursepackError(reason, where=str(path), remedy=UNWRITABLE) from error


def _withdraw(path: Path | None, kind: ResultFormat) -> None:
    """Leave no result of an earlier run where there is none now."""
    if path is not None:
        path.unlink(missing_ok=True)
    _say(f"{kind}: no file is written, because every file of this format sets a score")


def _exit_code(course: Course, outcome: NotebookOutcome, grading: SingleGrading, fail_under: float | None) -> int:
    """Return the exit code, and say on standard error what is not as it should be."""
    if not outcome.graded:
        _say(f"{outcome.assignment}: {outcome.summary}")
        if grading.ours:
            _say(_keep_details(course, outcome, grading))
        return NOT_GRADED
    if fail_under is not None and outcome.percent is not None and outcome.percent < fail_under:
        _say(f"{outcome.percent:.1f} % of the automatic points, which is less than {fail_under:g} %")
        return BELOW
    return GRADED


def _keep_details(course: Course, outcome: NotebookOutcome, grading: SingleGrading) -> str:
    """Write a grader error's traceback into the course's logs: it shows the test, so it is never printed."""
    path = default_file(course, f"grade-one-{outcome.assignment}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{grading.problem}\n\n{grading.details}\n", encoding="utf-8")
    except OSError as error:
        return f"the traceback cannot be kept: {path.parent}: {error.strerror}"
    return f"the traceback shows the hidden test; it is in the course's folder: {path.relative_to(course.root)}"


def _say(line: str) -> None:
    typer.echo(printable(line), err=True)


def printable(text: str) -> str:
    """Return a text on one line: a job's log takes some lines as commands, and names of files may hold anything."""
    return "".join(one if one.isprintable() else "�" for one in text)
