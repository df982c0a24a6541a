"""Does the check of the built site find what it looks for?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursepack.course import Course
from coursepack.notebooks.markers import split
from coursepack.notebooks.reading import read_notebook
from scripts.docs_site import check_built

RIGHT = '<h2 id="here">x</h2><a href="#here">up</a><a href="b.html#there">b</a><img src="p.png" alt="p">'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "a.html").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "b.html").write_text('<p id="there">b</p><a href="https://example.org">e</a>', encoding="utf-8")
    (tmp_path / "p.png").write_bytes(b"")
    return tmp_path


def test_does_a_sound_site_pass(site: Path) -> None:
    assert list(check_built.faults(site)) == []


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        ('<script src="https://cdn.example.org/x.js"></script>', "loads https://cdn.example.org/x.js"),
        ('<link rel="stylesheet" href="//fonts.example.org/x.css">', "loads //fonts.example.org/x.css"),
        ('<link rel="preconnect" href="https://fonts.example.org">', "loads https://fonts.example.org"),
        ('<img src="http://example.org/p.png" alt="p">', "loads http://example.org/p.png"),
        ('<img srcset="p.png 1x, https://example.org/p.png 2x" alt="p">', "loads https://example.org/p.png"),
        ("<style>@font-face { src: url('https://example.org/f.woff2') }</style>", "loads https://example.org/f.woff2"),
        ('<p style="background: url(https://example.org/b.png)">', "loads https://example.org/b.png"),
        ('<a href="gone.html">x</a>', "gone.html leads nowhere"),
        ('<a href="b.html#gone">x</a>', "b.html#gone leads nowhere"),
        ('<a href="../../outside.html">x</a>', "outside.html leads nowhere"),
        ('<img src="p.png">', "a picture without a text"),
        ('<pre class="mermaid">flowchart</pre>', "not drawn"),
    ],
)
def test_is_a_fault_found(site: Path, added: str, fault: str) -> None:
    (site / "a.html").write_text(RIGHT + added, encoding="utf-8")
    [found] = check_built.faults(site)
    assert found.startswith("a.html: ") and fault in found


def test_is_a_style_that_loads_found(site: Path) -> None:
    (site / "s.css").write_text('@import "https://example.org/x.css";', encoding="utf-8")
    assert list(check_built.faults(site)) == ["s.css: loads https://example.org/x.css from elsewhere"]


def test_is_a_hidden_line_found_in_a_page_and_in_the_search_index(site: Path, repository: Course) -> None:
    assert list(check_built.leaks(site, repository)) == []
    sources = [read_notebook(repository.notebook("source", name)) for name in repository.assignments]
    parts = [split(cell.source, where="") for source in sources for cell in source.cells]
    lines = [line for part in parts for one in part.of("HIDDEN TESTS") for line in one.text.split("\n")]
    [line] = [line for line in lines if "right_verdicts = [" in line]
    (site / "b.html").write_text(f"<pre>{line}</pre>", encoding="utf-8")
    (site / "search").mkdir()
    entry = {"title": "x", "text": f"some <code>{line}</code>"}
    (site / "search" / "search_index.json").write_text(json.dumps({"docs": [entry]}), encoding="utf-8")
    found = list(check_built.leaks(site, repository))
    assert len(found) == 2 and all("right_verdicts" in leak for leak in found)
