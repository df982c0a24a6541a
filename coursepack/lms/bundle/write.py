"""`coursepack bundle`: write a bundle for Gradescope, GitHub Actions or GitLab CI."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from coursepack.course import Course
from coursepack.errors import UNWRITABLE, CoursepackError
from coursepack.grading.workspace import Workspace
from coursepack.lms.bundle.contents import common_files, filled

# The same content gives the same archive.
EPOCH = (1980, 1, 1, 0, 0, 0)


class System(StrEnum):
    """The systems that a bundle can be made for."""

    GRADESCOPE = "gradescope"
    GITHUB = "github"
    GITLAB = "gitlab"


# The system's own files: where they go, and their templates.
OWN = {
    System.GRADESCOPE: {"setup.sh": "setup.sh", "run_autograder": "run_autograder"},
    System.GITHUB: {".github/workflows/grade.yml": "github.yml"},
    System.GITLAB: {".gitlab-ci.yml": "gitlab.yml"},
}
# For a repository: an environment and results made there never enter it.
GITIGNORE = b"/.venv/\n/results/\n/student/\n.coursepack/\n__pycache__/\n"


def write_bundle(course: Course, assignment: str, system: System, into: Path, *, unsafe_no_jail: bool = False) -> None:
    """Write a bundle.

    Args:
        course: the course.
        assignment: the assignment's name.
        system: for which system.
        into: the archive for Gradescope, else a folder, which must be new or empty.
        unsafe_no_jail: whether the bundle grades without any isolation.

    Raises:
        CoursepackError: it cannot be put together or written.
    """
    workspace = Workspace(course, assignment)
    if system is not System.GRADESCOPE and into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise CoursepackError("the folder is not empty", where=str(into), remedy="name a new folder with --into")
    files = common_files(workspace, unsafe_no_jail=unsafe_no_jail)
    for name, template in OWN[system].items():
        files[name] = filled(template, workspace, unsafe_no_jail=unsafe_no_jail).encode("utf-8")
    try:
        if system is System.GRADESCOPE:
            into.write_bytes(_archive(files))
        else:
            _write_folder(into, files | {".gitignore": GITIGNORE})
    except OSError as error:
        where = str(error.filename or into)
        raise CoursepackError(
            f"the bundle cannot be written: {error.strerror}", where=where, remedy=UNWRITABLE
        ) from error


def _archive(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive whose scripts can be run."""
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = _mode(name, content) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return page.getvalue()


def _write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(_mode(name, content))


def _mode(name: str, content: bytes) -> int:
    return 0o755 if content.startswith(b"#!") and "/" not in name else 0o644
