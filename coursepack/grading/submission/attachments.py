"""Keep the pictures of written answers: Jupyter's attachments, and those that an editor wrote into the text itself.

Only PNG, JPEG and GIF pictures are kept, judged by content and not by name, and only if the text shows them. A
reference to anything else is made harmless, because nbconvert fails on a whole page for one missing attachment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from nbformat import NotebookNode

from coursepack.grading.submission.brief_notes import NAMED
from coursepack.name_list import name_list
from coursepack.sandbox.image_size import is_picture
from coursepack.sandbox.safe_output import IMAGES

MAX_PICTURES = 100
# In base64: enough for a photograph of 12 MB, and for 30 MB in all.
MAX_PICTURE = 16 * 2**20
MAX_TOTAL = 40 * 2**20
MAX_PIXELS = 64_000_000
MAX_NAME = 500
# In place of "attachment:", so that nothing looks for one.
LOST = "lost-picture:"
LACKS = "cannot be shown: lost, too large, or not a PNG, JPEG or GIF picture"
# The characters that JavaScript's encodeURI leaves unchanged.
UNQUOTED = "!#$&'()*+,/:;=?@~"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_INLINE = re.compile(r"data:image/[a-z+.-]{1,20};base64,([A-Za-z0-9+/=]+)", re.IGNORECASE)
_REFERENCE = re.compile(r"""(?:^|(?<=[(<"'\s=]))attachment:([^\s()<>"'\]]{0,500})""")
_TAG = re.compile(
    r"""<img\b[^<>]{0,500}?\bsrc\s{0,5}=\s{0,5}["']?(attachment:[A-Za-z0-9._-]{1,100})["']?[^<>]{0,500}>""",
    re.IGNORECASE,
)


def with_inline(text: str, attachments: Any) -> tuple[str, dict[str, Any]]:
    """Return a markdown text and its attachments; pictures inside the text become attachments too."""
    bundles = dict(list(attachments.items())[:MAX_PICTURES]) if isinstance(attachments, dict) else {}

    def attach(found: re.Match[str]) -> str:
        if len(bundles) >= MAX_PICTURES:
            return found[0]
        name = f"inline-{len(bundles) + 1}"
        bundles[name] = {"image/png": found[1]}
        return f"attachment:{name}"

    return _INLINE.sub(attach, text), bundles


@dataclass
class Pictures:
    """The pictures of one notebook, with a common limit.

    Attributes:
        notes: the list of notes on what cannot be shown.
        count: number of pictures shown.
        size: number of characters that they take.
    """

    notes: list[str]
    count: int = field(default=0)
    size: int = field(default=0)

    def put_into(self, cell: NotebookNode, bundles: dict[str, Any], name: str) -> None:
        """Attach the pictures that a markdown cell's text shows, and make harmless what cannot be shown.

        Args:
            cell: the cell; references in its text are changed.
            bundles: the submission's attachments, by name.
            name: the cell's name in notes.
        """
        if "attachment:" not in cell.source:
            return
        kept: dict[str, dict[str, str]] = {}
        for wanted in sorted((one for one in bundles if 0 < len(one) <= MAX_NAME), key=len, reverse=True):
            self._show(cell, wanted, bundles[wanted], kept)

        lost: dict[str, None] = {}

        def show_or_lose(found: re.Match[str]) -> str:
            if found[1] in kept:
                return found[0]
            lost[f"“{_printable(unquote(found[1]))}”"] = None
            return LOST + found[1]

        cell.source = _TAG.sub(r"![picture](\1)", _REFERENCE.sub(show_or_lose, cell.source))
        if lost:
            self.notes.append(f"cell {name}: {name_list(lost, NAMED)} {LACKS}")
        if kept:
            cell["attachments"] = kept

    def _show(self, cell: NotebookNode, wanted: str, bundle: Any, kept: dict[str, dict[str, str]]) -> None:
        """Keep one attachment, if the text shows it and it is a picture, under a name that needs no quoting."""
        written = "|".join(map(re.escape, {wanted, quote(wanted), quote(wanted, safe=UNQUOTED)}))
        reference = re.compile(rf"""attachment:(?:{written})(?=[\s)>"'\]]|$)""")
        if not reference.search(cell.source):
            return
        picture = next(filter(None, map(_picture, _candidates(bundle))), None)
        if picture and self.count < MAX_PICTURES and self.size + len(picture[1]) <= MAX_TOTAL:
            self.count, self.size = self.count + 1, self.size + len(picture[1])
            new = wanted if _PLAIN_NAME.fullmatch(wanted) else f"picture-{len(kept) + 1}-of-this-cell"
            kept[new] = dict([picture])
            cell.source = reference.sub(f"attachment:{new}", cell.source)


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else "�" for one in text[:60])


def _candidates(bundle: Any) -> list[Any]:
    return list(bundle.values())[:10] if isinstance(bundle, dict) else []


def _picture(data: Any) -> tuple[str, str] | None:
    """Return the media type and the base64 text of a picture; None for anything else."""
    if isinstance(data, list) and all(isinstance(line, str) for line in data):
        data = "".join(data)
    plain = "".join(data.split()) if isinstance(data, str) else ""
    largest = {"longest": MAX_PICTURE, "pixels": MAX_PIXELS}
    return next(((kind, plain) for kind in IMAGES if is_picture(kind, plain, **largest)), None)
