"""Keep the pictures that a submission shows below the assignment's given code: grading does not draw them again.

Here they are only counted and measured. Whether something that calls itself a picture is one is found out where all
outputs are made safe to show, in a process with limits (`coursepack.sandbox.outputs`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode

from coursepack.grading.submission.sizes import (
    MAX_PICTURE_CHARACTERS,
    MAX_PICTURE_CHARACTERS_OF_CELL,
    MAX_PICTURES,
    MAX_PICTURES_OF_CELL,
)
from coursepack.notebooks.cell_texts import same_code
from coursepack.notebooks.cells import is_test_or_answer
from coursepack.sandbox.safe_output import IMAGES, MAX_ALTERNATIVE

# Nothing that could end an HTML attribute. Possessive, so that a text that does not match takes no longer.
_BASE64 = re.compile(r"[A-Za-z0-9+/=\n]++")


def pictures_of(outputs: Any) -> list[dict[str, Any]]:
    """Return the pictures among a cell's outputs in nbformat's form, up to the limits of one cell.

    Of their metadata only the texts for those who cannot see them remain (`Image(…, alt="…")`).
    """
    kept: list[dict[str, Any]] = []
    room = MAX_PICTURE_CHARACTERS_OF_CELL
    for output in outputs if isinstance(outputs, list) else []:
        if len(kept) >= MAX_PICTURES_OF_CELL:
            break
        if picture := _picture(output, room):
            kept.append(picture)
            room -= _size(picture)
    return kept


def keep_pictures(pairs: Iterable[tuple[NotebookNode | None, NotebookNode]]) -> None:
    """Leave each submitted cell only those pictures that its graded copy may show, up to the limits of a notebook.

    A picture stays below code that was given and is unchanged. A student's own cells, answers and tests are run, and a
    changed text is put back: an old picture would belong to other code than the one above it.

    Args:
        pairs: for each submitted cell, in order, the assignment's cell, or None for one of the student's own. The
            submitted cells are changed in place; their outputs are what `pictures_of` returns.
    """
    count, room = MAX_PICTURES, MAX_PICTURE_CHARACTERS
    for own, cell in pairs:
        if cell.cell_type != "code":
            continue
        pictures, cell.outputs = cell.outputs, []
        if not pictures or own is None or not _is_given(own) or not same_code(own.source, cell.source):
            continue
        for picture in pictures:
            if count > 0 and _size(picture) <= room:
                cell.outputs.append(picture)
                count, room = count - 1, room - _size(picture)


def _is_given(own: NotebookNode) -> bool:
    return own.cell_type == "code" and not is_test_or_answer(own)


def _size(picture: dict[str, Any]) -> int:
    return sum(map(len, picture["data"].values()))


def _picture(output: Any, room: int) -> dict[str, Any] | None:
    """Return an output's picture without anything else, if it takes at most `room` characters."""
    data = output.get("data") if isinstance(output, dict) else None
    if not isinstance(data, dict):
        return None
    for kind in IMAGES:
        if text := _base64(data.get(kind), room):
            metadata = _alternative(output.get("metadata"), kind)
            return {"output_type": "display_data", "metadata": metadata, "data": {kind: text}}
    return None


def _base64(value: Any, room: int) -> str:
    """Return a text, or the lines of one, if it is short enough and could be base64; else nothing."""
    lines = value if isinstance(value, list) else [value]
    if not all(isinstance(line, str) for line in lines) or sum(map(len, lines)) > room:
        return ""
    text = "".join(lines)
    return text if _BASE64.fullmatch(text) else ""


def _alternative(metadata: Any, kind: str) -> dict[str, dict[str, str]]:
    said = metadata.get(kind) if isinstance(metadata, dict) else None
    alternative = said.get("alt") if isinstance(said, dict) else None
    return {kind: {"alt": alternative[:MAX_ALTERNATIVE]}} if isinstance(alternative, str) else {}
