"""Make what student code shows safe to look at: text, tables and pictures stay, anything that acts or loads goes."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import bleach  # type: ignore[import-untyped]
import nbformat
from nbformat import NotebookNode

MAX_TEXT = 200_000
MAX_HTML = 300_000
MAX_IMAGE = 8 * 2**20
MAX_OUTPUTS = 500
IMAGES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}
TAGS = {
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "colgroup", "col"),
    *("div", "span", "p", "br", "hr", "b", "strong", "i", "em", "u", "s", "sub", "sup", "code", "pre", "small"),
    *("ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"),
}
ATTRIBUTES = {"*": ["class", "title"], "td": ["colspan", "rowspan"], "th": ["colspan", "rowspan", "scope"]}
TRUNCATED = "\n… the rest of the output was left out\n"
_INVISIBLE = re.compile(r"<(script|style|template|iframe|object|svg|math)\b.*?(</\1\s*>|$)", re.DOTALL | re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_ESCAPE = re.compile("\x1b(?!\\[[0-9;]{0,20}m)")


def safe_outputs(outputs: Any, *, room: int) -> tuple[list[NotebookNode], int]:
    """Return outputs that can be shown, and how many characters they take; what exceeds `room` is left out."""
    kept: list[NotebookNode] = []
    used = 0
    for output in list(outputs)[:MAX_OUTPUTS]:
        safe = _safe(output)
        if safe is None:
            continue
        size = len(str(safe))
        if used + size > room:
            kept.append(stream(TRUNCATED))
            break
        used += size
        kept.append(safe)
    return kept, used


def stream(text: str) -> NotebookNode:
    """Return a piece of standard output."""
    return nbformat.v4.new_output("stream", name="stdout", text=text)  # type: ignore[no-untyped-call, no-any-return]


def error(name: str, message: str) -> NotebookNode:
    """Return an error to show below a cell, without a traceback."""
    lines = clean_text(f"{name}: {message}" if message else name)
    return nbformat.v4.new_output("error", ename=name, evalue=clean_text(message), traceback=[lines])  # type: ignore[no-untyped-call, no-any-return]


def clean_text(text: Any, limit: int = MAX_TEXT) -> str:
    """Return text without control characters other than line breaks, tabs and colours, cut at `limit`."""
    if not isinstance(text, str):
        return ""
    cut = text if len(text) <= limit else text[:limit] + TRUNCATED
    return _ESCAPE.sub("", _CONTROL.sub("", cut)).encode("utf-8", "replace").decode("utf-8")


def _safe(output: Any) -> NotebookNode | None:
    kind = output.get("output_type") if isinstance(output, dict) else None
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        text = clean_text(output.get("text"))
        return nbformat.v4.new_output("stream", name=name, text=text)  # type: ignore[no-untyped-call, no-any-return]
    if kind == "error":
        trace = output.get("traceback")
        lines = [clean_text(line, 20_000) for line in trace[:100]] if isinstance(trace, list) else []
        names = {key: clean_text(output.get(key), 5_000) for key in ("ename", "evalue")}
        return nbformat.v4.new_output("error", traceback=lines, **names)  # type: ignore[no-untyped-call, no-any-return]
    if kind in ("display_data", "execute_result"):
        data = _safe_data(output.get("data"))
        return nbformat.v4.new_output("display_data", data=data) if data else None  # type: ignore[no-untyped-call]
    return None


def _safe_data(data: Any) -> dict[str, str]:
    """Keep pictures that are pictures, tables without anything else, and plain text."""
    if not isinstance(data, dict):
        return {}
    kept = {kind: data[kind] for kind, start in IMAGES.items() if _is_image(data.get(kind), start)}
    if isinstance(data.get("text/html"), str) and len(data["text/html"]) <= MAX_HTML:
        kept["text/html"] = safe_html(data["text/html"])
    if isinstance(data.get("text/plain"), str):
        kept["text/plain"] = clean_text(data["text/plain"])
    return kept


def safe_html(text: str) -> str:
    """Return HTML with nothing but text and tables: no script, style, link, form or anything loaded."""
    return str(bleach.clean(_INVISIBLE.sub("", text), tags=TAGS, attributes=ATTRIBUTES, protocols=set(), strip=True))


def _is_image(value: Any, start: bytes) -> bool:
    if not isinstance(value, str) or len(value) > MAX_IMAGE:
        return False
    try:
        return base64.b64decode(value.replace("\n", ""), validate=True).startswith(start)
    except (binascii.Error, ValueError):
        return False
