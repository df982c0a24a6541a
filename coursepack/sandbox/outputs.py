"""The worker's end of cleaning: make all outputs of a notebook safe in a process with limits."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode

from coursepack.sandbox import safe_output
from coursepack.sandbox.limits import Limits
from coursepack.sandbox.safe_output import TRUNCATED, clean_text

__all__ = ["TRUNCATED", "clean_outputs", "clean_text", "error", "stream"]

# What a cleaner may wait for, on a busy machine, beyond its CPU time.
PATIENCE_SECONDS = 60.0
UNCLEANED = (
    "the outputs from cell {} on were left out: making them safe to show took too much time or memory; "
    "points do not depend on them"
)
_KINDS = (*safe_output.IMAGES, "text/html", "text/plain")


def stream(text: str) -> NotebookNode:
    """Return a piece of standard output."""
    return nbformat.from_dict(safe_output.stream(text))  # type: ignore[no-untyped-call, no-any-return]


def error(name: str, message: str) -> NotebookNode:
    """Return an error to show below a cell, without a traceback."""
    line = clean_text(f"{name}: {message}" if message else name)
    shown = {"output_type": "error", "ename": name, "evalue": clean_text(message), "traceback": [line]}
    return nbformat.from_dict(shown)  # type: ignore[no-untyped-call, no-any-return]


def clean_outputs(cells: Sequence[NotebookNode], limits: Limits) -> tuple[str, ...]:
    """Make the outputs of code cells safe to show, in place; return a note if that took too much.

    Outputs that are not clean by then are left out, except the text of errors.
    """
    for cell in cells:
        count = cell.get("execution_count")
        cell.execution_count = count if type(count) is int and 0 <= count < 2**31 else None
    showing = [cell for cell in cells if cell.outputs]
    if not showing:
        return ()
    cleaned = _ask_cleaner([[_raw(output) for output in cell.outputs] for cell in showing], limits)
    for cell, outputs in zip(showing, cleaned, strict=False):
        cell.outputs = nbformat.from_dict(outputs)  # type: ignore[no-untyped-call]
    left = showing[len(cleaned) :]
    for cell in left:
        errors = [safe_output.safe_error(output) for output in cell.outputs if output.get("output_type") == "error"]
        cell.outputs = nbformat.from_dict([safe_output.stream(TRUNCATED), *errors[:1]])  # type: ignore[no-untyped-call]
    return (UNCLEANED.format(left[0].id),) if left else ()


def _raw(output: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of an output that we read: of metadata the pictures' texts, no data of kinds never shown."""
    kept = {key: output[key] for key in ("output_type", "name", "text", "ename", "evalue") if _is_text(output.get(key))}
    if isinstance(output.get("traceback"), list):
        kept["traceback"] = list(filter(_is_text, output["traceback"][:100]))
    if isinstance(output.get("data"), dict):
        kept["data"] = {kind: output["data"][kind] for kind in _KINDS if _is_text(output["data"].get(kind))}
    if isinstance(output.get("metadata"), dict):
        said = {kind: output["metadata"].get(kind) for kind in safe_output.IMAGES}
        kept["metadata"] = {kind: {"alt": one["alt"]} for kind, one in said.items() if _has_alternative(one)}
    return kept


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _has_alternative(metadata: Any) -> bool:
    return isinstance(metadata, dict) and _is_text(metadata.get("alt"))


def _ask_cleaner(cells: Sequence[list[dict[str, Any]]], limits: Limits) -> list[list[dict[str, Any]]]:
    """Return the clean outputs of the cells, up to where the cleaner came."""
    request = {
        "cells": [[outputs, limits.cell_output_bytes] for outputs in cells],
        "room": limits.output_bytes,
        "cpu_seconds": limits.cleaning_cpu_seconds,
        "memory_bytes": limits.cleaning_bytes,
    }
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", "coursepack.sandbox.output_cleaner"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )
    with process:
        try:
            answer, _ = process.communicate(json.dumps(request).encode("ascii"), timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            answer, _ = process.communicate()
    return [json.loads(line) for line in answer.split(b"\n")[:-1]]
