"""Find out which system a download comes from, by the names in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coursepack.errors import CoursepackError, choose
from coursepack.lms.file_names import (
    KINDS,
    NamedFile,
    github_reader,
    read_canvas,
    read_folder,
    read_google,
    read_gradescope,
    read_moodle,
)

METADATA = "submission_metadata.yml"
# Names that nobody writes by chance.
SURE = {"canvas": read_canvas, "moodle": read_moodle, "gradescope": read_gradescope}
_GITHUB_FOLDER = re.compile(r"(?P<slug>.+)-submissions")


@dataclass(frozen=True)
class Download:
    """What kind of download it is, and how its names are read.

    Attributes:
        kind: one of `KINDS`.
        read: returns what a path says, or None.
    """

    kind: str
    read: Callable[[str], NamedFile | None]


def recognise(paths: Sequence[str], assignment: str, kind: str = "", clutter: Sequence[str] = ()) -> Download:
    """Return what kind of download these paths come from.

    Args:
        paths: the paths of its files.
        assignment: the assignment's name.
        kind: the kind if the user named it.
        clutter: the paths of what tools left behind, Git's own folders among them.

    Raises:
        CoursepackError: the names fit several kinds, or the kind that was named is unknown.
    """
    if kind:
        choose(kind, KINDS, "there is no kind of download “{}”")
    slug = _github_slug(paths, assignment, cloned=any("/.git/" in f"/{path}" for path in clutter))
    readers = {**SURE, "google": read_google, "github": github_reader(slug or assignment), "folder": read_folder}
    return Download(name := kind or _guess(paths, slug), readers[name])


def _guess(paths: Sequence[str], slug: str) -> str:
    fitting = [name for name, read in SURE.items() if any(read(path) for path in paths)]
    if any(path.rpartition("/")[2] == METADATA for path in paths) and "gradescope" not in fitting:
        fitting.append("gradescope")
    if not fitting:
        notebooks = [path for path in paths if path.lower().endswith(".ipynb")]
        named = [path for path in notebooks if read_google(path)]
        fitting += ["google"] if named and 2 * len(named) > len(notebooks) else []
        fitting += ["github"] if slug else []
    if len(fitting) > 1:
        remedy = f"say which it is: {' or '.join(f'--from {name}' for name in fitting)}"
        raise CoursepackError(f"these names could be {' or '.join(map(str.capitalize, fitting))}'s", remedy=remedy)
    return fitting[0] if fitting else "folder"


def _github_slug(paths: Sequence[str], assignment: str, *, cloned: bool) -> str:
    """Return the name that all repositories begin with; empty if these are no repositories of one assignment."""
    above = [found["slug"] for path in paths if (found := _GITHUB_FOLDER.fullmatch(path.partition("/")[0]))]
    if above:
        return above[0]
    folders = sorted({path.partition("/")[0] for path in paths if "/" in path})
    own = [one for one in folders if one.casefold().startswith(f"{assignment}-".casefold())]
    if own and own == folders:
        return assignment
    return _common_start(folders) if cloned and len(folders) > 1 else ""


def _common_start(names: Sequence[str]) -> str:
    """Return what all names begin with, up to their last common hyphen."""
    first, last = min(names), max(names)
    length = next(
        (place for place, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first)
    )
    return first[:length].rpartition("-")[0]
