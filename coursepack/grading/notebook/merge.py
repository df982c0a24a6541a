"""Build the notebook to run: the source's cells, with the student's answers and the student's own cells.

Everything that decides how a cell is run or what it is worth (type, ids, tags, points, the notebook's kernel) comes
from the source.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from coursepack.grading.notebook.verdict_records import GradedNotebook
from coursepack.grading.submission.attachments import Pictures, with_inline
from coursepack.grading.submission.brief_notes import brief
from coursepack.grading.submission.cell_identity import identify
from coursepack.grading.submission.handed_in_cells import HandedInCell
from coursepack.grading.submission.handed_in_pictures import pictures_of
from coursepack.grading.submission.missing_cells import put_back_missing
from coursepack.grading.submission.sizes import MAX_CELLS_RUN, MAX_CHARACTERS_RUN
from coursepack.notebooks.cells import grade_id_of, is_graded_code, is_written_in, marks_of

KINDS = ("code", "markdown", "raw")


@dataclass(frozen=True)
class Assembly:
    """A notebook to run.

    Attributes:
        notebook: its cells; test cells are the source's own, with their hidden tests.
        notes: what was missing or repaired, one sentence each.
        pictures: the pictures handed in with cells of the assignment, by cell id; nothing in them is trusted.
    """

    notebook: NotebookNode
    notes: tuple[str, ...]
    pictures: Mapping[str, Sequence[Mapping[str, Any]]]


def assemble(source: NotebookNode, submission: NotebookNode) -> Assembly:
    """Return the notebook to run for a submission, whatever the submission's metadata say."""
    own = {name: cell for cell in source.cells if (name := grade_id_of(cell))}
    notes: list[str] = []
    handed, attached, drawn = _student_cells(submission, notes)
    found = identify(handed, source, lambda: _released(source))
    notes.extend(found.notes)
    shown = Pictures(notes)
    cells: list[NotebookNode] = []
    pictures = {own[name].id: drawn[place] for place, name in found.order if name and drawn[place]}
    for place, name in found.order:
        text = handed[place].text
        cell = _filled(own[name], text) if name else _new(handed[place].kind, text)
        if cell.cell_type == "markdown" and (not name or is_written_in(own[name])):
            shown.put_into(cell, attached[place], name or f"{place + 1} of the notebook")
        cells.append(cell)
    if len(found.known_by) < len(own):
        # As handed out, in the source's own cells.
        notes += put_back_missing(
            cells, _released(source), lambda cell: _filled(own[grade_id_of(cell)], cell.source), answers=True
        )
    return Assembly(_notebook(source, cells), brief(notes), pictures)


def _released(source: NotebookNode) -> NotebookNode:
    # Imported here because it loads all of nbgrader, which a worker otherwise never needs.
    from coursepack.notebooks.versions import released_notebook

    return released_notebook(source)


def _student_cells(
    submission: Any, notes: list[str]
) -> tuple[list[HandedInCell], list[dict[str, Any]], list[list[dict[str, Any]]]]:
    """Return every cell that can be read, its attachments and its pictures; leave out a cell that is too large."""
    cells = submission.get("cells", []) if isinstance(submission, dict) else []
    handed: list[HandedInCell] = []
    attachments: list[dict[str, Any]] = []
    drawn: list[list[dict[str, Any]]] = []
    room = MAX_CHARACTERS_RUN
    for place, cell in enumerate(cells if isinstance(cells, list) else []):
        if place >= MAX_CELLS_RUN:
            notes.append(f"the notebook has more than {MAX_CELLS_RUN:,} cells; the rest was left out")
            break
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        if not isinstance(kind, str) or kind not in KINDS:
            continue
        markdown = kind == "markdown"
        text, attached = with_inline(_text(cell), cell.get("attachments")) if markdown else (_text(cell), {})
        if len(text) > room:
            notes.append(
                f"the notebook holds more than {MAX_CHARACTERS_RUN:,} characters; cell {place + 1} was left out"
            )
            continue
        room -= len(text)
        handed.append(HandedInCell(kind, text, grade_id_of(cell), _id(cell)))
        attachments.append(attached)
        drawn.append(pictures_of(cell.get("outputs")) if kind == "code" else [])
    return handed, attachments, drawn


def _text(cell: Any) -> str:
    text = cell.get("source", "") if isinstance(cell, dict) else ""
    if isinstance(text, list):
        text = "".join(line for line in text if isinstance(line, str))
    return text.encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else ""


def _id(cell: dict[str, Any]) -> str:
    return cell["id"] if isinstance(cell.get("id"), str) else ""


def _new(kind: str, text: str) -> NotebookNode:
    """Return a cell of the student's own; its id and, for code, what nbformat asks for besides come later."""
    cell: NotebookNode = nbformat.from_dict({"cell_type": kind, "metadata": {}, "source": text})  # type: ignore[no-untyped-call]
    return cell


def _filled(own: NotebookNode, text: str) -> NotebookNode:
    """Return the source's cell, with the student's text if students write in it."""
    cell = copy.deepcopy(own)
    if is_written_in(own):
        cell.source = text
        cell.pop("attachments", None)
    return cell


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
    marks = {grade_id_of(cell): marks_of(cell) for cell in submitted.cells if grade_id_of(cell)}
    notebook = graded.notebook
    for cell in notebook.cells:
        mark = marks_of(cell)
        if "checksum" in marks.get(grade_id_of(cell), {}):
            mark["checksum"] = marks[grade_id_of(cell)]["checksum"]
        if is_graded_code(cell):
            cell.outputs = [out for out in cell.outputs if out.output_type == "error" or out.get("name") == "stdout"]
    return notebook
