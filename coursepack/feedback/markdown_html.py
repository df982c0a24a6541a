"""Render markdown that students and markers wrote as HTML without anything active."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from coursepack.feedback.formulas import CLOSE, LONGEST, OPEN, formula_html, take_out
from coursepack.feedback.tidy_html import Outline, tidy
from coursepack.sandbox.image_size import is_picture
from coursepack.sandbox.safe_output import ATTRIBUTES, IMAGES, MAX_NESTING, TAGS, nesting

# Of one cell, and of all cells in which students write: markdown can take the square of its length.
MAX_CELL = 20_000
MAX_ALL = 200_000
MAX_FORMULAS = 50_000
MAX_PLAIN = 200_000
# As `grading.submission.attachments` lets them through.
PICTURE = {"longest": 16 * 2**20, "pixels": 64_000_000}
_KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif"}
_TAGS = TAGS | {"a", "del"}
_ATTRIBUTES = {name: kept - {"class"} for name, kept in ATTRIBUTES.items()} | {"a": {"href", "title"}, "ol": {"start"}}
_INVISIBLE = {"script", "style", "template", "iframe", "object", "svg", "math", "title", "textarea", "select"}


class MarkdownWriter:
    """Renders the markdown of one page, within common limits.

    Args:
        outline: the page's headings; those in the text continue them.
        picture_room: characters that the pictures of the page may take.
        folder: where the files are that were handed in beside the notebook; None if there are none.
    """

    def __init__(self, outline: Outline, picture_room: int, folder: Path | None = None) -> None:
        self._outline, self._picture_room, self._folder = outline, picture_room, folder
        self._room, self._formula_room = MAX_ALL, MAX_FORMULAS
        self._markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
        self._markdown.add_render_rule("image", _image)

    def write(self, text: str, attachments: Mapping[str, Any] | None = None, *, given: bool = False) -> str:
        """Return a text as HTML; as plain text where it is too long or too deeply nested.

        Args:
            text: markdown.
            attachments: the cell's pictures, by name.
            given: whether the text is the assignment's own, which no limit concerns.
        """
        if not given:
            if len(text) > min(MAX_CELL, self._room):
                return plain(text)
            self._room -= len(text)
        text, formulas = take_out(text)
        pieces = []
        for formula in formulas:
            self._formula_room -= 0 if given else len(formula.latex)
            understood = self._formula_room > 0
            pieces.append(
                formula_html(formula) if understood else f"<code>{html.escape(formula.latex)[:LONGEST]}</code>"
            )
        rendered = self._markdown.render(text, {"pieces": pieces, "picture": self._picture(attachments or {})})
        if nesting(rendered) > MAX_NESTING:
            return plain(text)
        return tidy(_sanitised(rendered), pieces, self._outline)

    def _picture(self, attachments: Mapping[str, Any]) -> Any:
        def picture(target: str, alt: str) -> str:
            """Return a picture of the cell's own; anything else is named, and not loaded."""
            name = unquote(target.removeprefix("attachment:"))
            bundle = attachments.get(name) if target.startswith("attachment:") else self._beside(name)
            for kind in IMAGES:
                data = bundle.get(kind) if isinstance(bundle, dict) else None
                if isinstance(data, str) and len(data) <= self._picture_room and is_picture(kind, data, **PICTURE):
                    self._picture_room -= len(data)
                    return image(kind, data, alt or f"picture {name} in this text")
            return f"<em>[a picture that cannot be shown here: {html.escape(alt or name)[:200]}]</em>"

        return picture

    def _beside(self, name: str) -> dict[str, str] | None:
        """Return a picture file that was handed in beside the notebook, in the form of an attachment."""
        kind = _KINDS.get(Path(name).suffix.lower())
        if self._folder is None or kind is None or ":" in name or "\0" in name:
            return None
        path = self._folder / name
        try:
            inside = path.resolve().is_relative_to(self._folder.resolve()) and path.is_file()
            if not inside or path.stat().st_size > PICTURE["longest"] * 3 // 4:
                return None
            return {kind: base64.b64encode(path.read_bytes()).decode("ascii")}
        except OSError:
            return None


def plain(text: str) -> str:
    """Return a text as it was written, cut at a limit."""
    more = "\n… the rest is left out here" if len(text) > MAX_PLAIN else ""
    return f"<pre>{html.escape(text[:MAX_PLAIN] + more)}</pre>"


def image(kind: str, data: str, alt: str) -> str:
    """Return a picture that the page holds itself; `data` is base64, checked by `is_picture`."""
    return f'<img src="data:{kind};base64,{"".join(data.split())}" alt="{html.escape(alt[:500])}">'


def _image(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]) -> str:
    token = tokens[index]
    alt = self.renderInlineAsText(token.children, options, env) if token.children else ""
    env["pieces"].append(env["picture"](str(token.attrGet("src") or ""), alt.replace(OPEN, "").replace(CLOSE, "")))
    return f"{OPEN}{len(env['pieces']) - 1}{CLOSE}"


def _sanitised(rendered: str) -> str:
    return nh3.clean(
        rendered.encode("utf-8", "replace").decode("utf-8"),
        tags=_TAGS,
        clean_content_tags=_INVISIBLE,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Drop links to anything but a web page or a mailbox: the page has no files beside it."""
    if name == "href" and not value.startswith(("https://", "http://", "mailto:")):
        return None
    return value
