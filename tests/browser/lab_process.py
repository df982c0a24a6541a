"""JupyterLab as `coursepack lab` and `coursepack instructor` start it, for tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jupyter_process
from tiny_course import ASSIGNMENT, make_tiny_course

from coursepack.course import Course

REPOSITORY = Path(__file__).resolve().parents[2]
TOKEN = "test-token"


def released_course(root: Path) -> Course:
    """Make the tiny course with this repository's configuration and a released assignment."""
    made = make_tiny_course(root)
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", made.root / "nbgrader_config.py")
    released = made.notebook("release", ASSIGNMENT)
    released.parent.mkdir(parents=True)
    shutil.copyfile(made.notebook("source", ASSIGNMENT), released)
    return made


@contextmanager
def running(course: Course, command: str, scratch: Path) -> Iterator[str]:
    """Run one of the two commands in the course folder; yield the server's address."""
    with jupyter_process.served(["coursepack", command], course.root, scratch, TOKEN) as address:
        yield address


def ask(address: str, path: str) -> str:
    """Return what the server answers."""
    return jupyter_process.ask(address, path, TOKEN)
