"""Name the exercises of an assignment: the headings above its graded cells, in the assignment's own notebook.

A submission's headings are the student's text; they name nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from nbformat import NotebookNode

from coursepack.notebooks.cells import grade_id_of, is_graded, is_solution, is_task, points_of
from coursepack.notebooks.markers import KINDS, without_regions

_POINTS = re.compile(r"\s*[(\[·,–—-]*\s*\d+\s*(?:points?|pts?)\b.*$", re.IGNORECASE)
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
        title: the heading, without its points; the notebook's title where no other heading stands above.
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
    grouped: list[tuple[tuple[str, ...], list[GradedCell]]] = []
    path: dict[int, str] = {}
    begins = True
    for cell in source.cells:
        for level, title in headings(cell):
            path = {above: name for above, name in path.items() if above < level} | {level: title}
            begins = True
        if is_graded(cell) or is_task(cell):
            if begins:
                grouped.append((tuple(path[level] for level in sorted(path)), []))
                begins = False
            grouped[-1][1].append(_graded(cell))
    worth = [(names, cells) for names, cells in grouped if any(cell.max_points for cell in cells)]
    same = Counter(names[-1:] for names, _ in worth)
    return tuple(Exercise(_title(names, same[names[-1:]]), tuple(cells)) for names, cells in worth)


def _title(names: tuple[str, ...], count: int) -> str:
    """Return an exercise's name: its heading, after the one above it if others have the same."""
    return " · ".join(names[-2:] if count > 1 else names[-1:]) or "All exercises"


def headings(cell: NotebookNode) -> Iterator[tuple[int, str]]:
    """Yield the headings that students see in a markdown cell: level and plain text, without points."""
    if cell.cell_type != "markdown":
        return
    tokens = MarkdownIt("commonmark").parse(shown(cell.source))
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open":
            yield int(opening.tag[1]), _POINTS.sub("", _MARKUP.sub("", content.content)).strip()


def _graded(cell: NotebookNode) -> GradedCell:
    first = shown(cell.source).strip().split("\n")[0]
    about = first.removeprefix("# ").strip() if cell.cell_type == "code" and first.startswith("# ") else ""
    return GradedCell(grade_id_of(cell), about, points_of(cell), is_solution(cell) or is_task(cell))


def shown(source: str) -> str:
    """Return what students see of a cell: no marked region, no marker."""
    for kind in KINDS:
        source = without_regions(source, kind)
    return source
