"""Put sanitised HTML in order for our page: headings, lists and tables that screen readers can follow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from coursepack.feedback.formulas import PLACE

# As nh3 writes tags: `<` in a text is always escaped, and attributes stand in double quotes.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^">]|"[^"]*")*)>')
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_LISTS, _DEFINITIONS, _VOID = ("ul", "ol"), ("dl", "dt", "dd"), ("br", "hr", "col", "img")
_SCROLLED = '<div class="scroll" role="group" tabindex="0" aria-label="Table">'


@dataclass
class Outline:
    """The level of a page's last heading; the next one is at most one deeper.

    Attributes:
        base: the level of the heading that everything here stands below.
        last: the level of the last heading.
    """

    base: int
    last: int = field(default=0)

    def level(self, wanted: int) -> int:
        """Return the level in the page of a heading that has level `wanted` in its cell."""
        self.last = min(self.base + wanted, max(self.last, self.base) + 1, 6)
        return self.last


def tidy(html: str, pieces: Sequence[str], outline: Outline) -> str:
    """Return the HTML in order.

    Args:
        html: HTML as nh3 returns it.
        pieces: our own HTML, for the marks that `formulas.PLACE` finds in the text.
        outline: the page's headings so far.
    """
    return _Writer(pieces, outline).write(html)


class _Writer:
    def __init__(self, pieces: Sequence[str], outline: Outline) -> None:
        self._pieces, self._outline = pieces, outline
        self._out: list[str] = []
        # Open headings and header cells: the tag, its place in `_out`, its attributes; and whether they hold text.
        self._open: list[tuple[str, int, str]] = []
        self._filled: list[bool] = []
        # All open elements, and whether we put them into a list item of their own.
        self._elements: list[tuple[str, bool]] = []

    def write(self, html: str) -> str:
        done = 0
        for found in _TAG.finditer(html):
            self._text(html[done : found.start()])
            (self._end if found[1] else self._start)(found[2], found[3])
            done = found.end()
        self._text(html[done:])
        return "".join(self._out)

    def _text(self, text: str) -> None:
        if text.strip():
            self._filled = [True] * len(self._filled)
            if self._in_list():
                text = f"<li>{text}</li>"
        self._out.append(PLACE.sub(self._piece, text))

    def _piece(self, place: re.Match[str]) -> str:
        number = int(place[1])
        return self._pieces[number] if number < len(self._pieces) else ""

    def _in_list(self) -> bool:
        return bool(self._elements) and self._elements[-1][0] in _LISTS

    def _start(self, name: str, attributes: str) -> None:
        written = "div" if name in _DEFINITIONS or (name == "li" and not self._in_list()) else name
        item = self._in_list() and name != "li"
        if item:
            self._out.append("<li>")
        if name in _VOID:
            self._out.append(f"<{name}{attributes}>" + ("</li>" if item else ""))
            return
        if name == "table":
            self._out.append(_SCROLLED)
        if name in _HEADINGS:
            written = f"h{self._outline.level(int(name[1]))}"
        if name in _HEADINGS or name == "th":
            self._open.append((written, len(self._out), attributes))
            self._filled.append(False)
        self._elements.append((written, item))
        self._out.append(f"<{written}{attributes}>")

    def _end(self, name: str, _: str) -> None:
        if not self._elements:
            return
        written, item = self._elements.pop()
        if (name in _HEADINGS or name == "th") and self._open:
            written, place, attributes = self._open.pop()
            if not self._filled.pop():  # nothing to read
                written = "td" if written == "th" else "div"
                self._out[place] = f"<{written}{attributes if written == 'td' else ''}>"
        self._out.append(f"</{written}>" + ("</div>" if name == "table" else "") + ("</li>" if item else ""))
