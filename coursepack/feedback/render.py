"""Fill in a page's template: one HTML file that loads nothing and runs nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from coursepack.grading.batch.console import duration
from coursepack.local_time import local_time

# The name of the entry in a page's head that says what it was made from.
MADE_FROM = "coursepack-made-from"
_HERE = Path(__file__).parent


def render(template: str, *, made_from: str, **values: Any) -> str:
    """Return a page.

    Args:
        template: the template's file in this folder.
        made_from: the digest of what the page is made from.
        values: what the template shows; all of it is escaped.
    """
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["with_code"] = _with_code
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template(template).render(
        **values,
        # Our own file, and the only style that the page's policy allows.
        style=Markup(style),  # noqa: S704
        style_digest=digest,
        safe=Markup,
        duration=duration,
        local_time=local_time,
        made_from=made_from,
        made_from_name=MADE_FROM,
    )


@cache
def code_digest() -> str:
    """Return the SHA-256 of this room's files: a page that other code made is not up to date."""
    files = sorted(path for path in _HERE.iterdir() if path.suffix in (".py", ".j2", ".css"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _with_code(text: str) -> Markup:
    """Return a text as HTML, with what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    shown = (
        escape(part) if place % 2 == 0 else Markup("<code>{}</code>").format(part) for place, part in enumerate(parts)
    )
    return Markup("").join(shown)
