"""Read the files beside a notebook, without following links."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

# The verdicts on a notebook's cells: written beside an autograded notebook, never submitted.
VERDICTS_FILE = "verdicts.json"
# What operating systems, archives and tools leave behind: it is not submitted work, and no such folder is a student.
# `nbgrader_config.py` tells nbgrader the same.
CLUTTER = (
    *("__MACOSX", ".DS_Store", "._*", ".Trashes", ".Spotlight-V100", ".fseventsd"),
    *("Thumbs.db", "ehthumbs.db", "desktop.ini", "$RECYCLE.BIN", "System Volume Information"),
    *(".ipynb_checkpoints", "__pycache__", ".git", "@eaDir", "lost+found"),
)
# One expression for all of them: a class has tens of thousands of names.
_CLUTTER = re.compile("|".join(fnmatch.translate(pattern.lower()) for pattern in CLUTTER))
MAX_FILES = 1_000
MAX_BYTES = 64 * 2**20


def files_beside(folder: Path, ignored: Sequence[str]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files of a folder by relative path, and a note if some were left out.

    Hidden files, clutter, notebooks, records and what `ignored` names are skipped; so are links and special files.
    Files beyond 64 MiB or 1,000 files in all are left out.

    Args:
        folder: the notebook's folder.
        ignored: patterns of file and folder names.
    """
    found: dict[str, bytes] = {}
    room = MAX_BYTES
    for path, name in _plain_files(folder, ignored):
        room -= path.stat().st_size
        if room < 0 or len(found) >= MAX_FILES:
            why = f"more than {MAX_BYTES // 2**20} MiB or {MAX_FILES:,} files were submitted"
            return found, (f"file {name} and all files after it were left out: {why}",)
        found[name] = path.read_bytes()
    return found, ()


def is_clutter(name: str) -> bool:
    """Return whether a file or folder of this name is clutter, in upper or lower case."""
    return _CLUTTER.match(name.lower()) is not None


def _plain_files(folder: Path, ignored: Sequence[str]) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") or is_clutter(part) for part in inside.parts)
        unwanted = any(fnmatch.fnmatch(part, pattern) for part in inside.parts for pattern in ignored)
        if (
            hidden
            or unwanted
            or any(map(is_clutter, inside.parts))
            or path.suffix == ".ipynb"
            or inside.name == VERDICTS_FILE
        ):
            continue
        if path.is_file() and not path.is_symlink():
            yield path, inside.as_posix()
