"""What happened in a run of `coursepack grade`, as a file that an instructor can send.

At INFO it holds versions, settings, students' ids, the assignment's cells, times and reasons; no student's text, no
name of a file, no line of a test, no password. What else helps is at DEBUG, which `--verbose` asks for.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import os
import platform
import re
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.batch.options import Options
from coursepack.grading.batch.provenance import library_versions
from coursepack.grading.batch.worker_log import ROOT
from coursepack.grading.workspace import Workspace
from coursepack.settings import read_settings

# Runs over an assignment whose logs are kept.
KEPT = 10
MAX_PLACES = 40
_PLACE = re.compile(r'^\s*File "(?P<file>[^"]*)", line (?P<line>\d+), in (?P<function>\S+)')
_ERROR = re.compile(r"^(?P<name>[A-Za-z_][\w.]*)(?::|$)")

_log = logging.getLogger(__name__)


class _OneRecord(logging.Formatter):
    """Keeps what belongs to a record below its first line, and every character printable: ids are folders' names."""

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).splitlines()
        return "\n    ".join("".join(one if one.isprintable() else "�" for one in line) for line in lines)


class _OnConsole(logging.Handler):
    """Shows records above the progress bar."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        self._console.print(escape(self.format(record)), style="dim", highlight=False, soft_wrap=True)


def default_file(course: Course, assignment: str) -> Path:
    """Return where the log of a run that starts now goes, beside our other notes."""
    name = f"{assignment}-{datetime.datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.log"
    return course.root / ".coursepack" / "logs" / name


@contextlib.contextmanager
def run_log(course: Course, assignment: str, console: Console, *, file: Path | None, verbose: bool) -> Iterator[Path]:
    """Write a log as long as the block runs, and yield where it lies.

    Args:
        course: the course.
        assignment: what is graded.
        console: where `verbose` shows what happens, too.
        file: where to write; by default a new file in the course's `.coursepack/logs/`, where the last few are kept.
        verbose: also write what is at DEBUG.

    Raises:
        CoursepackError: the file cannot be written.
    """
    path, level = file or default_file(course, assignment), logging.DEBUG if verbose else logging.INFO
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers: list[logging.Handler] = [logging.FileHandler(path, mode="w", encoding="utf-8")]
    except OSError as error:
        remedy = "name a file that you can write with --log-file"
        raise CoursepackError(f"the log cannot be written: {error.strerror}", where=str(path), remedy=remedy) from error
    handlers += [_OnConsole(console)] if verbose else []
    before, formatter = ROOT.level, _OneRecord("%(asctime)s %(levelname)-7s %(process)d %(name)s: %(message)s")
    for handler in handlers:
        handler.setFormatter(formatter)
        ROOT.addHandler(handler)
    ROOT.setLevel(level)
    try:
        with _told():
            yield path
    finally:
        ROOT.setLevel(before)
        for handler in handlers:
            ROOT.removeHandler(handler)
            handler.close()
        if file is None:
            _forget_old(path.parent, assignment)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Log how a run ends; the texts of other errors than ours may show what students wrote."""
    begun = time.monotonic()
    try:
        yield
    except BaseException as error:
        what = f": {error.what}" if isinstance(error, CoursepackError) else ""
        _log.error("the run ends with %s%s", type(error).__name__, what)
        _log.debug("its traceback", exc_info=True)
        raise
    finally:
        _log.info("the run ends after %.1f s", time.monotonic() - begun)


def _forget_old(folder: Path, assignment: str) -> None:
    named = re.compile(rf"{re.escape(assignment)}-\d{{8}}-\d{{6}}-\d+\.log")
    for old in sorted(path for path in folder.iterdir() if named.fullmatch(path.name))[:-KEPT]:
        old.unlink(missing_ok=True)


def log_settings(workspace: Workspace, options: Options) -> None:
    """Log what a run works with; of the gradebook's address, which may hold a password, its kind alone."""
    course = workspace.course
    groups = {
        "course": {"root": str(course.root), "assignment": workspace.assignment, **asdict(read_settings(course.root))},
        "options": {**asdict(options), "gradebook": workspace.db_url.partition(":")[0]},
        "limits": asdict(options.limits(workspace)),
    }
    _log.info("%s; %s", platform.platform(), ", ".join(library_versions(course)))
    for group, values in groups.items():
        _log.info("%s: %s", group, ", ".join(f"{name}={value!r}" for name, value in values.items()))


def without_words(details: str) -> str:
    """Return of tracebacks where they were and what kind of error ended them: no line of code, no message."""
    found = []
    for line in details.splitlines():
        if place := _PLACE.match(line):
            found.append("{file}, line {line}, in {function}".format(**place.groupdict()))
        elif error := _ERROR.match(line):
            found.append(error["name"] if error["name"].endswith(("Error", "Exception", "Exit")) else "")
    return "\n".join([line for line in found if line][-MAX_PLACES:])
