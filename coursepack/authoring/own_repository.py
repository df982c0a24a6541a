"""Does a public repository give away what it should not: the course's hidden tests, or its secret?"""

from __future__ import annotations

import re
import shutil
import subprocess

from coursepack.course import Course
from coursepack.settings import FILE, read_settings

WARNING = """\
WARNING: {file} sends students to the repository {repository}, and that repository holds this course:
  every hidden test in source/, every solution and every answer can be read there.
  Set `repository` to a repository for students, which `coursepack publish` writes, and keep this one private."""

TRACKED = """\
WARNING: git has the course's secret, {name}: whoever reads the repository knows what the tests draw.
  Take it out (git rm --cached {name}), let git ignore it, and make a new one: the old one stays in the history."""


def warnings(course: Course) -> list[str]:
    """Return what `coursepack build` and `publish` warn of."""
    return [one for one in (own_repository_warning(course), tracked_secret_warning(course)) if one]


def own_repository_warning(course: Course) -> str:
    """Return a warning if `repository` is one of the remotes of the course's own git repository; else nothing."""
    repository = read_settings(course.root).repository
    if not repository or not _git(course, "ls-files", "--", "source"):
        return ""
    address = re.compile(rf"[/:]{re.escape(repository)}(\.git)?/?$", re.IGNORECASE)
    remotes = [line.split()[1] for line in _git(course, "remote", "--verbose").split("\n") if line.strip()]
    if not any(map(address.search, remotes)):
        return ""
    return WARNING.format(file=course.root / FILE, repository=repository)


def tracked_secret_warning(course: Course) -> str:
    """Return a warning if git has the file with the course's secret; else nothing."""
    name = read_settings(course.root).secret_file
    return TRACKED.format(name=name) if name and _git(course, "ls-files", "--", name) else ""


def _git(course: Course, *arguments: str) -> str:
    """Return what git prints in the course folder; nothing if that is no repository, or there is no git."""
    program = shutil.which("git")
    if program is None:
        return ""
    command = [program, *arguments]
    run = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)  # noqa: S603
    return run.stdout
