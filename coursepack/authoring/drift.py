"""Find where derived files differ from what a fresh build would write."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode

from coursepack.errors import CoursepackError
from coursepack.notebooks.cells import cell_name

_REMEDY = "run `coursepack build` and commit the result"
_IGNORED = {".ipynb_checkpoints", "__pycache__", ".DS_Store", "data"}


def folder_drift(fresh: Path, committed: Path, root: Path, *, besides: str = "") -> list[CoursepackError]:
    """Compare two folders byte by byte.

    Args:
        fresh: what a build writes now.
        committed: what the course holds.
        root: the course folder; paths in messages are relative to it.
        besides: the name of a file that is not compared.
    """
    ours, theirs = _files(fresh), _files(committed)
    drift = []
    for name in sorted((set(ours) | set(theirs)) - {besides}):
        where = str(committed.relative_to(root) / name)
        if name not in theirs:
            drift.append(CoursepackError("the file is missing", where=where, remedy=_REMEDY))
        elif name not in ours:
            drift.append(CoursepackError("no source makes this file", where=where, remedy="remove it"))
        elif ours[name].read_bytes() != theirs[name].read_bytes():
            drift.append(CoursepackError("the file is out of step with its source", where=where, remedy=_REMEDY))
    return drift


def input_drift(fresh: NotebookNode, committed: NotebookNode, name: str) -> list[CoursepackError]:
    """Compare two notebooks without their outputs, and return the first cell in which they differ.

    Args:
        fresh: what a build makes now.
        committed: what the course holds.
        name: the committed notebook's name in messages.
    """
    pairs = zip(fresh.cells, committed.cells, strict=False)
    for index, (ours, theirs) in enumerate(pairs):
        if _inputs(ours) != _inputs(theirs):
            where = f"{name}, cell “{cell_name(theirs, index)}”"
            return [CoursepackError("the cell is out of step with its source", where=where, remedy=_REMEDY)]
    if len(fresh.cells) != len(committed.cells):
        what = f"the notebook has {len(committed.cells)} cells, its source {len(fresh.cells)}"
        return [CoursepackError(what, where=name, remedy=_REMEDY)]
    if fresh.metadata != committed.metadata:
        return [CoursepackError("the metadata is out of step with the source", where=name, remedy=_REMEDY)]
    return []


def _files(folder: Path) -> dict[str, Path]:
    """Return the files below a folder by relative path."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path for name, path in found.items() if not _IGNORED & set(Path(name).parts)}


def _inputs(cell: NotebookNode) -> tuple[object, ...]:
    return cell.get("id"), cell.cell_type, cell.source, cell.metadata
