"""Put an assignment into nbgrader's gradebook, as `nbgrader generate_assignment` does."""

from __future__ import annotations

import re
import shutil

from coursepack.errors import CoursepackError
from coursepack.gradebook import generate_assignment
from coursepack.grading.workspace import Workspace, digest

_ERROR_LINE = re.compile(r"^(?:[\w]+\.)*(?P<name>\w*(?:Error|Exception|Entry))\b:? ?(?P<text>.*)$")


def register_assignment(workspace: Workspace) -> None:
    """Put the assignment into the gradebook if it is missing there or has changed.

    nbgrader does this while it makes the student version. Ours goes to a scratch folder; `release/` does not change.

    Raises:
        CoursepackError: nbgrader refuses.
    """
    stamp = workspace.records / ".source"
    current = digest(workspace.source)
    known = stamp.read_text(encoding="utf-8") if stamp.is_file() else ""
    if known == current and workspace.in_gradebook():
        return
    scratch = workspace.workshop / "release"
    inside = scratch.relative_to(workspace.course.root).as_posix()
    options = (f"--db={workspace.db_url}", f"--CourseDirectory.release_directory={inside}")
    run = generate_assignment(workspace.course, workspace.assignment, *options, environment=workspace.environment())
    shutil.rmtree(scratch, ignore_errors=True)
    if run.returncode != 0:
        raise _refused(workspace, run.stdout + run.stderr)
    workspace.records.mkdir(parents=True, exist_ok=True)
    stamp.write_text(current, encoding="utf-8")


def _refused(workspace: Workspace, log: str) -> CoursepackError:
    remedy = f"run `nbgrader generate_assignment {workspace.assignment}` and see what it says"
    if "Cannot add or remove cells" in log:
        remedy = (
            f"its cells changed after work was graded: save the grades with `nbgrader export`, then "
            f"`nbgrader db assignment remove {workspace.assignment} --force`, and grade again"
        )
    what = f"the assignment cannot be put into the gradebook ({reason_in(log)})"
    return CoursepackError(what, where=str(workspace.source), remedy=remedy)


def reason_in(log: str) -> str:
    """Return why nbgrader failed, from its log: its last error that is not the summary."""
    found = ""
    for line in log.splitlines():
        match = _ERROR_LINE.match(line.strip())
        if match is None:
            continue
        if "database is locked" in line:
            return "the gradebook stayed locked (database is locked)"
        found = f"nbgrader: {match['name']}: {match['text']}".removesuffix(": ")[:300]
    return found or "nbgrader failed without saying why"
