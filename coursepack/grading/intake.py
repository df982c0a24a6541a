"""Look at a submission before nbgrader does: say why it cannot be graded, or make it so that it can.

nbgrader stops a whole batch at some faults (a duplicated test cell, metadata of another schema) and gives up a
submission at others. What a student's editor or hand can break without touching an answer is put right here, in a
working copy, and noted.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.validator import normalize

from coursepack.grading.slim import slim

NBFORMAT = (4, 5)
# An executed notebook of ours has less than 1 MB. A part (anything behind a comma or bracket) takes some 100 bytes.
MAX_BYTES = 50_000_000
MAX_PARTS = 2_000_000
CLEAR = "hand it in again without outputs"
SKIP_TAG = "skip-execution"
# So many cells are named in one note.
NAMED = 3


class UnreadableError(Exception):
    """A submission that cannot be graded; its text says why, for the instructor."""


@dataclass(frozen=True)
class Intake:
    """A submission ready to be graded.

    Attributes:
        notebook: the working copy.
        notes: what was put right, one sentence each.
    """

    notebook: NotebookNode
    notes: tuple[str, ...]


def take_in(path: Path, released: NotebookNode) -> Intake:
    """Read a submitted notebook and put right what nbgrader would stumble over.

    Args:
        path: where the notebook must lie.
        released: the assignment's student version.

    Raises:
        UnreadableError: there is no notebook, or nothing that could be graded in it.
    """
    content = slim(_read_json(path))
    notes: list[str] = []
    notebook = _as_current_format(content, notes)
    notes.extend(put_right(notebook, released))
    return Intake(notebook, tuple(notes))


def put_right(notebook: NotebookNode, released: NotebookNode) -> tuple[str, ...]:
    """Put right, in place, what nbgrader would stumble over; return what was done, one sentence each.

    Raises:
        UnreadableError: none of the assignment's cells is in the notebook.
    """
    notes: list[str] = []
    own = {cell.metadata.nbgrader.grade_id: cell for cell in released.cells if "nbgrader" in cell.metadata}
    _restore_metadata(notebook, own, notes)
    if not any("nbgrader" in cell.metadata for cell in notebook.cells):
        raise UnreadableError("none of the assignment's cells is in it: this is another notebook")
    _put_back_missing(notebook, released, notes)
    _drop_skip_tags(notebook, notes)
    return tuple(notes)


def _read_json(path: Path) -> dict[str, Any]:
    """Return the file's JSON object."""
    if not path.is_file():
        others = sorted(found.name for found in path.parent.glob("*.ipynb"))
        hint = f"; the folder holds {', '.join(others)}" if others else ""
        raise UnreadableError(f"{path.name} is missing{hint}")
    if path.is_symlink():
        raise UnreadableError(f"{path.name} is a link to another file, not a notebook")
    try:
        content = json.loads(_read_text(path))
    except json.JSONDecodeError as error:
        raise UnreadableError(f"{path.name} is not JSON (line {error.lineno}): cut off, or not a notebook") from error
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise UnreadableError(f"{path.name} is JSON but not a notebook")
    return content


def _read_text(path: Path) -> str:
    """Return the file's text, if reading it as JSON cannot take gigabytes."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UnreadableError(
            f"{path.name} has {size / 1e6:,.0f} MB; at most {MAX_BYTES / 1e6:,.0f} MB are read: {CLEAR}"
        )
    text = path.read_text(encoding="utf-8-sig")
    if sum(map(text.count, ",[{")) > MAX_PARTS:
        raise UnreadableError(f"{path.name} consists of more than {MAX_PARTS:,} parts: {CLEAR}")
    return text


def _as_current_format(content: dict[str, Any], notes: list[str]) -> NotebookNode:
    """Return the notebook in nbformat 4.5 or newer, with sound cell ids."""
    major, minor = content.get("nbformat"), content.get("nbformat_minor", 0)
    if not isinstance(major, int) or not isinstance(minor, int):
        raise UnreadableError("it is JSON but not a notebook: its nbformat is missing")
    if major > NBFORMAT[0]:
        raise UnreadableError(f"its notebook format is {major}; this nbgrader reads {NBFORMAT[0]}")
    try:
        notebook = nbformat.from_dict(content)  # type: ignore[no-untyped-call]
        if (major, minor) < NBFORMAT:
            notebook = nbformat.convert(notebook, NBFORMAT[0])  # type: ignore[no-untyped-call]
            notebook = nbformat.v4.upgrade(notebook)  # type: ignore[no-untyped-call]
            notes.append(f"upgraded from notebook format {major}.{minor}")
        _, notebook = normalize(notebook)
        nbformat.validate(notebook)
    except Exception as error:
        reason = str(error).strip().split("\n")[0]
        raise UnreadableError(f"it is not a valid notebook: {reason[:200]}") from error
    return notebook  # type: ignore[no-any-return]


def _restore_metadata(notebook: NotebookNode, own: dict[str, NotebookNode], notes: list[str]) -> None:
    """Give every known cell the assignment's own nbgrader metadata and type, every other cell none.

    Of cells that occur more than once the last one counts, as in nbgrader.
    """
    seen: set[str] = set()
    for index in range(len(notebook.cells) - 1, -1, -1):
        cell = notebook.cells[index]
        if "nbgrader" not in cell.metadata:
            continue
        found = cell.metadata.pop("nbgrader")
        grade_id = found.get("grade_id") if isinstance(found, dict) else None
        if grade_id not in own:
            notes.append(f"cell {index + 1} is not one of the assignment's; it carries no points")
        elif grade_id in seen:
            notes.append(f"cell {grade_id} occurs more than once; the last one counts")
        else:
            seen.add(grade_id)
            _note_schema(found, own[grade_id].metadata.nbgrader, notes)
            notebook.cells[index] = _like(own[grade_id], cell, notes)


def _note_schema(found: dict[str, Any], own: dict[str, Any], notes: list[str]) -> None:
    got, expected = found.get("schema_version"), own.get("schema_version")
    if got != expected:
        notes.append(f"cell {own['grade_id']} had nbgrader metadata of schema {got}, not {expected}; replaced")


def _like(own: NotebookNode, cell: NotebookNode, notes: list[str]) -> NotebookNode:
    """Return the student's cell with our metadata and our cell type."""
    if cell.cell_type != own.cell_type:
        notes.append(f"cell {own.metadata.nbgrader.grade_id} had become a {cell.cell_type} cell; changed back")
        changed = copy.deepcopy(own)
        changed.source, changed.id = cell.source, cell.id
        return changed
    cell.metadata["nbgrader"] = copy.deepcopy(own.metadata.nbgrader)
    return cell


def _put_back_missing(notebook: NotebookNode, released: NotebookNode, notes: list[str]) -> None:
    """Insert graded and locked cells that the student removed, each behind its nearest predecessor."""
    place = 0
    positions = {cell.metadata.nbgrader.grade_id: cell.id for cell in notebook.cells if "nbgrader" in cell.metadata}
    taken = {cell.id for cell in notebook.cells}
    for cell in released.cells:
        own = cell.metadata.get("nbgrader")
        if own is None:
            continue
        if own.grade_id in positions:
            ids = [present.id for present in notebook.cells]
            place = ids.index(positions[own.grade_id]) + 1
        elif own.grade or own.locked:
            added = copy.deepcopy(cell)
            if added.id in taken:
                added.id = f"put-back-{len(taken)}"
            taken.add(added.id)
            notebook.cells.insert(place, added)
            place += 1
            notes.append(f"cell {own.grade_id} was missing; put back")


def _drop_skip_tags(notebook: NotebookNode, notes: list[str]) -> None:
    """Remove the tag that keeps a cell from being run: a test that is not run would count as passed."""
    tagged: list[str] = []
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if SKIP_TAG in tags:
            cell.metadata["tags"] = [tag for tag in tags if tag != SKIP_TAG]
            tagged.append(cell.metadata.get("nbgrader", {}).get("grade_id", cell.id))
    if len(tagged) == 1:
        notes.append(f"cell {tagged[0]} was tagged {SKIP_TAG}; it was run all the same")
    elif tagged:
        more = ", …" if len(tagged) > NAMED else ""
        names = ", ".join(tagged[:NAMED]) + more
        notes.append(f"{len(tagged)} cells were tagged {SKIP_TAG} ({names}); they were run all the same")
