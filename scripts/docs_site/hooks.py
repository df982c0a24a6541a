"""MkDocs hooks: the pages that are not files of docs/, links to files of the repository, and diagrams."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from scripts.docs_site import command_pages, diagrams, repository_links, worked_notebooks

ROOT = Path(__file__).parents[2]
# Markdown files of the repository outside docs/ that are pages of the site.
ROOT_PAGES = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
_SEARCH = 'data-md-component="search" role="dialog" aria-label="Search"'
# A section of the navigation with a page of its own: the label that should name it is an arrow without words.
_SECTION = re.compile(
    r'aria-labelledby="(?P<id>__nav_[\d_]+)_label"'
    r'(?P<rest>[^>]*>\s*<label class="md-nav__title" for="(?P=id)">\s*<span[^>]*></span>\s*(?P<name>[^<]*?)\s*</label>)'
)
# Headings below a heading, in a page's table of contents.
_HEADINGS = re.compile(r'<nav class="md-nav" aria-label="([^"]+)"')
# HTML that is put into a page after markdown was rendered, by the name of its place.
_pieces: dict[str, str] = {}


def on_config(config: Any) -> Any:
    """Name the repository in the footer, if it has an address (`SITE_REPOSITORY`, as the workflow sets it)."""
    if address := repository_address():
        config.copyright = f'The source of this site: <a href="{address}">{address.partition("//")[2]}</a>'
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages and pictures that are made from other files."""
    for name, target in ROOT_PAGES.items():
        files.append(File.generated(config, target, content=(ROOT / name).read_text(encoding="utf-8")))
    files.append(File.generated(config, "commands.md", content=command_pages.page()))
    worked = worked_notebooks.read_all(ROOT / "solutions")
    files.append(File.generated(config, "worked/index.md", content=worked_notebooks.overview(worked)))
    for one in worked:
        files.append(File.generated(config, one.uri, content=one.markdown))
        _pieces.update(one.pieces)
        for uri, content in one.pictures.items():
            files.append(File.generated(config, uri, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Rewrite links that lead out of docs/, and put the place of a drawing where a diagram's text stands."""
    uri = page.file.src_uri
    places = {target: name for name, target in ROOT_PAGES.items()}
    place = places.get(uri, f"docs/{uri}")
    if not (ROOT / place).is_file():  # made here, with links that fit
        return markdown
    markdown, drawn = diagrams.take_out(markdown, ROOT / "docs" / "diagrams")
    _pieces.update(drawn)
    targets = ROOT_PAGES | worked_notebooks.targets(ROOT / "solutions")
    return repository_links.rewrite(markdown, place, uri, targets, ROOT, repository_address())


def on_page_content(html: str, page: Any, config: Any, files: Files) -> str:
    """Put what is HTML already into its places, and make an empty table head, which says nothing, a plain cell."""
    for name, piece in _pieces.items():
        html = html.replace(f'<div data-piece="{name}"></div>', piece)
    return re.sub(r"<th([^>]*)>\s*</th>", r"<td\1></td>", html)


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Give what Material leaves without a name, or with another one's, a name for screen readers."""
    output = _SECTION.sub(r'aria-label="\g<name>"\g<rest>', output)
    seen: Counter[str] = Counter()

    def numbered(found: re.Match[str]) -> str:
        seen[found[1].lower()] += 1
        number = seen[found[1].lower()]
        return f'{found[0][:-1]} ({number})"' if number > 1 else found[0]

    output = _HEADINGS.sub(numbered, output)
    return output.replace('data-md-component="search" role="dialog"', _SEARCH)


def repository_address() -> str:
    """Return the repository's web address, for example https://github.com/owner/name; empty if none is known."""
    return os.environ.get("SITE_REPOSITORY", "").rstrip("/")
