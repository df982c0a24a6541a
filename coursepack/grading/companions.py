"""What lies beside a notebook: the student's own files and the assignment's, which replace the student's."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Sequence
from pathlib import Path

from coursepack.grading.desk import RECORDS, Desk
from coursepack.grading.stamps import NAME, read_timestamp

MAX_FILES = 1_000
MAX_BYTES = 64 * 2**20


def companions(desk: Desk, student: str) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files that are graded with a student's notebook, by relative path, and notes on what was left out.

    Links and special files are never followed; hidden files, notebooks, what nbgrader's `CourseDirectory.ignore`
    names, and what exceeds 64 MiB or 1,000 files in all, is left out.
    """
    ignored = [str(pattern) for pattern in desk.coursedir.ignore]
    found: dict[str, bytes] = {}
    notes: list[str] = []
    room = MAX_BYTES
    for path, name in _plain_files(desk.folder("submitted", student), ignored):
        size = path.stat().st_size
        if size > room or len(found) >= MAX_FILES:
            notes.append(
                f"file {name} was left out: more than {MAX_BYTES // 2**20} MiB or {MAX_FILES:,} files came along"
            )
            break
        if name == NAME and read_timestamp(path) is None:
            continue
        room -= size
        found[name] = path.read_bytes()
    for path, name in _plain_files(desk.source.parent, ignored):
        found[name] = path.read_bytes()
    return found, tuple(notes)


def _plain_files(folder: Path, ignored: Sequence[str]) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        unwanted = any(fnmatch.fnmatch(part, pattern) for part in inside.parts for pattern in ignored)
        if hidden or unwanted or path.suffix == ".ipynb" or inside.name == RECORDS:
            continue
        if path.is_file() and not path.is_symlink():
            yield path, inside.as_posix()
