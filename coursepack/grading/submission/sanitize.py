"""Check a submission before nbgrader reads it: say why it cannot be graded, or repair it so that it can.

Some faults make nbgrader stop a whole batch (a duplicated test cell, metadata of another schema), others make it
reject the submission. Whatever a student or an editor can break without touching an answer is repaired here, in a
working copy, and noted.
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from nbformat import NotebookNode

from coursepack.grading.submission.brief_notes import NAMED, brief
from coursepack.grading.submission.cell_identity import Identity, identify
from coursepack.grading.submission.handed_in_cells import HandedInCell
from coursepack.grading.submission.handed_in_pictures import keep_pictures
from coursepack.grading.submission.locked_cells import locked_changes
from coursepack.grading.submission.missing_cells import put_back_missing
from coursepack.grading.submission.repair import UnreadableError, repaired
from coursepack.grading.submission.sizes import MAX_BYTES, MAX_CHARACTERS_COMPARED, MAX_PARTS
from coursepack.grading.submission.strip_notebook import strip_notebook
from coursepack.name_list import name_list
from coursepack.notebooks.cell_ids import unused
from coursepack.notebooks.cells import grade_id_of, is_written_in, marks_of

CLEAR = "hand it in again without outputs"
SKIP_TAG = "skip-execution"
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?: |$)", re.MULTILINE)


class SanitizedSubmission(NamedTuple):
    """A submission ready to be graded.

    Attributes:
        notebook: the working copy.
        notes: what was repaired, one sentence each.
    """

    notebook: NotebookNode
    notes: tuple[str, ...]


def sanitize_submission(path: Path, released: NotebookNode) -> SanitizedSubmission:
    """Read a submitted notebook and repair what nbgrader could not handle.

    Args:
        path: the path that the notebook must have.
        released: the assignment's student version.

    Raises:
        UnreadableError: there is no notebook, or it contains nothing to grade.
    """
    return sanitize_content(path.name, content_of(path), released)


def sanitize_content(name: str, content: bytes, released: NotebookNode) -> SanitizedSubmission:
    """Do the same with the content of the file, which has that name."""
    read = _read(name, content)
    return SanitizedSubmission(read.notebook, read.notes + sanitize_notebook(read.notebook, released))


def read_submission(path: Path) -> SanitizedSubmission:
    """Read a submitted notebook and repair what is broken in it, whatever assignment it belongs to.

    Raises:
        UnreadableError: there is no notebook.
    """
    return _read(path.name, content_of(path))


def content_of(path: Path) -> bytes:
    """Return the content of a submitted notebook's file; nothing in it is looked at.

    Raises:
        UnreadableError: there is no file, or it is much too large.
    """
    if not path.is_file():
        others = sorted(found.name for found in path.parent.glob("*.ipynb"))
        hint = f"; the folder holds {', '.join(others)}" if others else ""
        raise UnreadableError(f"{path.name} is missing{hint}")
    if path.is_symlink():
        raise UnreadableError(f"{path.name} is a link to another file, not a notebook")
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableError(
                f"{path.name} has {size / 1e6:,.0f} MB; at most {MAX_BYTES / 1e6:,.0f} MB are read: {CLEAR}"
            )
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path.name} cannot be read: {error}") from error


def _read(name: str, content: bytes) -> SanitizedSubmission:
    return SanitizedSubmission(*repaired(strip_notebook(_read_json(name, content))))


def sanitize_notebook(notebook: NotebookNode, released: NotebookNode) -> tuple[str, ...]:
    """Repair in place what nbgrader could not handle; return what was done, one sentence each.

    Every cell that `identify` recognises gets the assignment's own id, type and nbgrader metadata; every other cell
    loses them. Locked cells get their text back. Pictures stay below given code that is unchanged.

    Raises:
        UnreadableError: this is not a submission of the assignment.
    """
    own = {name: cell for cell in released.cells if (name := grade_id_of(cell))}
    found = identity_of(notebook, released)
    if found.another:
        raise UnreadableError("none of the assignment's cells is in it: this is another notebook")
    notes = list(found.notes) + _how_known(found)
    notes += [f"cell {place + 1} is not one of the assignment's; it carries no points" for place in found.foreign]
    notes += locked_changes([(own[name], notebook.cells[place]) for place, name in found.order if name])
    keep_pictures([(own.get(name), notebook.cells[place]) for place, name in found.order])
    own_ids = {cell.id for cell in own.values()}
    taken = {cell.id for cell in released.cells} | {cell.id for cell in notebook.cells}
    notebook.cells = [
        _like(own[name], notebook.cells[place], notes) if name else _students(notebook.cells[place], own_ids, taken)
        for place, name in found.order
    ]
    # Their ids are free: `_students` took them from every other cell.
    notes += put_back_missing(notebook.cells, released, copy.deepcopy, answers=False)
    _drop_skip_tags(notebook, notes)
    notebook.metadata.clear()
    if "kernelspec" in released.metadata:
        notebook.metadata["kernelspec"] = copy.deepcopy(released.metadata.kernelspec)
    return brief(notes)


def identity_of(notebook: NotebookNode, released: NotebookNode) -> Identity:
    """Return which cell of a submitted notebook is which, and whether it is of this assignment at all.

    Args:
        notebook: what `read_submission` returns.
        released: the assignment's student version.
    """
    return identify([_handed(cell) for cell in notebook.cells], released, lambda: released)


def _handed(cell: NotebookNode) -> HandedInCell:
    return HandedInCell(
        cell.cell_type, cell.source[:MAX_CHARACTERS_COMPARED], grade_id_of(cell), str(cell.get("id", ""))
    )


def _how_known(found: Identity) -> list[str]:
    """Return notes on which cells had lost their metadata, and how they were recognised."""
    notes = []
    for witness, words in (("id", "id"), ("text", "text")):
        names = [name for name, known_by in found.known_by.items() if known_by == witness]
        if len(names) == 1:
            notes.append(f"cell {names[0]} had lost its metadata; it was recognised by its {words}")
        elif names:
            notes.append(
                f"{len(names)} cells ({name_list(names, NAMED)}) had lost their metadata; "
                f"they were recognised by their {words}s"
            )
    return notes


def _read_json(name: str, content: bytes) -> dict[str, Any]:
    """Return the file's JSON object."""
    text = ""
    try:
        found = json.loads(text := _text_of(name, content))
    except json.JSONDecodeError as error:
        raise UnreadableError(f"{name} is not JSON (line {error.lineno}): {_why_not_json(text)}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{name} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise UnreadableError(f"{name} is JSON but not a notebook")
    return found


def _why_not_json(text: str) -> str:
    marker = _CONFLICT.search(text)
    if marker is None:
        return "cut off, or not a notebook"
    line = text.count("\n", 0, marker.start()) + 1
    return f"a merge in git left conflict markers in it (line {line}); the student must choose one version"


def _text_of(name: str, content: bytes) -> str:
    """Return the file's text, unless parsing it could take gigabytes."""
    text = content.decode("utf-8-sig")
    if sum(map(text.count, ",[{")) > MAX_PARTS:
        raise UnreadableError(f"{name} consists of more than {MAX_PARTS:,} parts: {CLEAR}")
    return text


def _note_schema(found: dict[str, Any], own: dict[str, Any], notes: list[str]) -> None:
    got, expected = found.get("schema_version"), own.get("schema_version")
    if got != expected:
        notes.append(f"cell {own['grade_id']} had nbgrader metadata of schema {got}, not {expected}; replaced")


def _like(own: NotebookNode, cell: NotebookNode, notes: list[str]) -> NotebookNode:
    """Return the student's cell as a cell of the assignment: our id, type and metadata; our text if it is locked."""
    name = grade_id_of(own)
    if cell.cell_type != own.cell_type:
        notes.append(f"cell {name} had become a {cell.cell_type} cell; changed back")
    if marks := marks_of(cell):
        _note_schema(marks, marks_of(own), notes)
    # The submitted cell is used up; of ours, which all submissions share, only the parts that can change are copied.
    changed = NotebookNode(own)  # type: ignore[no-untyped-call]
    changed.metadata = cell.metadata
    changed.metadata["nbgrader"] = NotebookNode(marks_of(own))  # type: ignore[no-untyped-call]
    if own.cell_type == "code":
        changed.outputs = cell.outputs if cell.cell_type == "code" else []
    if own.get("attachments"):
        changed["attachments"] = copy.deepcopy(own.attachments)
    if is_written_in(own):
        changed.source = cell.source
        changed.pop("attachments", None)
        if cell.get("attachments") and own.cell_type == "markdown":
            changed["attachments"] = cell.attachments
    return changed


def _students(cell: NotebookNode, own_ids: set[str], taken: set[str]) -> NotebookNode:
    """Return one of the student's own cells, without any mark of the assignment."""
    cell.metadata.pop("nbgrader", None)
    if cell.id in own_ids:
        cell.id = unused(f"copy-of-{cell.id[:50]}", taken)
        taken.add(cell.id)
    return cell


def _drop_skip_tags(notebook: NotebookNode, notes: list[str]) -> None:
    """Remove the tag that prevents a cell from running: a test that does not run would count as passed."""
    tagged: list[str] = []
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if SKIP_TAG in tags:
            cell.metadata["tags"] = [tag for tag in tags if tag != SKIP_TAG]
            tagged.append(grade_id_of(cell) or cell.id)
    if len(tagged) == 1:
        notes.append(f"cell {tagged[0]} was tagged {SKIP_TAG}; it was run all the same")
    elif tagged:
        notes.append(
            f"{len(tagged)} cells were tagged {SKIP_TAG} ({name_list(tagged, NAMED)}); they were run all the same"
        )
