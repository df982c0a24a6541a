"""`coursepack init`: write a course that works at once, with one assignment to try everything on."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

from coursepack.authoring.new_assignment import TEMPLATES, filled, source_of, substituted
from coursepack.authoring.own_requirement import WHEELS, own_requirement
from coursepack.authoring.solution_notebook import written
from coursepack.errors import UNWRITABLE, CoursepackError
from coursepack.whole_file import write_whole

ASSIGNMENT = "week1"
FILES = {
    "nbgrader_config.py": "nbgrader_config.py.txt",
    "pyproject.toml": "pyproject.toml.txt",
    "requirements.txt": "requirements.txt.txt",
    "README.md": "README.md.txt",
    ".gitignore": "gitignore.txt",
    ".github/workflows/course.yml": "workflow.yml",
}
# What a new repository or a new environment may have put there already.
HARMLESS = {".git", ".venv", "venv"}


def init_course(folder: Path) -> list[str]:
    """Write a course into a new or an empty folder.

    Args:
        folder: the folder; its name becomes the course's.

    Returns:
        The files that were written, as seen from the folder.

    Raises:
        CoursepackError: the folder holds something, or cannot be written to.
    """
    root = folder.resolve()
    _refuse_what_is_there(root)
    tool = own_requirement()
    files = dict(_files(_course_id(root), tool.lines))
    try:
        for name, content in files.items():
            write_whole(root / name, content)
        if tool.archive:
            (root / WHEELS).mkdir()
            shutil.copyfile(tool.archive, root / WHEELS / tool.archive.name)
    except OSError as error:
        where = str(error.filename or root)
        raise CoursepackError(
            f"the course cannot be written: {error.strerror}", where=where, remedy=UNWRITABLE
        ) from error
    return sorted([*files, *([f"{WHEELS}/{tool.archive.name}"] if tool.archive else [])])


def _refuse_what_is_there(root: Path) -> None:
    remedy = "name a new folder; in an existing course, `coursepack new` begins an assignment"
    if root.exists() and not root.is_dir():
        raise CoursepackError("there is a file of that name", where=str(root), remedy=remedy)
    if root.is_dir() and {path.name for path in root.iterdir()} - HARMLESS:
        raise CoursepackError("the folder is not empty", where=str(root), remedy=remedy)


def _course_id(root: Path) -> str:
    """Return the course's name: the folder's, with nothing in it that a path or Python's quotes could trip over."""
    return re.sub(r"[^\w.-]+", "_", root.name).strip("_.") or "course"


def _files(course: str, tool: str) -> Iterator[tuple[str, str]]:
    """Yield every file's path and content."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    values = {"COURSE": course, "ASSIGNMENT": ASSIGNMENT, "TOOL": tool, "PYTHON": python}
    folder = TEMPLATES / "course"
    for name, template in FILES.items():
        yield name, substituted((folder / template).read_text(encoding="utf-8"), values)
    yield f"source/{ASSIGNMENT}/{ASSIGNMENT}.ipynb", written(source_of(filled("first_assignment.py.txt")))
    for kind in ("right", "wrong"):
        for answer in _sorted(folder / kind):
            name = f"answers/{ASSIGNMENT}/{kind}/{answer.name.removesuffix('.txt')}"
            yield name, answer.read_text(encoding="utf-8")


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda one: one.name)
