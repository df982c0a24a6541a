"""Collect the files beside a notebook: the student's own, and the assignment's, which replace the student's."""

from __future__ import annotations

from coursepack.grading.submission.folder_files import files_beside
from coursepack.grading.submission.timestamps import NAME, timestamp_of
from coursepack.grading.workspace import Workspace


def extra_files(workspace: Workspace, student: str) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files that are graded with a student's notebook, by relative path, and notes on what was left out."""
    ignored = [str(pattern) for pattern in workspace.coursedir.ignore]
    submitted = workspace.folder("submitted", student)
    theirs, notes = files_beside(submitted, ignored)
    if theirs.pop(NAME, None) is not None and (time := timestamp_of(submitted)):
        # In a form that nbgrader reads correctly.
        theirs[NAME] = time.encode("ascii")
    own, _ = files_beside(workspace.source.parent, ignored)
    return {**theirs, **own}, notes
