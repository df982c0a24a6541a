"""Does this whole course, published, show any hidden line, number, marking scheme, answer or solution?

The publisher's own search for leaks is not trusted here: secrets are listed from the markers and compared as text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursepack.authoring.leaks import release_leaks
from coursepack.authoring.visible_text import source_numbers
from coursepack.course import Course
from coursepack.notebooks.markers import split
from coursepack.notebooks.reading import read_notebook
from coursepack.publish.contents import student_files
from coursepack.publish.folder import plan, write
from coursepack.publish.leak_check import find_leaks

PRIVATE = ("source", "solutions", "answers", "convnet_course", "coursepack", "tests", "benchmarks", "scripts")
MARKED = ("HIDDEN TESTS", "SOLUTION", "MARK SCHEME")
MIN_LINE, MIN_DIGITS = 8, 3


@pytest.fixture(scope="module")
def published(repository: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student repository of this course, as files."""
    folder = tmp_path_factory.mktemp("published") / "students"
    files = student_files(repository, repository.assignments, "ann/students")
    write(folder, files, plan(folder, files))
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def plain(line: str) -> str:
    return " ".join(line.split())


def visible(course: Course) -> str:
    """Return everything that stands outside the marked regions of all sources."""
    cells = (cell for name in course.assignments for cell in read_notebook(course.notebook("source", name)).cells)
    return "\n".join(line for cell in cells for line in split(cell.source, where="").outside)


def marked(course: Course, kinds: tuple[str, ...] = MARKED) -> Iterator[str]:
    """Yield the text of every marked region."""
    for name in course.assignments:
        for cell in read_notebook(course.notebook("source", name)).cells:
            parts = split(cell.source, where="")
            yield from (region.text for kind in kinds for region in parts.of(kind))


def shown_texts(folder: Path) -> dict[str, str]:
    """Return the text of all files, of notebooks as it is read: JSON writes quotes and line ends in its own way."""
    found = {}
    for name, content in files(folder).items():
        if name.endswith(".ipynb"):
            cells = json.loads(content)["cells"]
            found[name] = "\n".join("".join(cell["source"]) + json.dumps(cell["metadata"]) for cell in cells)
            assert [cell for cell in cells if cell.get("outputs")] == []
        elif not re.search(r"-ubyte$", name):
            found[name] = content.decode("utf-8")
    return found


def test_is_every_assignment_there_byte_for_byte(repository: Course, published: Path) -> None:
    found = files(published)
    for name in repository.assignments:
        assert found[f"{name}/{name}.ipynb"] == repository.notebook("release", name).read_bytes()
    assert {name.split("/")[0] for name in found}.isdisjoint(PRIVATE)
    assert not [name for name in found if name.endswith(".py")]


def test_is_no_file_of_the_private_folders_there(repository: Course, published: Path) -> None:
    private = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in PRIVATE
        for path in (repository.root / folder).rglob("*")
        if path.is_file() and path.stat().st_size
    }
    assert len(private) > 500
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files(published).items()}
    assert [name for name, digest in digests.items() if digest in private] == []


def test_is_no_marked_line_and_no_marker_there(repository: Course, published: Path) -> None:
    open_lines = {plain(line) for line in visible(repository).split("\n")}
    secret = {plain(line) for text in marked(repository) for line in text.split("\n")} - open_lines
    secret = {line for line in secret if len(line.replace(" ", "")) >= MIN_LINE}
    assert len(secret) > 700
    for name, text in shown_texts(published).items():
        assert secret & {plain(line) for line in text.split("\n")} == set(), name
        assert re.search(r"(BEGIN|END) (HIDDEN TESTS|SOLUTION|MARK SCHEME)", text) is None, name


def test_is_no_number_of_a_hidden_test_there(repository: Course, published: Path) -> None:
    numbers = {value for text in marked(repository, ("HIDDEN TESTS",)) for value in source_numbers(text)}
    secret = {value for value in numbers - source_numbers(visible(repository)) if digits(value) >= MIN_DIGITS}
    assert len(secret) > 15
    for name, text in shown_texts(published).items():
        assert source_numbers(text) & secret == set(), name


def digits(value: float) -> int:
    return len(f"{value:.15e}".split("e")[0].replace(".", "").lstrip("-0").rstrip("0"))


def test_is_no_line_of_an_answer_there(repository: Course, published: Path) -> None:
    open_lines = {plain(line) for line in visible(repository).split("\n")}
    paths = sorted((repository.root / "answers").rglob("*.py"))
    assert len(paths) > 200
    lines = {plain(line) for path in paths for line in path.read_text(encoding="utf-8").split("\n")} - open_lines
    secret = {line for line in lines if len(line.replace(" ", "")) >= MIN_LINE}
    for name, text in shown_texts(published).items():
        assert secret & {plain(line) for line in text.split("\n")} == set(), name


def test_does_the_publishers_own_search_agree(repository: Course, published: Path) -> None:
    assert find_leaks(repository, files(published)) == []
    for name in repository.assignments:
        notebook = read_notebook(published / name / f"{name}.ipynb")
        assert release_leaks(read_notebook(repository.notebook("source", name)), notebook, name) == []


@pytest.mark.long
def test_would_each_marked_region_be_found_on_a_page(repository: Course) -> None:
    """Also a region of another assignment; left out are those that students see anyway, line by line."""
    open_lines = {plain(line) for line in visible(repository).split("\n")}
    texts = [text for text in marked(repository) if any(tells(line, open_lines) for line in text.split("\n"))]
    assert len(texts) > 100
    pages = {f"page{number:04}.md": f"# Hello\n{text}\n" for number, text in enumerate(texts)}
    found = {leak.where for leak in find_leaks(repository, {name: text.encode() for name, text in pages.items()})}
    missed = [text for name, text in pages.items() if not any(name in where for where in found)]
    assert missed == []


def tells(line: str, open_lines: set[str]) -> bool:
    line = plain(line)
    return len(line.replace(" ", "")) >= MIN_LINE and line not in open_lines and not line.startswith(("import", "from"))
