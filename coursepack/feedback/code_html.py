"""Show code and its outputs as HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers.python import PythonLexer

from coursepack.feedback.markdown_html import image
from coursepack.feedback.tidy_html import Outline, tidy
from coursepack.sandbox.safe_output import IMAGES, Cleaner

MAX_CODE = 50_000
MAX_OUTPUT = 4 * 2**20
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_ALT = 300


class CodeWriter:
    """Shows the code cells of one page, within common limits.

    Args:
        outline: the page's headings; those in a table's HTML continue them.
        room: characters that all outputs may take, pictures included.
    """

    def __init__(self, outline: Outline, room: int) -> None:
        self._outline, self._cleaner = outline, Cleaner(room)
        self._lexer, self._formatter = PythonLexer(), HtmlFormatter(nowrap=True)

    def code(self, source: str) -> str:
        """Return highlighted code; plain where it is very long."""
        if len(source) > MAX_CODE:
            more = "\n… the rest is left out here" if len(source) > 4 * MAX_CODE else ""
            return f"<pre>{html.escape(source[: 4 * MAX_CODE] + more)}</pre>"
        shown = highlight(source, self._lexer, self._formatter)
        return f'<pre class="code"><code>{shown.rstrip()}</code></pre>'

    def outputs(self, outputs: Sequence[Mapping[str, Any]], name: str) -> str:
        """Return a cell's outputs, made safe; `name` is the cell's in the pictures' texts ("cell 14")."""
        pictures = _Pictures(name)
        return "".join(self._output(output, pictures) for output in self._cleaner.clean(outputs, MAX_OUTPUT))

    def _output(self, output: Mapping[str, Any], pictures: _Pictures) -> str:
        if output["output_type"] == "stream":
            return _text(output["text"], "stderr" if output["name"] == "stderr" else "")
        if output["output_type"] == "error":
            return _text("\n".join(output["traceback"]) or f"{output['ename']}: {output['evalue']}", "error")
        data = output["data"]
        for kind in IMAGES:
            if kind in data:
                return f'<p class="picture">{image(kind, data[kind], pictures.name(output, kind))}</p>'
        if "text/html" in data:
            return f'<div class="rich">{tidy(data["text/html"], (), self._outline)}</div>'
        return _text(data.get("text/plain", ""), "")


class _Pictures:
    """Names the pictures of a cell for those who cannot see them."""

    def __init__(self, cell: str) -> None:
        self._numbers = _count(cell)

    def name(self, output: Mapping[str, Any], kind: str) -> str:
        """Return what the student's code says about a picture, else where it comes from."""
        numbered = next(self._numbers)
        metadata = output.get("metadata", {})
        said = metadata.get(kind, {}).get("alt", "") if isinstance(metadata.get(kind), dict) else ""
        return said[:_ALT] or numbered


def _count(cell: str) -> Iterator[str]:
    yield f"Output of {cell}"
    number = 1
    while True:
        number += 1
        yield f"Output of {cell}, picture {number}"


def _text(text: str, kind: str) -> str:
    shown = html.escape(_ANSI.sub("", text)).strip("\n")
    return f'<pre class="output {kind}">{shown}</pre>'.replace(' "', '"', 1) if shown.strip() else ""
