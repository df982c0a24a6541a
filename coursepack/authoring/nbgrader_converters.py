"""Run nbgrader's converters on a course and turn their log errors into ours."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment, GenerateSolution
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from coursepack.course import CONFIG_NAME, Course
from coursepack.errors import CoursepackError
from coursepack.gradebook import find_tools, load_config
from coursepack.settings import make_importable

# In seconds.
LONG_CELL = 30


class _Complaints(logging.Handler):
    """Keep what a converter logs as an error; its progress lines are of no use to our users."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += [line for line in record.getMessage().strip().split("\n") if line.strip()]

    def reason(self) -> str:
        """Return the line that says what went wrong: the end of the first traceback, else the first line."""
        for index, line in enumerate(self.lines):
            if line.startswith("Traceback"):
                ends = [later for later in self.lines[index + 1 :] if not later.startswith(" ")]
                return ends[0] if ends else line
        return self.lines[0] if self.lines else "nbgrader gave no reason"


class _Clock:
    """Print the cells that take long: a notebook on much data may take an hour."""

    def __init__(self) -> None:
        self._name, self._started = "", time.monotonic()

    def next_cell(self, cell: NotebookNode, **_: object) -> None:
        """Take note that a cell begins; nbgrader needs the hook for its end itself."""
        now = time.monotonic()
        if self._name and now - self._started >= LONG_CELL:
            print(f"  {self._name}: {now - self._started:.0f} s", flush=True)
        self._name, self._started = str(cell.get("id")), now


@contextmanager
def scratch_course(course: Course, *assignments: str) -> Iterator[Course]:
    """Yield a temporary copy of the course with some assignments' sources and the settings.

    The course's own code is not copied: its settings import it from where it is.
    """
    make_importable(course)
    with tempfile.TemporaryDirectory(prefix="coursepack-build-") as folder:
        root = Path(folder).resolve()
        left_out = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
        for name in assignments:
            shutil.copytree(course.root / "source" / name, root / "source" / name, ignore=left_out)
        for name in (CONFIG_NAME, "pyproject.toml"):
            if (course.root / name).is_file():
                shutil.copy(course.root / name, root / name)
        yield Course(root)


def make_release(course: Course, assignment: str, into: Path | None = None) -> Path:
    """Run `nbgrader generate_assignment --force`, which also enters the assignment into the course's gradebook.

    Args:
        course: the course.
        assignment: the assignment.
        into: the folder for student versions, instead of `release/`.

    Returns:
        The folder of the student version.

    Raises:
        CoursepackError: nbgrader refuses, for example to change cells that have grades already.
    """
    return _convert(GenerateAssignment, course, assignment, release_directory=into)


def make_solution(course: Course, assignment: str, environment: Mapping[str, str], *, limited: bool) -> Path:
    """Run `nbgrader generate_solution --force`, which executes the source; errors stay in the cells' outputs.

    The assignment must be in the course's gradebook, so make the release first.

    Args:
        course: the course.
        assignment: the assignment.
        environment: environment variables of the kernel, over those of the configuration.
        limited: whether the configuration's time limit for a cell holds. If not, cells that take long are printed.

    Returns:
        The folder of the executed source, including hidden tests.

    Raises:
        CoursepackError: nbgrader could not run the notebook.
    """
    line = f"--IPKernelApp.exec_lines=__import__('os').environ.update({dict(environment)!r})"
    config = _own_gradebook(course)
    config.Execute.extra_arguments = [*config.Execute.extra_arguments, line]
    # On a busy machine a cell's last message can come later than nbclient's 4 s after its reply: the run would be lost.
    config.Execute.iopub_timeout = 300
    if not limited:
        config.Execute.timeout = None
        config.Execute.on_cell_start = _Clock().next_cell
    return _convert(GenerateSolution, course, assignment, config)


def _convert(
    kind: type[BaseConverter], course: Course, assignment: str, config: Config | None = None, **into: Path | None
) -> Path:
    complaints = _Complaints()
    log = logging.getLogger(f"{__name__}.{kind.__name__}")
    log.handlers, log.propagate = [complaints], False
    find_tools()
    config = config or _own_gradebook(course)
    changed = {name: str(folder) for name, folder in into.items() if folder is not None}
    places = CourseDirectory(config=config, root=str(course.root), assignment_id=assignment, log=log, **changed)
    converter = kind(coursedir=places, config=config, force=True, log=log)
    try:
        converter.start()
    except (NbGraderException, SystemExit) as error:
        raise CoursepackError(complaints.reason(), where=f"source/{assignment}") from error
    return Path(converter._format_dest(assignment, ".")).resolve()


def _own_gradebook(course: Course) -> Config:
    """Read `nbgrader_config.py`; the gradebook is always the one in the course folder itself."""
    config = load_config(course)
    config.CourseDirectory.db_url = f"sqlite:///{course.root / 'gradebook.db'}"
    # A kernel warns at every start that it uses TCP: an author cannot change that.
    config.Execute.extra_arguments = [*config.Execute.get("extra_arguments", []), "--IPKernelApp.log_level=ERROR"]
    return config
