"""Extract what a reader can see of a notebook cell or of a web page, as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from nbformat import NotebookNode

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_NUMBER = re.compile(r"(?<![\w.])\d[\d_]*(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\w)")


def cell_text(cell: NotebookNode) -> str:
    """Return every string of a cell: source, outputs, metadata, attachment names; but no picture's bytes."""
    return _ANSI.sub("", "\n".join(_strings(cell)))


def html_text(html: str) -> str:
    """Return the text of a page without tags, styles and scripts."""
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    return _ANSI.sub("", "".join(reader.parts))


def source_numbers(text: str) -> set[float]:
    """Return the values of all numbers in a text; 12345, 12_345 and 12,345 are the same.

    “5,100” may also be the list 5, 100: both readings count.
    """
    written = {found.replace("_", "") for found in _NUMBER.findall(text)}
    parts = {part for found in written for part in [found.replace(",", ""), *found.split(",")]}
    return {float(part) for part in parts}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            yield "".join(value)
        else:
            for item in value:
                yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not str(key).startswith("image/"):
                yield from _strings(item)


class _TextReader(HTMLParser):
    """Collect the text of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script"):
            self._silent += 1
        if tag in ("br", "p", "div", "li", "td", "tr", "pre"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script") and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
