"""The part of a bundle that every system gets: the assignment, the tool, the list of libraries, and two scripts.

    course/            the assignment's source, the course's package and data, settings made for this one purpose
    harness/           the tool
    requirements.txt   the libraries, pinned
    install.sh         makes an environment
    grade.sh           grades a folder with a submission

Right and wrong answers, other assignments, student versions, submissions and the gradebook (whose address may hold a
password) stay out. What is inside shows every hidden test of the assignment: a bundle is for instructors.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import coursepack
from coursepack.course_secret import course_secret
from coursepack.errors import CoursepackError
from coursepack.grading.batch.extra_files import ignored
from coursepack.grading.submission.folder_files import files_beside
from coursepack.grading.workspace import Workspace
from coursepack.lms.bundle.requirements import locked_requirements
from coursepack.notebooks.reading import read_notebook
from coursepack.settings import package_files, read_settings

TEMPLATES = Path(__file__).parent / "templates"
COURSE, HARNESS = "course", "harness"
# Beside the source: its hidden tests must draw what they draw here.
SECRET_FILE = "course_secret.txt"  # noqa: S105 (its name)
CONFIG = """\
c = get_config()  # noqa: F821
c.CourseDirectory.ignore = {ignored!r}
c.JudgedExecute.timeout = {timeout}
"""


def common_files(workspace: Workspace, *, unsafe_no_jail: bool = False) -> dict[str, bytes]:
    """Return the files of a bundle, by relative path, without those of one system.

    Raises:
        CoursepackError: the source is damaged, or a library or a file of the course is missing.
    """
    source = read_notebook(workspace.source)
    texts = {
        "requirements.txt": locked_requirements(workspace.course, source),
        f"{COURSE}/nbgrader_config.py": CONFIG.format(ignored=ignored(workspace), timeout=workspace.timeout),
        f"{COURSE}/pyproject.toml": _settings(workspace),
        "install.sh": filled("install.sh", workspace),
        "grade.sh": filled("grade.sh", workspace, unsafe_no_jail=unsafe_no_jail),
    }
    files = {name: text.encode("utf-8") for name, text in texts.items()}
    files |= {f"{COURSE}/{name}": content for name, content in _of_the_course(workspace)}
    tool = Path(coursepack.__file__).parent
    return files | {f"{HARNESS}/{tool.name}/{name}": content for name, content in _below(tool)}


def filled(template: str, workspace: Workspace, *, unsafe_no_jail: bool = False) -> str:
    """Return a template with this assignment's names in it.

    Raises:
        CoursepackError: the assignment's name cannot stand in a script.
    """
    if not re.fullmatch(r"[\w.-]+", workspace.assignment, re.ASCII):
        remedy = "rename its folder and notebook: letters, digits, “-”, “_” and “.”"
        raise CoursepackError(f"the name “{workspace.assignment}” cannot stand in a script", remedy=remedy)
    values = {
        "ASSIGNMENT": workspace.assignment,
        "PYTHON": f"{sys.version_info.major}.{sys.version_info.minor}",
        "OPTIONS": "--unsafe-no-jail" if unsafe_no_jail else "",
    }
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@@{name}@@", value)
    return text


def _settings(workspace: Workspace) -> str:
    """Return the course's settings that grading reads; JSON's strings and lists of strings are TOML's, too."""
    settings = read_settings(workspace.course.root)
    kept = {"package": settings.package, "preload": list(settings.preload), "grading_data": settings.grading_data}
    kept["secret_file"] = SECRET_FILE if course_secret(workspace.course) else ""
    lines = [f"{name} = {json.dumps(value)}" for name, value in kept.items() if value]
    return "\n".join(["[tool.coursepack]", *lines]) + "\n"


def _of_the_course(workspace: Workspace) -> Iterator[tuple[str, bytes]]:
    course, home = workspace.course, f"source/{workspace.assignment}"
    yield f"{home}/{workspace.source.name}", workspace.source.read_bytes()
    beside, _ = files_beside(workspace.source.parent, ignored(workspace))
    yield from ((f"{home}/{name}", content) for name, content in beside.items())
    if secret := course_secret(course):
        yield SECRET_FILE, f"{secret}\n".encode()
    for place in package_files(course):
        yield from _placed(place.name, place)
    for name in read_settings(course.root).bundled_data:
        place = course.root / name
        if not place.exists():
            raise CoursepackError(
                "there is no such file or folder",
                where=f"{course.root}, bundled_data = “{name}”",
                remedy="mend the name in pyproject.toml, or take it out",
            )
        yield from _placed(name, place)


def _placed(name: str, place: Path) -> Iterator[tuple[str, bytes]]:
    """Yield a file under a name, or a folder's files below it."""
    if place.is_dir():
        yield from ((f"{name}/{inside}", content) for inside, content in _below(place))
    else:
        yield name, place.read_bytes()


def _below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield a folder's files by relative path, without what Python and Jupyter leave behind."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        clutter = any(part in ("__pycache__", ".ipynb_checkpoints") for part in parts) or path.suffix == ".pyc"
        if path.is_file() and not clutter:
            yield path.relative_to(folder).as_posix(), path.read_bytes()
