"""Take a sample class away again: its submissions, grades and feedback, and nobody else's."""

from __future__ import annotations

import contextlib
import shutil
from typing import Any

from nbgrader.api import MissingEntry
from rich.console import Console

from coursepack.authoring.sample_class import DUE, MARKER, OURS, PREFIX, manifest_of, read_manifest
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.workspace import Workspace, digest

STEPS = ("submitted", "autograded", "feedback")
_console = Console(highlight=False, soft_wrap=True, markup=False)


def remove_sample_class(course: Course, assignment: str) -> int:
    """Remove what the sample class of an assignment left behind, and the students that no other assignment has.

    A submission that was changed since is kept, with all that belongs to it, and told.

    Returns:
        0, or 1 if something was kept.

    Raises:
        CoursepackError: there is no sample class.
    """
    workspace, noted = Workspace(course, assignment), read_manifest(course, assignment)
    if not noted:
        where = str(manifest_of(course, assignment))
        raise CoursepackError(f"{assignment} has no sample class", where=where, remedy="there is nothing to remove")
    ours = {name: value for name, value in noted["students"].items() if name.startswith(PREFIX)}
    kept = [name for name, value in ours.items() if digest(workspace.notebook("submitted", name)) not in ("", value)]
    gone = sorted(set(ours) - set(kept))
    for student in gone:
        _remove_files(workspace, student)
    with workspace.gradebook() as gradebook:
        for student in _everybody(gradebook, gone, kept):
            _remove_grades(gradebook, workspace, student)
        if noted[OURS]:
            _take_back_due_date(gradebook, assignment)
    for student in kept:
        _console.print(f"{student}: the submission was changed since and is kept", style="yellow")
    if not kept:
        manifest_of(course, assignment).unlink()
    _console.print(f"{assignment}: {len(gone)} made-up students removed; write the report again if there is one")
    return 1 if kept else 0


def _everybody(gradebook: Any, gone: list[str], kept: list[str]) -> list[str]:
    """Return who leaves the gradebook: also a made-up student who handed nothing in."""
    known = {student.id for student in gradebook.students if student.id.startswith(PREFIX)}
    return sorted({*gone, *known} - set(kept))


def _remove_files(workspace: Workspace, student: str) -> None:
    for step in STEPS:
        folder = workspace.folder(step, student)
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
        home = folder.parent
        if home.is_dir() and [path.name for path in home.iterdir()] in ([], [MARKER]):
            (home / MARKER).unlink(missing_ok=True)
            home.rmdir()
    for path in (workspace.records / f"{student}.json", workspace.log(student)):
        path.unlink(missing_ok=True)


def _remove_grades(gradebook: Any, workspace: Workspace, student: str) -> None:
    """Remove a made-up student's submission, and the student, if no other assignment has one of theirs."""
    if workspace.folder("submitted", student).is_dir():
        return
    with contextlib.suppress(MissingEntry):
        gradebook.remove_submission(workspace.assignment, student)
    still_there = (workspace.course.root / "submitted" / student).is_dir()
    with contextlib.suppress(MissingEntry):
        if not still_there and not gradebook.find_student(student).submissions:
            gradebook.remove_student(student)


def _take_back_due_date(gradebook: Any, assignment: str) -> None:
    with contextlib.suppress(MissingEntry):
        found = gradebook.find_assignment(assignment)
        if found.duedate == DUE:
            found.duedate = None
            gradebook.db.commit()
