"""Check the built site: links lead somewhere, nothing is loaded from elsewhere, pictures have texts, no secret shows.

python -m scripts.docs_site.check_built site
"""

from __future__ import annotations

import json
import posixpath
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from coursepack.authoring.leaks import Secrets, secrets_of, text_leaks
from coursepack.authoring.visible_text import html_text
from coursepack.course import Course
from coursepack.notebooks.reading import read_notebook

_SOURCES = ("script", "img", "iframe", "embed", "source", "video", "audio", "track", "input")
# Elements that load something when a page is shown, and the attributes that name it.
_LOADING = {
    **dict.fromkeys(_SOURCES, ("src", "srcset")),
    "object": ("data",),
    "link": ("href",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
}
# A link element that only names a page.
_NAMING = {"canonical", "prev", "next", "alternate", "license", "author"}
_REMOTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_IN_STYLE = re.compile(r"(?:url\(\s*|@import\s+)[\"']?\s*((?:https?:)?//[^\"')\s]+)", re.IGNORECASE)


@dataclass
class Page(HTMLParser):
    """What a page names: the ids in it, its links, and what it loads."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element names."""
        named = {name: value or "" for name, value in attrs}
        self.ids |= {named[key] for key in ("id", "name") if named.get(key)}
        if tag == "a" and named.get("href"):
            self.links.append(named["href"])
        if not (tag == "link" and set(named.get("rel", "").split()) <= _NAMING):
            for attribute in _LOADING.get(tag, ()):
                self.loaded += [part.split()[0] for part in named.get(attribute, "").split(",") if part.strip()]
        self.loaded += _IN_STYLE.findall(named.get("style", ""))
        if tag == "img" and not named.get("alt", "").strip():
            self.faults.append(f"a picture without a text: {named.get('src', '')[:60]}")
        if "mermaid" in named.get("class", "").split():
            self.faults.append("a diagram that is not drawn")


def read_page(text: str) -> Page:
    """Return what a page names."""
    page = Page()
    page.feed(text)
    page.close()
    page.loaded += _IN_STYLE.findall("\n".join(re.findall(r"<style.*?</style>", text, re.DOTALL)))
    return page


def faults(site: Path) -> Iterator[str]:
    """Yield what is wrong with the pages and styles of a site."""
    pages = {path: read_page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        yield from (f"{name}: {fault}" for fault in page.faults)
        yield from (f"{name}: loads {found} from elsewhere" for found in page.loaded if _REMOTE.match(found))
        # What stands on the page for errors may be shown anywhere: its addresses begin at the root.
        for target in [] if name == "404.html" else [*page.links, *page.loaded]:
            if not re.match(r"[a-z][a-z0-9+.-]*:|//", target) and not _leads(site, path, target, pages):
                yield f"{name}: {target} leads nowhere"
    for path in sorted(site.rglob("*.css")):
        for found in _IN_STYLE.findall(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site).as_posix()}: loads {found} from elsewhere"


def _leads(site: Path, page: Path, target: str, pages: dict[Path, Page]) -> bool:
    name, _, anchor = target.partition("#")
    inside = posixpath.normpath(posixpath.join(page.parent.as_posix(), unquote(name.partition("?")[0])))
    path = Path(inside) if name else page
    if path.is_dir():
        path /= "index.html"
    if not path.is_file() or not path.is_relative_to(site):
        return False
    return not anchor or path not in pages or unquote(anchor) in pages[path].ids


def leaks(site: Path, course: Course) -> Iterator[str]:
    """Yield what the site shows of hidden tests and marking schemes. Solutions may be shown, in the worked versions."""
    texts = {path.relative_to(site).as_posix(): html_text(path.read_text("utf-8")) for path in site.rglob("*.html")}
    index = site / "search" / "search_index.json"
    if index.is_file():
        found = json.loads(index.read_text(encoding="utf-8"))["docs"]
        texts["search index"] = "\n".join(html_text(f"{one['title']}\n{one['text']}") for one in found)
    secrets = {name: secrets_of(read_notebook(course.notebook("source", name))) for name in course.assignments}
    known = {
        " ".join(line.split())
        for one in secrets.values()
        for text in one.answered.values()
        for line in text.split("\n")
    }
    for name, one in secrets.items():
        yield from (str(leak) for leak in text_leaks(_lines_alone(one, known), texts, "", name))


def _lines_alone(secrets: Secrets, known: set[str]) -> Secrets:
    """Return the hidden lines that a worked version does not show; numbers may stand in any text by chance."""
    nothing: frozenset[float] = frozenset()
    hidden = tuple(
        replace(one, lines=tuple(line for line in one.lines if line not in known), numbers=nothing, strings=frozenset())
        for one in secrets.hidden
    )
    return replace(secrets, hidden=hidden, solutions=())


def main(folder: str) -> int:
    """Print what is wrong with a site, and return the exit status."""
    site = Path(folder).resolve()
    found = [*faults(site), *leaks(site, Course.find(None))]
    for fault in found:
        print(f"site: {fault}", file=sys.stderr)
    pages = len(list(site.rglob("*.html")))
    print(f"{pages} pages, {len(found)} faults")
    return 1 if found or not pages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
