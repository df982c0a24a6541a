"""Build the notebook to run: the source's cells, with the student's answers and the student's own cells.

Everything that decides how a cell is run or what it is worth (type, ids, tags, points, the notebook's kernel) comes
from the source.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from coursepack.grading.notebook.verdict_records import GradedNotebook
from coursepack.grading.submission.attachments import Pictures, with_inline
from coursepack.grading.submission.brief_notes import brief
from coursepack.grading.submission.cell_identity import identify
from coursepack.grading.submission.handed_in_cells import HandedInCell, grade_id_of, is_written_in
from coursepack.notebooks.cell_texts import defined_names

__all__ = ["Assembly", "assemble", "grade_id_of", "with_marks"]

MAX_CELLS = 1_000
MAX_CHARACTERS = 1_000_000
NEW_CELL = {
    "code": nbformat.v4.new_code_cell,
    "markdown": nbformat.v4.new_markdown_cell,
    "raw": nbformat.v4.new_raw_cell,
}


@dataclass(frozen=True)
class Assembly:
    """A notebook to run.

    Attributes:
        notebook: its cells; test cells are the source's own, with their hidden tests.
        notes: what was missing or repaired, one sentence each.
    """

    notebook: NotebookNode
    notes: tuple[str, ...]


def assemble(source: NotebookNode, submission: NotebookNode) -> Assembly:
    """Return the notebook to run for a submission, whatever the submission's metadata say."""
    own = {name: cell for cell in source.cells if (name := grade_id_of(cell))}
    notes: list[str] = []
    handed, pictures = _student_cells(submission, notes)
    found = identify(handed, source, lambda: _released(source))
    notes.extend(found.notes)
    shown = Pictures(notes)
    cells: list[NotebookNode] = []
    for place, name in found.order:
        text = handed[place].text
        cell = _filled(own[name], text) if name else NEW_CELL[handed[place].kind](text)  # type: ignore[no-untyped-call]
        if cell.cell_type == "markdown" and (not name or is_written_in(own[name])):
            shown.put_into(cell, pictures[place], name or f"{place + 1} of the notebook")
        cells.append(cell)
    if len(found.known_by) < len(own):
        _put_back_missing(cells, source, set(found.known_by), notes)
    return Assembly(_notebook(source, cells), brief(notes))


def _released(source: NotebookNode) -> NotebookNode:
    # Imported here because it loads all of nbgrader, which a worker otherwise never needs.
    from coursepack.notebooks.versions import released_notebook

    return released_notebook(source)


def _student_cells(submission: Any, notes: list[str]) -> tuple[list[HandedInCell], list[dict[str, Any]]]:
    """Return every cell that can be read, with its attachments; leave out a cell that is too large."""
    cells = submission.get("cells", []) if isinstance(submission, dict) else []
    handed: list[HandedInCell] = []
    pictures: list[dict[str, Any]] = []
    room = MAX_CHARACTERS
    for place, cell in enumerate(cells if isinstance(cells, list) else []):
        if place >= MAX_CELLS:
            notes.append(f"the notebook has more than {MAX_CELLS:,} cells; the rest was left out")
            break
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        if not isinstance(kind, str) or kind not in NEW_CELL:
            continue
        markdown = kind == "markdown"
        text, attached = with_inline(_text(cell), cell.get("attachments")) if markdown else (_text(cell), {})
        if len(text) > room:
            notes.append(f"the notebook holds more than {MAX_CHARACTERS:,} characters; cell {place + 1} was left out")
            continue
        room -= len(text)
        handed.append(HandedInCell(kind, text, _mark(cell), _id(cell)))
        pictures.append(attached)
    return handed, pictures


def _text(cell: Any) -> str:
    text = cell.get("source", "") if isinstance(cell, dict) else ""
    if isinstance(text, list):
        text = "".join(line for line in text if isinstance(line, str))
    return text.encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else ""


def _mark(cell: dict[str, Any]) -> str:
    """Return a cell's name from its nbgrader metadata."""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else ""
    return name if isinstance(name, str) else ""


def _id(cell: dict[str, Any]) -> str:
    return cell["id"] if isinstance(cell.get("id"), str) else ""


def _filled(own: NotebookNode, text: str) -> NotebookNode:
    """Return the source's cell, with the student's text if students write in it."""
    cell = copy.deepcopy(own)
    if is_written_in(own):
        cell.source = text
        cell.pop("attachments", None)
    return cell


def _put_back_missing(cells: list[NotebookNode], source: NotebookNode, present: set[str], notes: list[str]) -> None:
    """Insert the assignment's missing cells, each after its predecessor, with answers as released."""
    place = 0
    for cell in _released(source).cells:
        name = grade_id_of(cell)
        if not name:
            continue
        if name in present:
            place = 1 + next(index for index, other in enumerate(cells) if grade_id_of(other) == name)
            continue
        if elsewhere := _defined_elsewhere(cell, cells):
            notes.append(f"cell {name} was missing; what it defines is in cell {elsewhere}")
            continue
        stub = next(other for other in source.cells if grade_id_of(other) == name)
        cells.insert(place, _filled(stub, cell.source))
        place += 1
        notes.append(f"cell {name} was missing; put back")


def _defined_elsewhere(stub: NotebookNode, cells: list[NotebookNode]) -> str:
    """Return the cell that defines all that a missing stub defines: a stub after it would replace the answer."""
    wanted = defined_names(stub.source) if stub.cell_type == "code" and is_written_in(stub) else frozenset()
    if not wanted or stub.metadata.nbgrader.get("grade"):
        return ""
    written = [cell for cell in cells if cell.cell_type == "code" and (not grade_id_of(cell) or is_written_in(cell))]
    return next((grade_id_of(cell) or str(cell.id) for cell in written if wanted <= defined_names(cell.source)), "")


def _notebook(source: NotebookNode, cells: list[NotebookNode]) -> NotebookNode:
    taken = {cell.id for cell in cells if grade_id_of(cell)}
    for number, cell in enumerate(cells):
        if not grade_id_of(cell):
            cell.id = f"added-{number}"
            while cell.id in taken:
                cell.id += "-"
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    metadata = {key: copy.deepcopy(source.metadata[key]) for key in ("kernelspec",) if key in source.metadata}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)  # type: ignore[no-untyped-call, no-any-return]


def with_marks(graded: GradedNotebook, submitted: NotebookNode) -> NotebookNode:
    """Return the graded notebook for nbgrader: with checksums of answers, and without output that it reads as points.

    nbgrader takes a number displayed by a test cell for its points, and any text on standard error for a failure.
    """
    marks = {grade_id_of(cell): cell.metadata.nbgrader for cell in submitted.cells if grade_id_of(cell)}
    notebook = graded.notebook
    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader", {})
        if "checksum" in marks.get(grade_id_of(cell), {}):
            mark["checksum"] = marks[grade_id_of(cell)]["checksum"]
        if mark.get("grade") and cell.cell_type == "code":
            cell.outputs = [out for out in cell.outputs if out.output_type == "error" or out.get("name") == "stdout"]
    return notebook
