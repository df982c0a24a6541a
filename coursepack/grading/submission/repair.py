"""Make a valid notebook from a submission's JSON: a broken part never costs more than its own cell.

The format number, the kernel, ids and everything else that grading does not read are set afresh. A cell of an unknown
type becomes raw text, unless it turns out to be one of the assignment's; a text that is not a text becomes empty.
"""

from __future__ import annotations

import re
from typing import Any

import nbformat
from nbformat import NotebookNode

from coursepack.grading.submission.brief_notes import NAMED
from coursepack.name_list import name_list
from coursepack.notebooks.cell_ids import unused

NBFORMAT = (4, 5)
KINDS = ("code", "markdown", "raw")
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class UnreadableError(Exception):
    """A submission that cannot be graded; its text says why, for the instructor."""


def repaired(content: dict[str, Any]) -> tuple[NotebookNode, tuple[str, ...]]:
    """Return a valid notebook, and what was repaired, one sentence each.

    Args:
        content: the notebook's JSON, after `strip_notebook`.

    Raises:
        UnreadableError: it has no cells, or has a format newer than we know.
    """
    notes: list[str] = []
    raw = _raw_cells(content)
    major, minor = _number(content.get("nbformat")), _number(content.get("nbformat_minor"))
    if major is not None and major > NBFORMAT[0]:
        raise UnreadableError(f"its notebook format is {major}; this nbgrader reads {NBFORMAT[0]}")
    if major is None:
        notes.append(f"its notebook format is missing or not a number; read as {NBFORMAT[0]}")
    elif (major, minor or 0) < NBFORMAT:
        notes.append(f"upgraded from notebook format {major}.{minor or 0}")
    cells = [cell for number, one in enumerate(raw, 1) if (cell := _cell(one, number)) is not None]
    _give_ids(cells)
    notes.extend(_broken(raw))
    sound = {"cells": cells, "metadata": {}, "nbformat": NBFORMAT[0], "nbformat_minor": NBFORMAT[1]}
    notebook: NotebookNode = nbformat.from_dict(sound)  # type: ignore[no-untyped-call]
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise UnreadableError(f"it is not a valid notebook: {str(error).strip()[:200].splitlines()[0]}") from error
    return notebook, tuple(notes)


def _raw_cells(content: dict[str, Any]) -> list[Any]:
    """Return the cells, from their worksheets in formats before 4."""
    cells, sheets = content.get("cells"), content.get("worksheets")
    if "cells" not in content and isinstance(sheets, list):
        cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells") or []]
    if "cells" not in content and cells is None:
        raise UnreadableError("it is JSON but not a notebook: it has no cells")
    if not isinstance(cells, list):
        raise UnreadableError("it is not a valid notebook: its cells are not a list")
    return cells


def _number(value: Any) -> int | None:
    """Return an integer, even if it is written as a string."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}", value.strip()):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _cell(raw: Any, number: int) -> dict[str, Any] | None:
    """Return a valid cell; None for what is not a cell at all."""
    if not isinstance(raw, dict):
        return None
    kind, text = _kind(raw), _text(raw)
    if raw.get("cell_type") == "heading":
        level = _number(raw.get("level"))
        text = "#" * min(max(level or 1, 1), 6) + f" {text}"
    cell = {"cell_type": kind, "id": raw.get("id"), "metadata": _metadata(raw.get("metadata")), "source": text}
    if kind == "code":
        return {**cell, "outputs": raw.get("outputs", []), "execution_count": None}
    pictures = _attachments(raw.get("attachments"))
    return {**cell, "attachments": pictures} if pictures else cell


def _kind(raw: dict[str, Any]) -> str:
    kind = raw.get("cell_type")
    if kind in ("heading", "html"):  # of format 3
        return "markdown"
    return kind if isinstance(kind, str) and kind in KINDS else "raw"


def _text(raw: dict[str, Any]) -> str:
    text = raw.get("source", raw.get("input"))
    return text if isinstance(text, str) else ""


def _metadata(metadata: Any) -> dict[str, Any]:
    """Keep the metadata that identify a cell, and its tags."""
    if not isinstance(metadata, dict):
        return {}
    kept = {"nbgrader": metadata["nbgrader"]} if isinstance(metadata.get("nbgrader"), dict) else {}
    tags = [tag for tag in metadata.get("tags") or [] if tag and "," not in tag]
    return {**kept, "tags": tags} if tags else kept


def _attachments(attachments: Any) -> dict[str, dict[str, str]]:
    if not isinstance(attachments, dict):
        return {}
    bundles = {name: bundle for name, bundle in attachments.items() if isinstance(bundle, dict)}
    return {
        name: {kind: data for kind, data in bundle.items() if isinstance(data, str)} for name, bundle in bundles.items()
    }


def _give_ids(cells: list[dict[str, Any]]) -> None:
    """Give a new id to every cell whose id is missing, invalid or already taken."""
    taken = {cell["id"] for cell in cells if isinstance(cell["id"], str)}
    seen: set[str] = set()
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell["id"], str) or not _ID.fullmatch(cell["id"]) or cell["id"] in seen:
            cell["id"] = unused(f"cell-{number}", taken)
            taken.add(cell["id"])
        seen.add(cell["id"])


def _broken(raw: list[Any]) -> list[str]:
    """Return notes on which cells are broken, and how they were read."""
    faults: dict[str, list[str]] = {}
    for number, cell in enumerate(raw, 1):
        if not isinstance(cell, dict):
            faults.setdefault("invalid, and was left out", []).append(str(number))
            continue
        kind = cell.get("cell_type")
        if kind not in (*KINDS, "heading", "html"):
            faults.setdefault("of an unknown type, and was read as plain text", []).append(str(number))
        if not isinstance(cell.get("source", cell.get("input")), str):
            faults.setdefault("without readable text, and was taken as empty", []).append(str(number))
    return [_told(numbers, fault) for fault, numbers in faults.items()]


def _told(numbers: list[str], fault: str) -> str:
    if len(numbers) == 1:
        return f"cell {numbers[0]} of the notebook is {fault}"
    return f"cells {name_list(numbers, NAMED)} of the notebook are {fault.replace(' was ', ' were ')}"
