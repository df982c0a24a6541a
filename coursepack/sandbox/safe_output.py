"""Make the outputs of student code safe to view: keep text, tables and pictures, remove anything active or loaded.

Every function takes time in proportion to the length of what it is given, but for the parsing of HTML, which can take
the square of it; so nesting and size are limited before, and `cleaner` runs all of this under limits of the system.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import nh3

from coursepack.sandbox.image_size import is_picture

MAX_TEXT = 200_000
MAX_HTML = 300_000
MAX_HTML_TOGETHER = 4_000_000
MAX_NESTING = 100
MAX_OUTPUTS = 500
MAX_ALTERNATIVE = 500
IMAGES = ("image/png", "image/jpeg", "image/gif")
TAGS = {
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "colgroup", "col"),
    *("div", "span", "p", "br", "hr", "b", "strong", "i", "em", "u", "s", "sub", "sup", "code", "pre", "small"),
    *("ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"),
}
ATTRIBUTES = {"*": {"class", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
# Tags whose content goes with them.
_INVISIBLE = {"script", "style", "template", "iframe", "object", "svg", "math"}
# Tags that nothing can stand in, or that need no end tag: they are not counted as nested.
_FLAT = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"),
    *("li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "p", "option", "optgroup", "html", "head", "body"),
}
TRUNCATED = "\n… the rest of the output was left out\n"
TOO_LARGE = "… a picture or a table that is too large or too deeply nested to be shown was left out"
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_ESCAPE = re.compile("\x1b(?!\\[[0-9;]{0,20}m)")


class Cleaner:
    """Clean the outputs of one notebook, cell by cell.

    Args:
        room: how many characters all outputs may take.
    """

    def __init__(self, room: int) -> None:
        self._room, self._html_room = room, MAX_HTML_TOGETHER

    def clean(self, outputs: Iterable[Any], room: int) -> list[dict[str, Any]]:
        """Return a cell's safe outputs in nbformat's form; what exceeds `room` is left out."""
        room = min(room, self._room)
        kept: list[dict[str, Any]] = []
        for place, output in enumerate(merged(outputs)):
            safe = self._safe(output)
            size = len(str(safe)) if safe else 0
            if size > room or place >= MAX_OUTPUTS:
                kept.append(stream(TRUNCATED))
                break
            room -= size
            self._room -= size
            kept += [safe] if safe else []
        return kept

    def _safe(self, output: dict[str, Any]) -> dict[str, Any] | None:
        kind = output.get("output_type")
        if kind == "stream":
            return stream(clean_text(output.get("text")), "stderr" if output.get("name") == "stderr" else "stdout")
        if kind == "error":
            return safe_error(output)
        if kind in ("display_data", "execute_result"):
            data = self._safe_data(output.get("data"))
            metadata = _alternative_texts(output.get("metadata"), data)
            return {"output_type": "display_data", "metadata": metadata, "data": data} if data else None
        return None

    def _safe_data(self, data: Any) -> dict[str, str]:
        """Keep real pictures, plain tables and plain text; note what was left out."""
        if not isinstance(data, dict):
            return {}
        kept: dict[str, str] = {kind: data[kind] for kind in IMAGES if is_picture(kind, data.get(kind))}
        html = self._safe_html(data.get("text/html"))
        if html:
            kept["text/html"] = html
        texts = [clean_text(data["text/plain"])] if isinstance(data.get("text/plain"), str) else []
        if not kept and (html is None or any(kind in data for kind in IMAGES)):
            texts.append(TOO_LARGE)
        return kept | ({"text/plain": "\n".join(texts)} if texts else {})

    def _safe_html(self, text: Any) -> str | None:
        """Return the safe part of a text; None if it is too large to be examined."""
        if not isinstance(text, str):
            return ""
        if len(text) > min(MAX_HTML, self._html_room) or nesting(text) > MAX_NESTING:
            return None
        self._html_room -= len(text)
        safe = safe_html(text)
        return safe if len(safe) <= 2 * MAX_HTML else None


def _alternative_texts(metadata: Any, data: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return what the metadata say about pictures for those who cannot see them (`Image(…, alt="…")`)."""
    kept = {}
    for kind in filter(data.__contains__, IMAGES):
        said = metadata.get(kind) if isinstance(metadata, dict) else None
        if isinstance(said, dict) and isinstance(said.get("alt"), str) and said["alt"].strip():
            kept[kind] = {"alt": clean_text(said["alt"], MAX_ALTERNATIVE)}
    return kept


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    """Return a piece of standard output or standard error."""
    return {"output_type": "stream", "name": name, "text": text}


def safe_error(output: dict[str, Any]) -> dict[str, Any]:
    """Return an error output with nothing but text."""
    trace = output.get("traceback")
    lines = [clean_text(line, 20_000) for line in trace[:100]] if isinstance(trace, list) else []
    names = {key: clean_text(output.get(key), 5_000) for key in ("ename", "evalue")}
    return {"output_type": "error", "traceback": lines, **names}


def clean_text(text: Any, limit: int = MAX_TEXT) -> str:
    """Return text without control characters other than line breaks, tabs and colours, cut at `limit`."""
    if not isinstance(text, str):
        return ""
    cut = text if len(text) <= limit else text[:limit] + TRUNCATED
    return _ESCAPE.sub("", _CONTROL.sub("", cut)).encode("utf-8", "replace").decode("utf-8")


def safe_html(text: str) -> str:
    """Return HTML with nothing but text and tables: no script, style, link, form or anything loaded."""
    return nh3.clean(
        text.encode("utf-8", "replace").decode("utf-8"),
        tags=TAGS,
        clean_content_tags=_INVISIBLE,
        attributes=ATTRIBUTES,
        url_schemes=set(),
        link_rel=None,
    )


def nesting(text: str) -> int:
    """Return how deeply the tags of an HTML text are nested, or more: an end tag out of place ends nothing."""
    opened: list[str] = []
    deepest = 0
    for match in _TAG.finditer(text):
        name = match[2].lower()
        if name in _FLAT:
            continue
        if not match[1]:
            opened.append(name)
            deepest = max(deepest, len(opened))
        elif opened and opened[-1] == name:
            opened.pop()
    return deepest


def merged(outputs: Iterable[Any]) -> Iterator[Any]:
    """Yield a cell's outputs, all pieces of one stream as one, where its first stood; standard output goes first.

    nbclient does the same, in a time that grows with the square of a line's length.
    """
    pieces: dict[str, list[str]] = {}
    order: list[Any] = []
    for output in filter(_is_dictionary, outputs):
        if output.get("output_type") != "stream":
            order.append(output)
            continue
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        if name not in pieces:
            order.append(name)
        pieces.setdefault(name, []).append(output["text"] if isinstance(output.get("text"), str) else "")
    for place in range(len(order) - 1):
        if order[place : place + 2] == ["stderr", "stdout"]:
            order[place : place + 2] = ["stdout", "stderr"]
    for one in order:
        yield stream(overwritten("".join(pieces[one])), one) if isinstance(one, str) else one


def _is_dictionary(output: Any) -> bool:
    return isinstance(output, dict)


def overwritten(text: str) -> str:
    """Return text as a terminal shows it, where a carriage return restarts the line."""
    return "\n".join(_last_version(line) for line in text.split("\n")) if "\r" in text else text


def _last_version(line: str) -> str:
    end = "\r" if line.endswith("\r") else ""
    body = line.removesuffix("\r")
    return body[body.rfind("\r") + 1 :] + end
