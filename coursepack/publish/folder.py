"""Write files into a folder that others use as well: only what we wrote ourselves is ever replaced or removed.

A manifest in the folder lists our files with their digests.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from coursepack.errors import UNWRITABLE, CoursepackError
from coursepack.name_list import name_list
from coursepack.whole_file import write_whole

MANIFEST = ".coursepack-published.json"
MADE_BY = "coursepack publish"


@dataclass(frozen=True)
class Plan:
    """What publishing does to a folder.

    Attributes:
        new: files that are not there yet.
        changed: files of ours that get a new content.
        removed: files of ours that are no longer published.
        same: files that stay as they are.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    same: tuple[str, ...]

    @property
    def touched(self) -> tuple[str, ...]:
        """All files that are written or removed."""
        return (*self.new, *self.changed, *self.removed)


def published_earlier(folder: Path) -> dict[str, str]:
    """Return the digests of what we published into a folder earlier, by relative path; nothing if there is none.

    Raises:
        CoursepackError: the manifest is damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["files"]
        if not all(_is_inside(name) and isinstance(value, str) for name, value in found.items()):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        remedy = (
            f"restore it, for example with git, or publish into an empty folder; {MANIFEST} says which files are ours"
        )
        raise CoursepackError("the list of published files is damaged", where=str(path), remedy=remedy) from error
    return dict(found)


def plan(folder: Path, files: Mapping[str, bytes]) -> Plan:
    """Return what would be done, without doing it.

    Args:
        folder: it may not exist yet.
        files: all that is to be published, by relative path.

    Raises:
        CoursepackError: a file that is not ours, or that somebody changed, is in the way; or nothing there is ours.
    """
    ours = published_earlier(folder)
    if not (folder / MANIFEST).is_file():
        _refuse_foreign(folder)
    _refuse_conflicts(folder, files, ours)
    there = {name for name in files if (folder / name).is_file()}
    same = {name for name in there if (folder / name).read_bytes() == files[name]}
    removed = [name for name in ours if name not in files and (folder / name).is_file()]
    order = tuple(sorted(files))
    return Plan(
        tuple(name for name in order if name not in there),
        tuple(name for name in order if name in there - same),
        tuple(sorted(removed)),
        tuple(name for name in order if name in same),
    )


def write(folder: Path, files: Mapping[str, bytes], planned: Plan) -> None:
    """Carry out a plan, and write the manifest last.

    Raises:
        CoursepackError: a file cannot be written.
    """
    try:
        for name in (*planned.new, *planned.changed):
            write_whole(folder / name, files[name])
        for name in planned.removed:
            (folder / name).unlink()
            _remove_empty(folder, (folder / name).parent)
        digests = {name: _digest(content) for name, content in sorted(files.items())}
        write_whole(folder / MANIFEST, json.dumps({"made by": MADE_BY, "files": digests}, indent=1) + "\n")
    except OSError as error:
        where = str(error.filename or folder)
        raise CoursepackError(
            f"the file cannot be written: {error.strerror}", where=where, remedy=UNWRITABLE
        ) from error


def _refuse_foreign(folder: Path) -> None:
    """Raise an error if a folder into which we never published holds more than a new repository does."""
    if folder.exists() and not folder.is_dir():
        raise CoursepackError("this is a file, not a folder", where=str(folder), remedy="name a folder")
    others = sorted(path.name for path in folder.glob("*") if not path.name.upper().startswith("LICENSE"))
    others = [name for name in others if name != ".git"]
    if others:
        remedy = "name a new or empty folder, or an empty repository; nothing was changed"
        raise CoursepackError(
            f"the folder holds what coursepack did not publish: {name_list(others)}", where=str(folder), remedy=remedy
        )


def _refuse_conflicts(folder: Path, files: Mapping[str, bytes], ours: Mapping[str, str]) -> None:
    found = [f"{name} ({why})" for name, why in _conflicts(folder, files, ours)]
    if found:
        remedy = "take over what you need, delete these files there, and publish again; nothing was changed"
        raise CoursepackError(f"in the way: {', '.join(found)}", where=str(folder), remedy=remedy)


def _conflicts(folder: Path, files: Mapping[str, bytes], ours: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the files that may be neither replaced nor removed, and why."""
    home = folder.resolve()
    for name in sorted({*files, *ours}):
        path = folder / name
        above = [folder / part for part in list(PurePosixPath(name).parents)[:-1]]
        if path.is_symlink() or not path.resolve().is_relative_to(home):
            yield name, "a link"
        elif path.is_dir() or any(one.is_file() for one in above):
            yield name, "a folder and a file of one name"
        elif path.is_file():
            content = path.read_bytes()
            if content == files.get(name):
                continue
            if name not in ours:
                yield name, "not published by coursepack"
            elif _digest(content) != ours[name]:
                yield name, "changed since it was published"


def _is_inside(name: str) -> bool:
    """Tell whether a relative path stays inside its folder, and outside git's own."""
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and path.parts[:1] != (".git",)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _remove_empty(folder: Path, below: Path) -> None:
    """Remove a folder that a removed file left empty, and those above it."""
    with contextlib.suppress(OSError):
        while below != folder:
            below.rmdir()
            below = below.parent
