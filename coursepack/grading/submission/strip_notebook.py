"""Strip a submission to what grading needs, before validation and copying, which take many times the memory.

Outputs other than pictures, editors' metadata and everything unknown are removed; texts, attached pictures and cell
identities stay.
"""

from __future__ import annotations

from typing import Any

from coursepack.grading.submission.handed_in_pictures import pictures_of
from coursepack.grading.submission.sizes import MAX_CELLS_READ

SCALARS = (str, int, float, bool, type(None))
# For each notebook format: the key of the text, and further keys of a valid cell.
OUTPUTS: dict[str, dict[str, Any]] = {"source": {"outputs": [], "execution_count": None}, "input": {"outputs": []}}


def strip_notebook(content: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook's JSON without what grading ignores; a value of a wrong type stays recognisably wrong."""
    kept = {key: value for key, value in content.items() if key in ("nbformat", "nbformat_minor") and _is_plain(value)}
    kept["metadata"] = _metadata(content.get("metadata", {}))
    if "worksheets" in content:  # format 3
        sheets = content["worksheets"]
        kept["worksheets"] = [_sheet(sheet) for sheet in sheets[:10]] if isinstance(sheets, list) else None
    if "cells" in content:
        kept["cells"] = _cells(content["cells"])
    return kept


def _is_plain(value: Any) -> bool:
    return isinstance(value, SCALARS)


def _plain(value: Any) -> Any:
    return value if _is_plain(value) else None


def _sheet(sheet: Any) -> Any:
    return {"cells": _cells(sheet.get("cells")), "metadata": {}} if isinstance(sheet, dict) else None


def _cells(cells: Any) -> Any:
    return [_cell(cell) for cell in cells[:MAX_CELLS_READ]] if isinstance(cells, list) else None


def _cell(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return _plain(cell)
    kept = {key: _plain(cell[key]) for key in ("cell_type", "id", "language", "level") if key in cell}
    kept["metadata"] = _metadata(cell.get("metadata", {}))
    for key, further in OUTPUTS.items():
        if key in cell:
            kept[key] = _text(cell[key])
            if cell.get("cell_type") == "code":
                kept.update(further)
                if key == "source":
                    kept["outputs"] = pictures_of(cell.get("outputs"))
    if isinstance(cell.get("attachments"), dict):
        kept["attachments"] = {str(name): _attachment(one) for name, one in list(cell["attachments"].items())[:100]}
    return kept


def _text(text: Any) -> Any:
    if isinstance(text, list):
        return "".join(line for line in text if isinstance(line, str))
    return _plain(text)


def _attachment(one: Any) -> Any:
    return {kind: _text(data) for kind, data in list(one.items())[:10]} if isinstance(one, dict) else None


def _metadata(metadata: Any) -> Any:
    """Keep nbgrader's marks, the tags and the kernel's name."""
    if not isinstance(metadata, dict):
        return _plain(metadata)
    kept: dict[str, Any] = {}
    marks, tags, kernel = (metadata.get(name) for name in ("nbgrader", "tags", "kernelspec"))
    if isinstance(kernel, dict):
        kept["kernelspec"] = {key: kernel[key] for key in list(kernel)[:20] if isinstance(kernel[key], str)}
    if "nbgrader" in metadata:
        kept["nbgrader"] = (
            {key: _plain(marks[key]) for key in list(marks)[:20]} if isinstance(marks, dict) else _plain(marks)
        )
    if isinstance(tags, list):
        kept["tags"] = list(dict.fromkeys(tag for tag in tags[:1000] if isinstance(tag, str)))[:20]
    return kept
