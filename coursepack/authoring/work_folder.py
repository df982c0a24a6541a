"""A student's own copies of the student versions: what is new is added, and what is there is never written to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coursepack.course import Course
from coursepack.errors import UNWRITABLE, CoursepackError
from coursepack.grading.workspace import digest
from coursepack.whole_file import write_whole

# What the copies were made from: paths in the folder, and digests.
RECORD = ".coursepack-given.json"
_LEFT_OUT = {".ipynb_checkpoints", "__pycache__", ".DS_Store", "data"}


@dataclass(frozen=True)
class Brought:
    """What became of the work folder.

    Attributes:
        added: files that were copied.
        outdated: files of the student's whose student version has changed since.
    """

    added: tuple[str, ...]
    outdated: tuple[str, ...]


def bring_up_to_date(course: Course, folder: Path) -> Brought:
    """Copy student versions into a work folder that are not there.

    A file that a student has deleted or renamed is copied again.

    Raises:
        CoursepackError: nothing is released, or the folder cannot be written.
    """
    released = dict(_released(course))
    if not released:
        raise CoursepackError(
            "there is no student version", where=str(course.root / "release"), remedy="run `coursepack build`"
        )
    given, added, outdated = _read_record(folder), [], []
    for name, path in released.items():
        released_as, target = digest(path), folder / name
        if not os.path.lexists(target):
            _copy(path, target)
            given[name] = released_as
            added.append(name)
        elif digest(target) == released_as:
            given[name] = released_as
        elif given.get(name) != released_as:
            outdated.append(name)
    _write_record(folder, given)
    return Brought(tuple(added), tuple(outdated))


def _released(course: Course) -> Iterator[tuple[str, Path]]:
    """Yield the files of all student versions, by their path in the work folder."""
    home = course.root / "release"
    for assignment in course.assignments:
        for path in sorted((home / assignment).rglob("*")):
            inside = path.relative_to(home)
            if path.is_file() and not _LEFT_OUT & set(inside.parts):
                yield inside.as_posix(), path


def _copy(path: Path, target: Path) -> None:
    try:
        write_whole(target, path.read_bytes())
    except OSError as error:
        remedy = "choose another folder with --work"
        raise CoursepackError(
            f"the file cannot be written: {error.strerror}", where=str(target), remedy=remedy
        ) from error


def _read_record(folder: Path) -> dict[str, str]:
    """Return the record; without one, files that differ count as outdated, and nothing is lost."""
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _write_record(folder: Path, given: dict[str, str]) -> None:
    try:
        write_whole(folder / RECORD, json.dumps(dict(sorted(given.items())), indent=1) + "\n")
    except OSError as error:
        raise CoursepackError(
            f"the file cannot be written: {error.strerror}", where=str(folder / RECORD), remedy=UNWRITABLE
        ) from error
