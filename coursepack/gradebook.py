"""Read the course's nbgrader settings: configuration file, folders, gradebook."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import DBAPIError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from coursepack.course import CONFIG_NAME, Course
from coursepack.errors import CoursepackError

# SQLite waits 5 s for a lock by default; a busy machine with many graders needs more.
LOCK_WAIT_SECONDS = 60
# `python -m nbgrader`, in half the time: `coursepack` leaves out what no process of ours needs.
NBGRADER = "import coursepack; from nbgrader.apps.nbgraderapp import main; main()"


def load_config(course: Course) -> Config:
    """Return what the course's `nbgrader_config.py` sets.

    Raises:
        CoursepackError: the file fails.
    """
    try:
        return PyFileConfigLoader(CONFIG_NAME, path=str(course.root)).load_config()
    except (Exception, SystemExit) as error:
        # With SystemExit a configuration stops nbgrader, which would pass over any other error.
        if isinstance(error.__cause__, CoursepackError):
            raise error.__cause__ from error
        where = str(course.root / CONFIG_NAME)
        raise CoursepackError(
            f"the configuration fails: {error}",
            where=where,
            remedy="mend the line that it names; `coursepack init` shows a configuration that works",
        ) from error


def course_directory(course: Course) -> Any:
    """Return nbgrader's `CourseDirectory` of the course."""
    found = CourseDirectory(config=load_config(course))
    found.root = str(course.root)
    return found


def gradebook_url(coursedir: Any) -> str:
    """Return the gradebook's address, with a long timeout for a locked SQLite file."""
    url = str(coursedir.db_url)
    if url.startswith("sqlite:///") and "?" not in url:
        return f"{url}?timeout={LOCK_WAIT_SECONDS}"
    return url


def find_tools() -> None:
    """Let nbgrader find `alembic`, which it runs by name to make a gradebook, even if the .venv is not activated."""
    beside_python = str(Path(sys.executable).parent)
    if beside_python not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([beside_python, os.environ.get("PATH", "")])


def generate_assignment(
    course: Course, assignment: str, *options: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `nbgrader generate_assignment --force` as a command, in a process of its own; it may fail.

    It makes a student version and enters the assignment into the gradebook. There are three ways to a student version:

    - this one, where the gradebook is what matters, or the instructor's own command is to be shown;
    - `authoring.nbgrader_converters.make_release`, in this process, for the build: it must hear what nbgrader's
      converter complains of, as errors with a place, and keep to the gradebook of a throw-away course;
    - `notebooks.versions.released_notebook`, in memory, for grading: once for each submission, and workers have neither
      the course's files nor its gradebook.
    """
    command = [sys.executable, "-c", NBGRADER, "generate_assignment", assignment, "--force", *options]
    return subprocess.run(  # noqa: S603 (our own interpreter, arguments as a list)
        command, cwd=course.root, env=environment, capture_output=True, text=True, check=False
    )


def open_gradebook(coursedir: Any) -> Any:
    """Open the gradebook, and create it if there is none; use it in a `with` statement.

    Raises:
        CoursepackError: it is locked, damaged or out of reach.
    """
    find_tools()
    try:
        return Gradebook(gradebook_url(coursedir), coursedir.course_id)
    except DBAPIError as error:
        reason = str(error.orig).strip().split("\n")[0]
        remedy = "restore a backup; the next `coursepack grade` enters what is missing"
        if "locked" in reason:
            remedy = "close the program that uses it (formgrader?), then repeat the command"
        where = str(coursedir.db_url)
        raise CoursepackError(f"the gradebook cannot be opened: {reason}", where=where, remedy=remedy) from error
