"""A result as text for a terminal, a log or a page of text."""

from __future__ import annotations

import io
from collections.abc import Iterator

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coursepack.grading.outcomes import ExerciseOutcome
from coursepack.lms.result_formats.outcome import NotebookOutcome, in_points

WIDTH = 100


def as_text(outcome: NotebookOutcome) -> str:
    """Return a table of the exercises by name, what did not pass and why, and the totals."""
    lines = [outcome.title, "", _table(outcome)]
    for exercise in outcome.exercises:
        lines += _explained(exercise)
    if outcome.notes:
        lines += ["Noticed", *(f"  {note}" for note in outcome.notes), ""]
    return "\n".join([*lines, outcome.summary]) + "\n"


def _table(outcome: NotebookOutcome) -> str:
    table = Table("exercise", box=SIMPLE, pad_edge=False)
    table.add_column("points", justify="right")
    table.add_column("of", justify="right")
    table.add_column("state")
    for exercise in outcome.exercises:
        points = "–" if exercise.points is None else f"{exercise.points:g}"
        table.add_row(escape(exercise.title), points, f"{exercise.max_points:g}", exercise.state)
    page = io.StringIO()
    Console(file=page, width=WIDTH, color_system=None, legacy_windows=False).print(table)
    lines = (line.removeprefix(" ").rstrip() for line in page.getvalue().split("\n"))
    return "\n".join(lines).strip("\n") + "\n"


def _explained(exercise: ExerciseOutcome) -> Iterator[str]:
    """Yield what a student should know about the checks of an exercise that have a message."""
    told = [check for check in exercise.checks if check.message]
    if told:
        yield exercise.title
    for check in told:
        worth = f", {in_points(check.cell.max_points)}" if check.cell.max_points else ""
        yield f"  {check.cell.grade_id} ({check.state}{worth})"
        if check.cell.about:
            yield f"    {check.cell.about}"
        yield from (f"    > {line}" for line in check.message.split("\n"))
        yield ""
