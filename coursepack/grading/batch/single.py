"""Grade one notebook that belongs to no class: the path of a class's submission, without folders and gradebook."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coursepack.course_secret import secret_digest
from coursepack.errors import UNREADABLE, CoursepackError
from coursepack.grading.batch.extra_files import own_files
from coursepack.grading.batch.task import (
    RunInput,
    Task,
    Unreadable,
    as_compact_json,
    as_json,
    grade,
    grader_errors_in,
)
from coursepack.grading.notebook.verdict_records import GradedNotebook
from coursepack.grading.submission.folder_files import MAX_BYTES, files_beside, is_clutter
from coursepack.grading.submission.repair import UnreadableError
from coursepack.grading.submission.sanitize import content_of
from coursepack.grading.workspace import Workspace
from coursepack.name_list import name_list
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook
from coursepack.sandbox import jail
from coursepack.sandbox.limits import Limits

# In place of a student's id, which nobody has told us.
NOBODY = "this notebook"


@dataclass(frozen=True)
class SingleGrading:
    """What came of grading one notebook.

    Attributes:
        records: the verdicts; None if there are none.
        problem: why it is not graded; empty if it is.
        ours: whether that is a grader error, which costs nobody a point.
        details: tracebacks of a grader error: only for the instructor, for they show the test.
        notes: what was repaired or noticed.
    """

    records: GradedNotebook | None = None
    problem: str = ""
    ours: bool = False
    details: str = ""
    notes: tuple[str, ...] = ()


def grade_single(
    workspace: Workspace,
    given: Path,
    extra: Mapping[str, bytes],
    *,
    timeout: int | None = None,
    unsafe_no_jail: bool = False,
) -> SingleGrading:
    """Grade one notebook in this process.

    Args:
        workspace: the assignment's workspace; nothing in it is read but the course's settings and the source.
        given: the student's notebook, which may have any name, or a folder that holds it.
        extra: the student's files to put beside it, by relative path; the assignment's own files replace them.
        timeout: CPU seconds a cell may take; None for the course's setting.
        unsafe_no_jail: run student code without any isolation.

    Raises:
        CoursepackError: there is nothing at `given`, student code cannot be jailed here, or the assignment's source is
            damaged.
    """
    source = read_notebook(workspace.source)
    if not unsafe_no_jail:
        jail.check_jail()
    try:
        path = _find_notebook(workspace, given)
        task = Task(NOBODY, content_of(path), extra, path.name)
    except UnreadableError as error:
        return SingleGrading(problem=str(error))
    run = RunInput(
        as_json(source),
        as_compact_json(released_notebook(source)),
        str(workspace.course.root),
        own_files(workspace),
        Limits.of_cells(timeout or workspace.timeout),
        unsafe_no_jail=unsafe_no_jail,
        log_level=logging.ERROR,
        secret=secret_digest(workspace.course),
    )
    return _graded(task, run)


def _graded(task: Task, run: RunInput) -> SingleGrading:
    try:
        graded = grade(task, run)
    except CoursepackError:
        raise
    except Exception as error:
        problem = f"an error in coursepack itself, please report it: {type(error).__name__}"
        return SingleGrading(problem=problem, ours=True, details=traceback.format_exc())
    if isinstance(graded, Unreadable):
        return SingleGrading(problem=graded.problem)
    records = graded.verdicts
    notes = tuple(dict.fromkeys(graded.notes + records.notes))
    at_fault = grader_errors_in(records)
    if at_fault:
        return SingleGrading(records, at_fault.problem, ours=True, details=at_fault.details, notes=notes)
    return SingleGrading(records, notes=notes)


def _find_notebook(workspace: Workspace, given: Path) -> Path:
    """Return the notebook to grade: the one that is named, or the only candidate in a folder.

    Raises:
        CoursepackError: there is no such file or folder, or the folder holds the course itself.
        UnreadableError: the folder holds no notebook, or several and none that is named as it should; or what was
            submitted leads to the course's own.
    """
    if given.is_dir() and workspace.course.root.is_relative_to(given.resolve()):
        remedy = "name the notebook, or the folder with the student's files"
        raise CoursepackError("this folder holds the course itself", where=str(given), remedy=remedy)
    if not given.exists() and not given.is_symlink():
        raise CoursepackError(
            "there is no such notebook",
            where=str(given),
            remedy="name the student's notebook, or the folder that holds it",
        )
    found = _only_notebook(given, workspace.assignment) if given.is_dir() else given
    _refuse_own(workspace, found)
    return found


def _only_notebook(given: Path, assignment: str) -> Path:
    """Return the only candidate in a folder; links are not followed."""
    inside = sorted(path for path in given.rglob("*.ipynb") if _is_submitted(path.relative_to(given)))
    found = [path for path in inside if path.is_file() and not path.is_symlink()]
    candidates = [path for path in found if path.name == f"{assignment}.ipynb"] or found
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise UnreadableError(f"there is no notebook in it: {assignment}.ipynb is missing")
    names = name_list(path.relative_to(given).as_posix() for path in candidates)
    raise UnreadableError(f"there are {len(candidates)} notebooks in it, and only one can count: {names}")


def _refuse_own(workspace: Workspace, notebook: Path) -> None:
    """Refuse the assignment's source, and a link out of a submission that leads to the course's notebooks."""
    real = notebook.resolve()
    if real == workspace.source.resolve():
        raise UnreadableError(f"{notebook.name} is the assignment's own source, not a submission")
    as_written = Path(os.path.abspath(notebook))  # noqa: PTH100 (links are not followed)
    for directory in ("source", str(workspace.coursedir.solution_directory)):
        folder = workspace.course.root / directory
        if real.is_relative_to(folder.resolve()) and not as_written.is_relative_to(folder):
            raise UnreadableError(f"{notebook.name} is a link to one of the course's own notebooks")


def _is_submitted(inside: Path) -> bool:
    return not any(part.startswith(".") or is_clutter(part) for part in inside.parts)


def collect_extra(places: list[Path], patterns: list[str]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files to put beside a notebook, by relative path, and notes on what was left out.

    Args:
        places: files, which go beside the notebook by their names, and folders, whose files keep their places in them.
        patterns: names of files and folders to skip inside folders.

    Raises:
        CoursepackError: one is missing or a link, or they are too large.
    """
    found: dict[str, bytes] = {}
    notes: tuple[str, ...] = ()
    for place in places:
        if place.is_dir():
            inside, left_out = files_beside(place, patterns)
            found, notes = found | inside, notes + left_out
        elif place.is_file() and not place.is_symlink():
            found[place.name] = _content(place)
        else:
            raise CoursepackError(
                "there is no such file to put beside the notebook",
                where=str(place),
                remedy="name a file or a folder with --extra, and no link",
            )
    if sum(map(len, found.values())) > MAX_BYTES:
        raise CoursepackError(
            f"the files beside the notebook have more than {MAX_BYTES // 2**20} MiB",
            remedy="leave out what the notebook does not read",
        )
    return found, notes


def _content(place: Path) -> bytes:
    try:
        if place.stat().st_size > MAX_BYTES:
            raise CoursepackError(
                f"the file has more than {MAX_BYTES // 2**20} MiB",
                where=str(place),
                remedy="leave out what the notebook does not read",
            )
        return place.read_bytes()
    except OSError as error:
        raise CoursepackError(
            f"the file cannot be read: {error.strerror}", where=str(place), remedy=UNREADABLE
        ) from error
