"""Name the exercises, checks and written answers of a notebook in the notebook's own words."""

from __future__ import annotations

from dataclasses import dataclass

from nbformat import NotebookNode

from coursepack.notebooks.cells import grade_id_of, is_graded, is_solution, is_task, points_of
from coursepack.notebooks.exercises import headings, shown

_ARTICLES = ("a", "all", "an", "both", "each", "every", "no", "the")

# The heading's place in the notebook, and its text: two sections may have the same heading.
Section = tuple[int, str]


@dataclass(frozen=True)
class NotebookNames:
    """What the cells of a notebook that carry points are called.

    Attributes:
        title: the notebook's title.
        sections: by graded cell, the section it stands in.
        about: by graded cell, what it is about.
        written: the cells that a person marks.
    """

    title: str
    sections: dict[str, Section]
    about: dict[str, str]
    written: frozenset[str]


def name_cells(source: NotebookNode) -> NotebookNames:
    """Return the names of a source notebook's title, sections and graded cells."""
    title = ""
    path: dict[int, str] = {}
    sections: dict[str, Section] = {}
    about: dict[str, str] = {}
    written: dict[str, tuple[str, Section]] = {}
    for place, cell in enumerate(source.cells):
        for level, heading in headings(cell):
            path = {above: name for above, name in path.items() if above < level} | {0: str(place), level: heading}
            title = title or heading
        if not is_graded(cell) and not (is_task(cell) and points_of(cell)):
            continue
        grade_id = grade_id_of(cell)
        sections[grade_id] = _section(path)
        if cell.cell_type == "markdown" or is_solution(cell):
            written[grade_id] = (path[max(path)] if path else "", sections[grade_id])
        else:
            about[grade_id] = _comment(shown(cell.source).strip().split("\n")[0])
    return NotebookNames(title, sections, about | _named_apart(written), frozenset(written))


def _named_apart(written: dict[str, tuple[str, Section]]) -> dict[str, str]:
    """Name written answers by the heading above them: by all of them if two are the same, or by a number."""
    names: dict[str, str] = {}
    for grade_id, (heading, section) in written.items():
        beside = [name for name, (_, other) in written.items() if other == section]
        number = f" {beside.index(grade_id) + 1}" if len(beside) > 1 else ""
        shared = any(other == heading and place != section for other, place in written.values())
        names[grade_id] = f"{section[1] if shared else heading} (written answer{number})".strip()
    return names


def _section(path: dict[int, str]) -> Section:
    """Return where the innermost heading stands, and the headings below the notebook's title as one."""
    names = [name for level, name in sorted(path.items()) if level > 1] or [path.get(1, "")]
    return int(path.get(0, "-1")), " · ".join(names)


def _comment(first: str) -> str:
    """Return what a check is about, by its first line."""
    return _claim(first.removeprefix("# ")) if first.startswith("# ") else ""


def _claim(comment: str) -> str:
    """Return a check's comment without "Check that", which all of them open with."""
    claim = comment.strip().removeprefix("Check that ").strip()
    # Any other first word may be a name from the notebook.
    return claim[:1].upper() + claim[1:] if claim.split(" ")[0] in _ARTICLES else claim
