"""Make links of markdown pages work in the site as they do on GitHub.

A page of docs/ may link to any file of the repository. In the site, such a link leads to the page that is made from
that file; else to the file in the repository, if that has an address; else the text says where the file is.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from coursepack.errors import CoursepackError

_LINK = re.compile(r"(?P<image>!?)\[(?P<text>(?:[^\[\]`]|`[^`]*`|\[[^\]]*\])*)\]\((?P<target>[^()\s]+)\)")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")


def rewrite(text: str, place: str, uri: str, pages: Mapping[str, str], root: Path, address: str) -> str:
    """Return a page's markdown with links that the site can follow.

    Args:
        text: the markdown; code is left alone.
        place: the path of its file in the repository.
        uri: the path of its page in the site's sources, as MkDocs counts them.
        pages: page by file, for files outside docs/.
        root: the repository's folder.
        address: the repository's web address; empty if there is none.

    Raises:
        CoursepackError: a link leads to no file of the repository.
    """

    def link(found: re.Match[str]) -> str:
        target, _, anchor = found["target"].partition("#")
        if not target or re.match(r"[a-z][a-z0-9+.-]*:|/", target):
            return found[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(place), target))
        if not (root / path).exists():
            raise CoursepackError(f"the link to {target} leads to no file", where=place)
        page = pages.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
        if page is not None:
            inside = posixpath.relpath(page, posixpath.dirname(uri) or ".")
            return f"{found['image']}[{found['text']}]({inside}{'#' + anchor if anchor else ''})"
        if address:
            kind = "tree" if (root / path).is_dir() else "blob"
            return f"[{found['text']}]({address}/{kind}/HEAD/{quote(path)}{'#' + anchor if anchor else ''})"
        return _told(found["text"], path)

    return _outside_code(text, lambda lines: _LINK.sub(link, lines))


def _told(text: str, path: str) -> str:
    """Return a link's text, with the file's path in the repository if the text does not say it."""
    said = path in text or posixpath.basename(path).partition(".")[0] in text
    return text if said else f"{text} (`{path}` in the repository)"


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Return a text with its parts outside fenced code changed."""
    parts: list[str] = []
    lines: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if not fence and mark:
            parts.append(change("".join(lines)))
            lines, fence = [], mark[1]
        elif fence and mark and line.strip().startswith(fence):
            parts.append("".join([*lines, line]))
            lines, fence = [], ""
            continue
        lines.append(line)
    rest = "".join(lines)
    return "".join([*parts, rest if fence else change(rest)])
