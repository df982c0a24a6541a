"""Digest coursepack's own code, to tell whether two machines, or two days, use the same code."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

import coursepack

PACKAGE = Path(coursepack.__file__).parent
# Rooms above `grading`, which it may not import: they affect no points.
UNRELATED = ("authoring", "cli", "demo.py", "feedback", "lms", "publish", "report", "validation", "__main__.py")


@functools.cache
def code_digests(package: Path = PACKAGE) -> dict[str, str]:
    """Return the digests of coursepack's code at the first call: the checks, and everything else."""
    parts: dict[str, list[Path]] = {"checks": [], "coursepack": []}
    for path in files_below(package):
        inside = path.relative_to(package)
        if path.suffix != ".py" or inside.parts[0] in UNRELATED:
            continue
        parts["checks" if inside.parts[0] == "checks" else "coursepack"].append(path)
    return {part: digest_of(paths, package) for part, paths in parts.items()}


def code_digest() -> str:
    """Return the digest of all code that may affect a verdict: machines with the same code have the same digest."""
    return text_digest("\n".join(code_digests().values()))


def files_below(folder: Path) -> list[Path]:
    """Return all files below a folder, sorted, except Python's bytecode; none if there is no such folder."""
    found = (path for path in folder.rglob("*") if "__pycache__" not in path.parts and path.is_file())
    return sorted(found) if folder.is_dir() else []


def digest_of(paths: Iterable[Path], root: Path) -> str:
    """Return one digest of files: of their paths below `root` and their contents."""
    each = (f"{path.relative_to(root).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in paths)
    return text_digest("\n".join(each))


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
