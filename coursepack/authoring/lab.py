"""JupyterLab by role: students work on copies and see nothing for teachers; instructors get formgrader."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from coursepack.authoring.work_folder import bring_up_to_date
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.whole_file import write_whole

WORK = "work"
# Of nbgrader's extensions, what is for teachers: in the browser, and in the server.
TEACHERS_PLUGINS = (
    "@jupyter/nbgrader:formgrader",
    "@jupyter/nbgrader:create-assignment",
    "@jupyter/nbgrader:course-list",
)
TEACHERS_EXTENSIONS = ("nbgrader.server_extensions.formgrader", "nbgrader.server_extensions.course_list")

_console = Console(highlight=False, soft_wrap=True, markup=False)


@dataclass(frozen=True)
class Lab:
    """How JupyterLab is started.

    Attributes:
        command: the program and its arguments.
        folder: where it runs, and what it shows.
        environment: all its variables.
    """

    command: tuple[str, ...]
    folder: Path
    environment: dict[str, str]

    def start(self) -> None:
        """Become that program; this call does not return."""
        os.chdir(self.folder)
        os.execve(self.command[0], self.command, self.environment)  # noqa: S606 (our own interpreter)


def student_lab(course: Course, work: Path | None, options: tuple[str, ...]) -> Lab:
    """Bring a student's work folder up to date, and return its lab.

    Args:
        course: the course, of which only `release/` is read.
        work: the folder; by default `work/` in the course folder.
        options: options for `jupyter lab`.

    Raises:
        CoursepackError: nothing is released, JupyterLab is missing, or the folder cannot be written.
    """
    folder = (work or course.root / WORK).resolve()
    brought = bring_up_to_date(course, folder)
    for name in brought.added:
        _console.print(f"new: {folder / name}")
    for name in brought.outdated:
        told = "the student version has changed; yours is kept. To get the new one, rename yours and run this again"
        _console.print(f"{folder / name}: {told}", style="yellow")
    return _lab(course, "student", folder, options)


def instructor_lab(course: Course, options: tuple[str, ...]) -> Lab:
    """Return a lab in the course folder, with formgrader; arguments and errors as for `student_lab`."""
    return _lab(course, "instructor", course.root, options)


def _lab(course: Course, role: str, folder: Path, options: tuple[str, ...]) -> Lab:
    if importlib.util.find_spec("jupyterlab") is None:
        raise CoursepackError("JupyterLab is not installed", remedy="pip install jupyterlab")
    shown = role == "instructor"
    settings = course.root / ".coursepack" / "lab" / role
    disabled = dict.fromkeys(TEACHERS_PLUGINS, not shown)
    write_whole(settings / "labconfig" / "page_config.json", json.dumps({"disabledExtensions": disabled}) + "\n")
    extensions = dict.fromkeys(TEACHERS_EXTENSIONS, shown)
    command = [sys.executable, "-m", "jupyter", "lab", f"--ServerApp.root_dir={folder}", *options]
    command += [f"--ServerApp.jpserver_extensions={extensions}"]
    if os.geteuid() == 0:  # Jupyter wants to be asked twice to run as root
        command.append("--allow-root")
    # The first folder wins.
    paths = [str(settings), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    return Lab(tuple(command), folder, {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)})
