"""What an assignment asks for: its exercises, by the headings that students read, and the graded cells in each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbformat import NotebookNode

from coursepack.notebooks.cells import grade_id_of, is_graded, is_task, is_test, points_of
from coursepack.notebooks.markers import KINDS, without_regions

UNNAMED = "Other checks"
_HEADING = re.compile(r"^(#{1,4})\s+(?P<title>.+?)\s*#*$", re.MULTILINE)
_POINTS = re.compile(r"\s*[(\[·,–—-]*\s*\d+\s*(?:points?|pts?)\b.*$", re.IGNORECASE)
_MARKUP = re.compile(r"[*`$]|(?<!\w)_|_(?!\w)")


@dataclass(frozen=True)
class GradedCell:
    """A graded cell of a source notebook.

    Attributes:
        grade_id: its name.
        about: what it is about, in the words of its first line; empty if that says nothing.
        points: what it is worth; 0 for a visible test.
        by_hand: whether a person marks it.
    """

    grade_id: str
    about: str
    points: float
    by_hand: bool


@dataclass(frozen=True)
class Exercise:
    """The graded cells below one heading.

    Attributes:
        title: the heading, without markdown and points.
        cells: its graded cells, in order.
    """

    title: str
    cells: tuple[GradedCell, ...]


def title_of(source: NotebookNode) -> str:
    """Return a notebook's first heading; empty if it has none."""
    texts = (_shown(cell.source) for cell in source.cells if cell.cell_type == "markdown")
    return next((_plain(match["title"]) for text in texts if (match := _HEADING.search(text))), "")


def exercises_of(source: NotebookNode) -> tuple[Exercise, ...]:
    """Return a source notebook's exercises that hold a graded cell, in order.

    Headings inside a marked region do not count, nor do cells that ask nobody for a mark: a marking scheme without
    points of its own.
    """
    path: dict[int, str] = {}
    # Two exercises may have the same heading: they are told apart by where it stands.
    place, found = -1, dict[tuple[int, str], list[GradedCell]]()
    for index, cell in enumerate(source.cells):
        shown = _shown(cell.source)
        if cell.cell_type == "markdown":
            for match in _HEADING.finditer(shown):
                level = len(match[1])
                path = {above: name for above, name in path.items() if above < level} | {level: _plain(match["title"])}
                place = index
        if is_test(cell) or ((is_graded(cell) or is_task(cell)) and points_of(cell)):
            found.setdefault((place, _title(path)), []).append(_graded(cell, shown))
    return tuple(Exercise(title, tuple(cells)) for (_, title), cells in found.items())


def _graded(cell: NotebookNode, shown: str) -> GradedCell:
    first = shown.strip().split("\n")[0]
    if cell.cell_type == "markdown":
        about = _plain(first.lstrip("# "))
    else:
        about = first.removeprefix("# ") if first.startswith("# ") else ""
    return GradedCell(grade_id_of(cell), about, points_of(cell), by_hand=not is_test(cell))


def _title(path: dict[int, str]) -> str:
    """Return the headings below the notebook's title as one."""
    names = [name for level, name in sorted(path.items()) if level > 1] or [path.get(1, "")]
    return " · ".join(names) or UNNAMED


def _shown(source: str) -> str:
    """Return what students see of a cell: no marked region, no marker."""
    for kind in KINDS:
        source = without_regions(source, kind)
    return source


def _plain(text: str) -> str:
    """Return a line without its markdown and without its points."""
    return _POINTS.sub("", _MARKUP.sub("", text)).strip()
