"""Do links of the pages lead to the site's pages or to the repository, and is every diagram drawn?"""

from __future__ import annotations

from pathlib import Path

import pytest

from coursepack.course import Course
from coursepack.errors import CoursepackError
from scripts.docs_site import diagrams, repository_links

ADDRESS = "https://github.com/owner/course"
PAGES = {"README.md": "index.md", "solutions/one/one.ipynb": "worked/one.md"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("README.md", "docs/a.md", "docs/checks/b.md", "tool/x.py", "solutions/one/one.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("place", "uri", "written", "expected"),
    [
        ("docs/a.md", "a.md", "[b](checks/b.md#c)", "[b](checks/b.md#c)"),
        ("docs/checks/b.md", "checks/b.md", "[a](../a.md)", "[a](../a.md)"),
        ("README.md", "index.md", "![a](docs/a.md)", "![a](a.md)"),
        ("docs/checks/b.md", "checks/b.md", "[home](../../README.md)", "[home](../index.md)"),
        ("docs/a.md", "a.md", "[w](../solutions/one/one.ipynb)", "[w](worked/one.md)"),
        ("docs/a.md", "a.md", "[`x`](../tool/x.py)", f"[`x`]({ADDRESS}/blob/HEAD/tool/x.py)"),
        ("docs/a.md", "a.md", "[t](../tool/)", f"[t]({ADDRESS}/tree/HEAD/tool)"),
        ("docs/a.md", "a.md", "[w](https://example.org) [h](#h)", "[w](https://example.org) [h](#h)"),
        ("docs/a.md", "a.md", "```\n[x](gone.md)\n```\n", "```\n[x](gone.md)\n```\n"),
    ],
)
def test_where_does_a_link_lead(root: Path, place: str, uri: str, written: str, expected: str) -> None:
    assert repository_links.rewrite(written, place, uri, PAGES, root, ADDRESS) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[the jail](../tool/x.py)", "the jail (`tool/x.py` in the repository)"),
        ("[`tool/x.py`](../tool/x.py)", "`tool/x.py`"),
    ],
)
def test_without_an_address_is_it_told_where_a_file_is(root: Path, written: str, expected: str) -> None:
    assert repository_links.rewrite(written, "docs/a.md", "a.md", PAGES, root, "") == expected


def test_does_a_dead_link_stop_the_build(root: Path) -> None:
    with pytest.raises(CoursepackError, match=r"the link to \.\./gone\.py leads to no file"):
        repository_links.rewrite("[x](../gone.py)", "docs/a.md", "a.md", PAGES, root, "")


def test_is_there_a_drawing_of_every_diagram_and_no_other(repository: Course) -> None:
    docs = repository.root / "docs"
    texts = [text for page in docs.rglob("*.md") for text in diagrams.texts(page.read_text(encoding="utf-8"))]
    assert texts
    drawn = {path.name: path.read_text(encoding="utf-8") for path in (docs / "diagrams").glob("*.svg")}
    assert set(drawn) == {diagrams.file_name(text) for text in texts}
    for text in texts:
        assert "accTitle:" in text and "<title" in drawn[diagrams.file_name(text)]


def test_does_a_diagram_without_drawing_stop_the_build(tmp_path: Path) -> None:
    with pytest.raises(CoursepackError, match=r"draw_diagrams\.py"):
        diagrams.take_out("```mermaid\nflowchart LR\n```\n", tmp_path)
