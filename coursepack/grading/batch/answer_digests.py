"""Digests of the answers in a graded notebook, by which one answer is told from another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from coursepack.notebooks.cells import grade_id_of, is_graded, is_task, is_test, marks_of


def answer_digests(notebook: Mapping[str, Any]) -> dict[str, str]:
    """Return digests of what a person looks at to mark each graded cell, by its name.

    Of a written answer that is its text with its pictures; of a check whose points a person overrides, all code that
    the student wrote.

    Args:
        notebook: a graded notebook, as JSON has it.
    """
    code = _digest([_source(cell) for cell in notebook["cells"] if _is_students_code(cell)])
    return {
        grade_id_of(cell): code if is_test(cell) else _digest([_source(cell), cell.get("attachments") or {}])
        for cell in notebook["cells"]
        if is_graded(cell) or is_task(cell)
    }


def _is_students_code(cell: Mapping[str, Any]) -> bool:
    return cell.get("cell_type") == "code" and not is_test(cell) and not marks_of(cell).get("locked")


def _source(cell: Mapping[str, Any]) -> str:
    return "".join(cell["source"]).strip()


def _digest(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
