"""Collect the files beside a notebook: the student's own, and the assignment's, which replace the student's."""

from __future__ import annotations

from collections.abc import Mapping

from coursepack.grading.submission.folder_files import files_beside
from coursepack.grading.submission.timestamps import NAME, timestamp_of
from coursepack.grading.workspace import Workspace


def own_files(workspace: Workspace) -> dict[str, bytes]:
    """Return the assignment's own files beside its notebook, by relative path."""
    return files_beside(workspace.source.parent, ignored(workspace))[0]


def extra_files(
    workspace: Workspace, student: str, own: Mapping[str, bytes] | None = None
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files that are graded with a student's notebook, by relative path, and notes on what was left out.

    Args:
        workspace: the assignment's workspace.
        student: whose.
        own: the assignment's own files, which replace the student's; they are read if they are not given.
    """
    submitted = workspace.folder("submitted", student)
    theirs, notes = files_beside(submitted, ignored(workspace))
    if theirs.pop(NAME, None) is not None and (time := timestamp_of(submitted)):
        # In a form that nbgrader reads correctly.
        theirs[NAME] = time.encode("ascii")
    return {**theirs, **(own_files(workspace) if own is None else own)}, notes


def ignored(workspace: Workspace) -> list[str]:
    """Return the course's patterns of files that are never submitted."""
    return [str(pattern) for pattern in workspace.coursedir.ignore]
