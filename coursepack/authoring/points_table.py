"""Compare the points in a notebook's table and headings with the points that its cells carry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from coursepack.authoring.problems import RuleError
from coursepack.errors import CoursepackError
from coursepack.notebooks.cells import points_of

TITLE_CELL = "title"
HEADING_POINTS = re.compile(r"^#{2,}\s.*?\b(\d+(?:\.\d+)?)\s+points?\b", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """One row of the table, with its numbers."""

    exercise: str
    points: float
    minutes: float


def find_mistakes(source: NotebookNode, name: str) -> list[RuleError]:
    """Return where announced points and the cells' points disagree.

    The cell `title` holds a table `| exercise | points | minutes |` that ends in a row of totals. A heading
    (`##` or deeper) that says “3 points” covers the test cells up to the next such heading.
    """
    titles = [cell for cell in source.cells if cell.get("id") == TITLE_CELL and cell.cell_type == "markdown"]
    where = f"{name}, cell “{TITLE_CELL}”"
    if not titles:
        return [RuleError("points-table", "there is no markdown cell “title” with the points table", where=name)]
    try:
        rows = read_table(titles[0].source, where=where)
    except CoursepackError as error:
        return [RuleError("points-table", error.what, where=where, remedy=error.remedy)]
    carried = sum(points_of(cell) for cell in source.cells)
    return [*_sum_mistakes(rows, carried, where), *_heading_mistakes(source, name)]


def read_table(markdown: str, *, where: str) -> list[Row]:
    """Return the rows of the points table, the row of totals last.

    Raises:
        CoursepackError: there is no such table, a number is missing, or the totals are.
    """
    lines = [_fields(line) for line in markdown.split("\n") if line.strip().startswith("|")]
    columns = next((line for line in lines if {"exercise", "points", "minutes"} <= set(line)), None)
    if columns is None:
        raise CoursepackError(
            "there is no table `| exercise | points | minutes |`",
            where=where,
            remedy="write it into the first cell, a row for each exercise and one of totals",
        )
    rows = [_read_row(dict(zip(columns, line, strict=False)), where) for line in lines[lines.index(columns) + 2 :]]
    if len(rows) < 2 or "total" not in rows[-1].exercise:
        raise CoursepackError(
            "the points table does not end in a row of totals",
            where=where,
            remedy="end it in a row `| **total** | points | minutes |`",
        )
    return rows


def _fields(line: str) -> list[str]:
    return [field.strip().strip("*").strip().lower() for field in line.strip().strip("|").split("|")]


def _read_row(fields: dict[str, str], where: str) -> Row:
    try:
        return Row(fields["exercise"], float(fields["points"]), float(fields["minutes"]))
    except (KeyError, ValueError) as error:
        what = f"the row “{fields.get('exercise', '')}” of the points table lacks a number"
        raise CoursepackError(what, where=where, remedy="write plain numbers, 0 for no points") from error


def _sum_mistakes(rows: list[Row], carried: float, where: str) -> Iterator[RuleError]:
    *exercises, total = rows
    points, minutes = sum(row.points for row in exercises), sum(row.minutes for row in exercises)
    if points != total.points:
        what = f"the rows' points add up to {points:g}, the total says {total.points:g}"
        yield RuleError("points-sums", what, where=where)
    if minutes != total.minutes:
        what = f"the rows' minutes add up to {minutes:g}, the total says {total.minutes:g}"
        yield RuleError("points-sums", what, where=where)
    if carried != total.points:
        what = f"the table promises {total.points:g} points, the cells carry {carried:g}"
        yield RuleError("points-sums", what, where=where)


def _heading_mistakes(source: NotebookNode, name: str) -> Iterator[RuleError]:
    """Yield headings whose points differ from those of the test cells below them."""
    announced: list[tuple[str, float, float]] = []  # cell, points in the heading, points of the cells below
    for cell in source.cells:
        if cell.cell_type == "markdown" and cell.get("id") != TITLE_CELL:
            announced += [(cell.id, float(found), 0.0) for found in HEADING_POINTS.findall(cell.source)]
        if announced:
            heading, promised, carried = announced[-1]
            announced[-1] = (heading, promised, carried + points_of(cell))
    for heading, promised, carried in announced:
        if promised != carried:
            what = f"the heading promises {promised:g} points, the cells below it carry {carried:g}"
            yield RuleError("points-heading", what, where=f"{name}, cell “{heading}”")
