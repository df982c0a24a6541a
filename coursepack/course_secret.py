"""A course's own secret: with it, checks draw other random inputs than every other copy of the course.

A course whose hidden tests can be read, as a public one, still tests its students with numbers that nobody else has.
The secret is the environment variable `COURSEPACK_SECRET`, else the text of a file that git ignores (`secret_file` in
`[tool.coursepack]`). The judge gets it, and `coursepack validate`; no kernel that runs student code does.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.kernel_environment import SECRET
from coursepack.settings import package_files, read_settings

MIN_LENGTH = 8
HOW = "write one line of at least 8 characters, for example: openssl rand -hex 16"


def secret_file(course: Course) -> Path:
    """Return where the course keeps its secret; there need be no such file."""
    return course.root / read_settings(course.root).secret_file


def hidden_files(course: Course) -> list[Path]:
    """Return the files and folders that neither student code nor students may see: the package, and the secret.

    Raises:
        CoursepackError: the course's package is missing.
    """
    secret = secret_file(course)
    return [*package_files(course), *([secret] if secret.is_file() else [])]


def course_secret(course: Course) -> str:
    """Return the secret; empty if the course has none.

    Raises:
        CoursepackError: the file cannot be read, or the secret is too short.
    """
    path, found = secret_file(course), os.environ.get(SECRET, "").strip()
    where = SECRET
    if not found:
        if not path.is_file():
            return ""
        where = str(path)
        try:
            found = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CoursepackError("the course's secret cannot be read", where=where, remedy=HOW) from error
    if len(found) < MIN_LENGTH:
        raise CoursepackError("the course's secret is too short", where=where, remedy=HOW)
    return found


def secret_environment(course: Course) -> dict[str, str]:
    """Return the variable for a process that runs checks; nothing if there is no secret."""
    found = course_secret(course)
    return {SECRET: found} if found else {}


def secret_digest(course: Course) -> str:
    """Return a digest of the secret, which does not give it away; empty if there is none."""
    found = course_secret(course)
    return hashlib.sha256(f"coursepack's secret: {found}".encode()).hexdigest() if found else ""
