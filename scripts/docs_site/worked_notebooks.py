"""The worked versions of solutions/ as pages: texts, code and outputs, with formulas as MathML.

Headings and code are written as markdown, so that the site lists and colours them. Everything else is HTML already: it
is rendered as Jupyter does, which MkDocs does not.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from markdown_it import MarkdownIt

from coursepack.feedback.formulas import PLACE, formula_html, take_out

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_HEADING = re.compile(r"(#{1,6}) (.*)")
_TITLE = re.compile(r"# @title (?:Picture: )?(.*)")


@dataclass
class Worked:
    """One notebook as a page.

    Attributes:
        assignment: its name.
        title: its first heading.
        markdown: the page, with places for its pieces.
        pieces: HTML by the name of its place.
        pictures: the content of picture files, by their path in the site.
    """

    assignment: str
    title: str = ""
    markdown: str = ""
    pieces: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """The page's path among the site's sources."""
        return f"worked/{self.assignment}.md"

    def place(self, piece: str) -> str:
        """Keep a piece of HTML, and return the markdown that holds its place."""
        name = f"{self.assignment}-{len(self.pieces) + 1}"
        self.pieces[name] = piece
        return f'<div data-piece="{name}"></div>'


def read_all(solutions: Path) -> list[Worked]:
    """Return all notebooks of a folder as pages, in the order of their names."""
    return [_page(path) for path in _notebooks(solutions)]


def targets(solutions: Path) -> dict[str, str]:
    """Return the page of each file that links may lead to."""
    pages = {f"solutions/{path.stem}/{path.name}": f"worked/{path.stem}.md" for path in _notebooks(solutions)}
    return pages | {"solutions": "worked/index.md"}


def overview(worked: list[Worked]) -> str:
    """Return the page that lists the worked versions."""
    lines = ["# Worked versions", "", _OVERVIEW, ""]
    lines += [f"- [{one.title}]({one.assignment}.md) (`{one.assignment}`)" for one in worked]
    return "\n".join(lines) + "\n"


_OVERVIEW = """Each assignment, solved, with its outputs and pictures, as `coursepack build` makes it from the source
notebook. Hidden tests are left out. Students who read this before they try miss what the exercises are for."""


def _notebooks(solutions: Path) -> list[Path]:
    return sorted(solutions.glob("*/*.ipynb"))


def _page(path: Path) -> Worked:
    page = Worked(path.stem)
    parts: list[str] = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            parts += _text(page, cell.source)
        elif cell.cell_type == "code" and cell.source.strip():
            parts.append(_code(cell.source))
            parts += [page.place(one) for one in _outputs(page, cell)]
    page.markdown = "\n\n".join(parts) + "\n"
    return page


def _text(page: Worked, source: str) -> Iterator[str]:
    """Yield a text cell: its headings as markdown, what stands between them as places of HTML."""
    block: list[str] = []
    fenced = False
    for line in source.split("\n"):
        fenced ^= line.startswith("```")
        heading = None if fenced else _HEADING.fullmatch(line)
        if heading is None:
            block.append(line)
            continue
        yield from _block(page, block)
        block = []
        if len(heading[1]) == 1 and not page.title:
            page.title = heading[2]
        yield line
    yield from _block(page, block)


def _block(page: Worked, lines: list[str]) -> Iterator[str]:
    text = "\n".join(lines)
    if text.strip():
        yield page.place(f'<div class="notebook-text">{render(text)}</div>')


def render(text: str) -> str:
    """Return a text cell's markdown as HTML."""
    text, formulas = take_out(text)
    rendered = PLACE.sub(lambda found: formula_html(formulas[int(found[1])]), _MARKDOWN.render(text))
    # On a phone, any of them may be wide: it can be scrolled with the keyboard, too.
    return rendered.replace('<span class="display">', '<span class="display" tabindex="0">')


def _code(source: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", source)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}python\n{source}\n{fence}"


def _outputs(page: Worked, cell: Any) -> Iterator[str]:
    """Yield a cell's outputs as HTML, what it printed in one piece."""
    printed = ""
    for output in cell.outputs:
        if output.output_type == "stream":
            printed += output.text
            continue
        yield from _printed(printed)
        printed = ""
        yield from _shown(page, cell, output)
    yield from _printed(printed)


def _shown(page: Worked, cell: Any, output: Any) -> Iterator[str]:
    data = output.get("data", {})
    for kind, ending in _PICTURES.items():
        if kind in data:
            name = f"worked/{page.assignment}-{len(page.pictures) + 1}.{ending}"
            page.pictures[name] = data[kind].encode() if ending == "svg" else base64.b64decode(data[kind])
            alternative = html.escape(_alternative(cell, output, kind, len(page.pictures)))
            yield f'<p class="notebook-picture"><img src="{Path(name).name}" alt="{alternative}" loading="lazy"></p>'
            return
    table = re.search(r"<table.*</table>", data.get("text/html", ""), re.DOTALL)
    if table:
        yield f'<div class="notebook-table" tabindex="0">{table[0]}</div>'
    else:
        yield from _printed(data.get("text/plain", ""))


def _alternative(cell: Any, output: Any, kind: str, number: int) -> str:
    """Return what the notebook says about a picture; else what its cell is called."""
    said = output.get("metadata", {}).get(kind, {}).get("alt", "")
    title = _TITLE.match(cell.source)
    return said or (f"Picture: {title[1]}" if title else f"Picture {number} of this page, drawn by the code above")


def _printed(text: str) -> Iterator[str]:
    shown = html.escape(_ANSI.sub("", text)).strip("\n")
    if shown.strip():
        yield f'<pre class="notebook-output" tabindex="0">{shown}</pre>'
