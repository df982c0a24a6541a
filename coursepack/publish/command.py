"""`coursepack publish`: write a repository for students, into a folder or to a git remote."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from rich.console import Console

from coursepack.authoring.build import check_release
from coursepack.authoring.own_repository import warnings
from coursepack.authoring.problems import raise_together
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.publish.contents import student_files
from coursepack.publish.folder import MANIFEST, Plan, plan, published_earlier, write
from coursepack.publish.git import clone, commit_and_push, is_remote
from coursepack.publish.leak_check import find_leaks
from coursepack.settings import read_settings

_GITHUB = re.compile(r"github\.com[/:]([\w.-]+/[\w.-]+?)(\.git)?/?$", re.IGNORECASE)
_console = Console(highlight=False, soft_wrap=True, markup=False)


def publish(course: Course, destination: str, assignments: Sequence[str], *, dry_run: bool = False) -> None:
    """Publish assignments, and bring up to date what was published there earlier.

    Args:
        course: the course.
        destination: a folder, or a git remote.
        assignments: what to publish; nothing means all assignments.
        dry_run: only say what would be done.

    Raises:
        CoursepackError: it shows a secret, is out of date, or something is in the way; nothing was changed.
    """
    for warning in warnings(course):
        _console.print(warning, style="bold red")
    wanted = course.select(list(assignments))
    if not is_remote(destination):
        _into_folder(course, Path(destination), wanted, dry_run=dry_run)
        return
    branch = read_settings(course.root).branch
    with tempfile.TemporaryDirectory(prefix="coursepack-publish-") as scratch:
        folder = Path(scratch) / "students"
        clone(destination, branch, folder)
        files, planned = _planned(course, folder, wanted, _on_github(course, destination))
        _tell(planned, destination, dry_run=dry_run)
        if planned.touched and not dry_run:
            write(folder, files, planned)
            message = f"Publish {', '.join(_published(course, files))}"
            commit_and_push(course.root, folder, [*planned.touched, MANIFEST], branch, message)
            _console.print(f"pushed to {destination}, branch {branch}")


def _into_folder(course: Course, folder: Path, wanted: Sequence[str], *, dry_run: bool) -> None:
    real, root = folder.resolve(), course.root.resolve()
    if real.is_relative_to(root) or root.is_relative_to(real):
        remedy = f"name a folder outside it, for example {root.parent / (root.name + '-students')}"
        raise CoursepackError(
            "the folder for students lies in the course, or around it", where=str(real), remedy=remedy
        )
    files, planned = _planned(course, real, wanted, read_settings(course.root).repository)
    _tell(planned, str(folder), dry_run=dry_run)
    if planned.touched and not dry_run:
        write(real, files, planned)


def _planned(course: Course, folder: Path, wanted: Sequence[str], repository: str) -> tuple[dict[str, bytes], Plan]:
    """Return the files and what is to be done, after all checks."""
    earlier = _published(course, published_earlier(folder))
    names = [name for name in course.assignments if name in wanted or name in earlier]
    check_release(course, names)
    files = student_files(course, names, repository)
    raise_together(find_leaks(course, files))
    return files, plan(folder, files)


def _published(course: Course, files: Collection[str]) -> list[str]:
    """Return the course's assignments among published files."""
    return [name for name in course.assignments if f"{name}/{name}.ipynb" in files]


def _on_github(course: Course, remote: str) -> str:
    """Return "owner/name" for badges: the setting, else the remote's if that is on GitHub."""
    named, found = read_settings(course.root).repository, _GITHUB.search(remote)
    actual = found[1] if found else ""
    if named and actual and named.lower() != actual.lower():
        _console.print(f"note: the notebooks' badges open {named} (`repository`), not {actual}", style="yellow")
    return named or actual


def _tell(planned: Plan, destination: str, *, dry_run: bool) -> None:
    for sign, names in (("+", planned.new), ("~", planned.changed), ("-", planned.removed)):
        for name in names:
            _console.print(f"{sign} {name}")
    if not planned.touched:
        _console.print(f"{destination}: unchanged, {len(planned.same)} files are as they should be")
        return
    counts = f"{len(planned.new)} new, {len(planned.changed)} changed, {len(planned.removed)} removed"
    verb = "would publish" if dry_run else "published"
    _console.print(f"{destination}: {verb} {counts}; {len(planned.same)} unchanged")
