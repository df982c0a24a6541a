"""Put drawings in the place of Mermaid diagrams, whose script Material would load from another host.

GitHub draws the text itself. For the site, `scripts/draw_diagrams.py` draws it once; the file's name holds a digest of
the text, so that a drawing can never be that of an older text.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from coursepack.errors import CoursepackError

_DIAGRAM = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def texts(markdown: str) -> list[str]:
    """Return the texts of a page's diagrams."""
    return _DIAGRAM.findall(markdown)


def file_name(text: str) -> str:
    """Return the name of the file that holds the drawing of a diagram."""
    return f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.svg"


def take_out(markdown: str, folder: Path) -> tuple[str, dict[str, str]]:
    """Return a page with a place for each drawing, and the drawings by the name of the place.

    Raises:
        CoursepackError: there is no drawing of a diagram.
    """
    drawings: dict[str, str] = {}

    def drawing(found: re.Match[str]) -> str:
        path = folder / file_name(found[1])
        if not path.is_file():
            remedy = "run python scripts/draw_diagrams.py"
            raise CoursepackError("there is no drawing of this diagram", where=found[1][:60], remedy=remedy)
        drawings[path.stem] = f'<div class="diagram" tabindex="0">{path.read_text(encoding="utf-8")}</div>'
        return f'<div data-piece="{path.stem}"></div>'

    return _DIAGRAM.sub(drawing, markdown), drawings
