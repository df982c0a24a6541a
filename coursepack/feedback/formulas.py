r"""Find the formulas of a markdown text as Jupyter does, and write them as MathML, which needs no script.

A formula stands between `$` or `$$`, or between `\begin{…}` and `\end{…}`, outside code. It is taken out before
markdown is rendered, so that no underscore of it becomes emphasis. All of this takes time in proportion to the text.
"""

from __future__ import annotations

import bisect
import html
import re
from dataclasses import dataclass
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element

LONGEST = 3_000
# A formula wider than a phone can be scrolled sideways, with the keyboard too.
WIDE = 40
OPEN, CLOSE = "\ue000", "\ue001"
PLACE = re.compile(f"{OPEN}(\\d+){CLOSE}")
_SPECIAL = re.compile(r"[`~$\\]")
_RUN = re.compile(r"`+|~{3,}")
_BEGIN = re.compile(r"\\begin\{([a-z]{1,20}\*?)\}")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_LINE_START = re.compile(r" {0,3}\Z")
# Commands that define others: a chain of them grows beyond all bounds.
_DEFINES = re.compile(r"\\(?:newcommand|renewcommand|def|let|newenvironment)\b")
_TAGS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "ms", "mfrac", "msqrt", "mroot", "mstyle", "menclose"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "none"),
    *("mtable", "mtr", "mtd", "mpadded", "mphantom"),
}
_ATTRIBUTES = {
    *("accent", "accentunder", "columnalign", "columnlines", "columnspacing", "display", "displaystyle", "fence"),
    *("form", "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "notation"),
    *("rowlines", "rowspacing", "rspace", "scriptlevel", "separator", "stretchy", "symmetric", "xmlns"),
}
# Gaps such as `\quad` are at most 2em wide; a wider one would push the rest of the page aside.
_GAP = re.compile(r"[0-3](?:\.\d{1,3})?em")


@dataclass(frozen=True)
class Formula:
    """A formula in LaTeX, and whether it stands in a line of its own."""

    latex: str
    display: bool


def take_out(text: str) -> tuple[str, list[Formula]]:
    """Return a text with a mark in the place of each formula (`PLACE`), and the formulas."""
    return _Scanner(text.replace(OPEN, "").replace(CLOSE, "")).scan()


class _Scanner:
    """Reads a text once, from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Formula] = []
        self.kept: list[str] = []
        self._blank_lines = [match.start() for match in _BLANK_LINE.finditer(text)]
        self._runs: dict[str, list[int]] = {}
        for match in _RUN.finditer(text):
            self._runs.setdefault(match[0], []).append(match.start())
        self._without_end: set[str] = set()

    def scan(self) -> tuple[str, list[Formula]]:
        done = 0
        while special := _SPECIAL.search(self.text, done):
            start = special.start()
            self.kept.append(self.text[done:start])
            done = {"$": self._dollar, "\\": self._backslash}.get(special[0], self._code)(start)
        self.kept.append(self.text[done:])
        return "".join(self.kept), self.found

    def _keep(self, start: int, end: int) -> int:
        self.kept.append(self.text[start:end])
        return end

    def _code(self, start: int) -> int:
        """Pass over a code span or a fenced block; over its opening alone if nothing closes it."""
        run = _RUN.match(self.text, start)
        if run is None:
            return self._keep(start, start + 1)
        line = self.text[self.text.rfind("\n", max(0, start - 4), start) + 1 : start][-4:]
        fenced = len(run[0]) >= 3 and _LINE_START.match(line) is not None
        places = self._runs[run[0]]
        following = bisect.bisect_right(places, start)
        if following < len(places):
            return self._keep(start, places[following] + len(run[0]))
        return self._keep(start, len(self.text) if fenced else run.end())

    def _dollar(self, start: int) -> int:
        if self.text.startswith("$$", start):
            return self._formula(start, start + 2, "$$", display=True) or self._keep(start, start + 2)
        end = self._end_of_paragraph(start)
        return self._formula(start, start + 1, "$", display=False, before=end) or self._keep(start, start + 1)

    def _backslash(self, start: int) -> int:
        begin = _BEGIN.match(self.text, start)
        if begin is None:
            return self._keep(start, min(start + 2, len(self.text)))
        ending = f"\\end{{{begin[1]}}}"
        return self._formula(start, start, ending, display=True, whole=True) or self._keep(start, begin.end())

    def _end_of_paragraph(self, start: int) -> int:
        place = bisect.bisect_left(self._blank_lines, start)
        return self._blank_lines[place] if place < len(self._blank_lines) else len(self.text)

    def _formula(
        self, start: int, inside: int, ending: str, *, display: bool, before: int | None = None, whole: bool = False
    ) -> int:
        """Take out the formula that begins at `inside` and ends before `ending`; return where to go on, or 0."""
        if ending in self._without_end:
            return 0
        end = self.text.find(ending, inside, before)
        if end < 0:
            if before is None:
                self._without_end.add(ending)
            return 0
        latex = self.text[inside : end + len(ending) if whole else end]
        if not latex.strip():
            return 0
        self.kept.append(f"{OPEN}{len(self.found)}{CLOSE}")
        self.found.append(Formula(latex.strip(), display))
        return end + len(ending)


def formula_html(formula: Formula) -> str:
    """Return a formula as MathML; as it was written, if it is too long or not understood."""
    math = _mathml(formula)
    if math is None:
        return f"<code>{html.escape(formula.latex[:LONGEST])}</code>"
    if not formula.display:
        return math
    stop = ' tabindex="0" role="group" aria-label="Formula"' if len(formula.latex) > WIDE else ""
    return f'<span class="display"{stop}>{math}</span>'


def _mathml(formula: Formula) -> str | None:
    if len(formula.latex) > LONGEST or _DEFINES.search(formula.latex):
        return None
    try:
        math = convert_to_element(formula.latex, display="block" if formula.display else "inline")
        _clean(math)
        math.set("alttext", formula.latex)
        return ElementTree.tostring(math, encoding="unicode")
    except Exception:  # whatever the library does not understand
        return None


def _clean(element: ElementTree.Element) -> None:
    """Keep known elements and attributes alone, and a gap's width; the text is escaped when it is written."""
    for each in element.iter():
        if each.tag not in _TAGS:
            raise ValueError(f"an unknown element: {each.tag}")
        width = each.get("width", "") if each.tag == "mspace" else ""
        each.attrib = {name: value for name, value in each.attrib.items() if name in _ATTRIBUTES}
        if _GAP.fullmatch(width):
            each.set("width", width)
        each.text = html.unescape(each.text) if each.text else None
