"""Name the exercises of an assignment: the headings above its graded cells, in the assignment's own notebook.

A submission's headings are the student's text; they name nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from nbformat import NotebookNode

from coursepack.notebooks.cells import grade_id_of, is_graded, is_solution, is_task, points_of
from coursepack.notebooks.markers import KINDS, without_regions

UNNAMED = "All exercises"
_POINTS = re.compile(r"\s*[(\[·,–—-]*\s*\d+\s*(?:points?|pts?)\b.*$", re.IGNORECASE)
# "(written, 4 of the 9)": a part's points.
_SHARE = re.compile(r"\s*\([^()]*\b\d+ of (?:the )?\d+\)$")
_MARKUP = re.compile(r"[*`$]|(?<!\w)_|_(?!\w)")


@dataclass(frozen=True)
class GradedCell:
    """A graded cell of an assignment.

    Attributes:
        grade_id: its name in the notebook and in the gradebook.
        about: what it checks, in the words of its first comment; empty if it has none.
        max_points: what it is worth; 0 for a visible test.
        by_hand: whether a person marks it.
    """

    grade_id: str
    about: str
    max_points: float
    by_hand: bool


@dataclass(frozen=True)
class Exercise:
    """The graded cells below one heading.

    Attributes:
        title: the heading without its points, after those above it but the notebook's title, which is taken alone.
        cells: the cells, in the notebook's order.
    """

    title: str
    cells: tuple[GradedCell, ...]

    @property
    def max_points(self) -> float:
        """What the exercise is worth."""
        return sum(cell.max_points for cell in self.cells)


def title_of(source: NotebookNode) -> str:
    """Return a notebook's title, its first heading; empty if it has none."""
    return next((title for cell in source.cells for _, title in headings(cell)), "")


def exercises_of(source: NotebookNode) -> tuple[Exercise, ...]:
    """Return the exercises of a source notebook that are worth something, in its order."""
    grouped: list[tuple[str, list[GradedCell]]] = []
    path: dict[int, str] = {}
    begins = True
    for cell in source.cells:
        for level, title in headings(cell):
            path = {above: name for above, name in path.items() if above < level} | {level: title}
            begins = True
        if is_graded(cell) or is_task(cell):
            if begins:
                grouped.append((_name(path), []))
                begins = False
            grouped[-1][1].append(_graded(cell))
    worth = [(name, cells) for name, cells in grouped if any(cell.max_points for cell in cells)]
    return tuple(Exercise(name or UNNAMED, tuple(cells)) for name, cells in worth)


def _name(path: dict[int, str]) -> str:
    """Return an exercise's name: the headings above it below the notebook's title, or else that title."""
    return " · ".join(path[level] for level in sorted(path) if level > 1) or path.get(1, "")


def headings(cell: NotebookNode) -> Iterator[tuple[int, str]]:
    """Yield the headings that students see in a markdown cell: level and plain text, without points.

    A heading in an answer belongs to the answer: the one above names it.
    """
    if cell.cell_type != "markdown" or is_solution(cell):
        return
    tokens = MarkdownIt("commonmark").parse(shown(cell.source))
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open":
            yield int(opening.tag[1]), _SHARE.sub("", _POINTS.sub("", _MARKUP.sub("", content.content))).strip()


def _graded(cell: NotebookNode) -> GradedCell:
    first = shown(cell.source).strip().split("\n")[0]
    about = first.removeprefix("# ").strip() if cell.cell_type == "code" and first.startswith("# ") else ""
    return GradedCell(grade_id_of(cell), about, points_of(cell), is_solution(cell) or is_task(cell))


def shown(source: str) -> str:
    """Return what students see of a cell: no marked region, no marker."""
    for kind in KINDS:
        source = without_regions(source, kind)
    return source
