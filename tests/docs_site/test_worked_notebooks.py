"""Are worked versions whole as pages: formulas, pictures with texts, no hidden line?"""

from __future__ import annotations

import html
import re

import pytest

from coursepack.authoring.visible_text import html_text
from coursepack.course import Course
from coursepack.notebooks.markers import split
from coursepack.notebooks.reading import read_notebook
from scripts.docs_site import command_pages, worked_notebooks
from scripts.docs_site.worked_notebooks import Worked


@pytest.fixture(scope="module")
def worked(repository: Course) -> list[Worked]:
    return worked_notebooks.read_all(repository.root / "solutions")


def plain(line: str) -> str:
    return " ".join(line.split())


def shown(page: Worked) -> str:
    return "\n".join([page.markdown, *(html_text(piece) for piece in page.pieces.values())])


def test_does_no_page_show_a_hidden_line_or_a_marking_scheme(repository: Course, worked: list[Worked]) -> None:
    sources = [read_notebook(repository.notebook("source", name)) for name in repository.assignments]
    parts = [split(cell.source, where="") for source in sources for cell in source.cells]
    visible = [line for part in parts for line in part.outside]
    visible += [line for part in parts for region in part.of("SOLUTION") for line in region.text.split("\n")]
    regions = [region for part in parts for kind in ("HIDDEN TESTS", "MARK SCHEME") for region in part.of(kind)]
    hidden = {plain(line) for region in regions for line in region.text.split("\n")} - set(map(plain, visible))
    hidden = {line for line in hidden if len(line.replace(" ", "")) >= 8}
    assert len(hidden) > 200
    for page in worked:
        text = shown(page)
        assert hidden & {plain(line) for line in text.split("\n")} == set(), page.assignment
        assert re.search(r"(BEGIN|END) (HIDDEN TESTS|MARK SCHEME)", text) is None


def test_is_every_picture_there_with_a_text(worked: list[Worked]) -> None:
    assert sum(len(page.pictures) for page in worked) > 80
    for page in worked:
        told = re.findall(r'<img src="([^"]+)" alt="([^"]*)"', "".join(page.pieces.values()))
        assert {f"worked/{name}" for name, _ in told} == set(page.pictures)
        assert all(text.strip() for _, text in told)
        assert "![" not in page.markdown


def test_is_every_formula_mathematics(worked: list[Worked]) -> None:
    assert sum("<math" in piece for page in worked for piece in page.pieces.values()) > 20
    for page in worked:
        texts = [piece for piece in page.pieces.values() if piece.startswith('<div class="notebook-text">')]
        bare = [re.sub(r"<code>.*?</code>|<math.*?</math>", "", text) for text in texts]
        assert [text for text in bare if re.search(r"\$[^$\s][^$\n]*\$", text)] == []


def test_is_every_piece_in_its_place_once(worked: list[Worked]) -> None:
    for page in worked:
        assert re.findall(r'<div data-piece="([^"]+)"></div>', page.markdown) == list(page.pieces)
        assert page.title


def test_is_a_headings_line_in_code_no_heading() -> None:
    page = Worked("one")
    parts = list(worked_notebooks._text(page, "# Title\n\ntext $x_1$\n\n```\n# no heading\n```"))
    assert parts == ["# Title", '<div data-piece="one-1"></div>']
    assert "<math" in page.pieces["one-1"] and "# no heading" in page.pieces["one-1"]


def test_does_the_page_of_commands_name_each_with_its_example_and_options() -> None:
    page = html.unescape(command_pages.page())
    for command in command_pages.COMMANDS:
        section = re.search(rf"^## {command.name}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
        assert section and f"$ {command.example}" in section[1]
    assert "| `-j JOBS`, `--jobs JOBS` | How many notebooks to run at once. Default: `1`. |" in page
    assert "| `ASSIGNMENT` |" in page
    assert "| `--browser`, `--no-browser` | Open a browser window (the default), or only print the address. |" in page
