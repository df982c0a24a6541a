"""Compute the numbers of a class report from the results of its submissions."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from nbformat import NotebookNode
from numpy.typing import NDArray

from coursepack.grading.batch.console import Failure, group_failures
from coursepack.grading.results import CellResult, CellStatus, SubmissionResult
from coursepack.report.item_statistics import Measure, cronbach_alpha, discrimination
from coursepack.report.names import NotebookNames, Section, name_cells
from coursepack.report.summary import CheckSummary, ClassSummary, ExerciseSummary


def summarise(assignment: str, results: Sequence[SubmissionResult], source: NotebookNode) -> ClassSummary:
    """Summarise a class's results.

    Args:
        assignment: the assignment's name.
        results: one per student.
        source: the assignment's source notebook, for its headings and its checks' comments.
    """
    by_name = tuple(sorted(results, key=lambda result: (result.display_name.casefold(), result.student)))
    names = name_cells(source)
    points, measured = _points_table(by_name)
    grouped: dict[Section, list[CheckSummary]] = {}
    for check in _checks(by_name, names, points, measured):
        grouped.setdefault(names.sections.get(check.grade_id, (-1, "Other checks")), []).append(check)
    exercises = tuple(ExerciseSummary(name, tuple(checks)) for (_, name), checks in grouped.items())
    return ClassSummary(assignment, names.title or assignment, by_name, exercises, cronbach_alpha(points))


def _checks(
    results: Sequence[SubmissionResult], names: NotebookNames, points: NDArray[np.float64], measured: list[str]
) -> list[CheckSummary]:
    ways: dict[str, list[Failure]] = defaultdict(list)
    for failure in group_failures(results):
        ways[failure.grade_id].append(failure)
    cells: dict[str, list[CellResult]] = defaultdict(list)
    for result in results:
        for cell in result.cells:
            if cell.status is not CellStatus.NOT_GRADED:
                cells[cell.grade_id].append(cell)
    return [
        _check(name, worth, names, cells[name], tuple(ways[name]), _measure(name, points, measured))
        for name, worth in _point_cells(results).items()
    ]


def _measure(name: str, points: NDArray[np.float64], measured: list[str]) -> Measure:
    if name not in measured:
        return Measure(None, "answers are waiting for the marker")
    return discrimination(points, measured.index(name))


def _check(
    name: str,
    worth: float,
    names: NotebookNames,
    cells: list[CellResult],
    failures: tuple[Failure, ...],
    measure: Measure,
) -> CheckSummary:
    written = name in names.written
    decided = [cell.points for cell in cells if cell.status is not CellStatus.TO_MARK]
    return CheckSummary(
        name,
        names.about.get(name, ""),
        worth,
        written=written,
        blank=sum(written and cell.status is CellStatus.FAILED and not cell.by_hand for cell in cells),
        counts=Counter(cell.status for cell in cells),
        rate=statistics.fmean(decided) / worth if decided else None,
        failures=failures,
        discrimination=measure,
    )


def _point_cells(results: Sequence[SubmissionResult]) -> dict[str, float]:
    """Return the cells that carry points, in the notebook's order, with what they are worth."""
    cells = max((result.cells for result in results), key=len, default=())
    return {cell.grade_id: cell.max_points for cell in cells if cell.max_points > 0}


def _points_table(results: Sequence[SubmissionResult]) -> tuple[NDArray[np.float64], list[str]]:
    """Return points as (submissions, checks), and the checks: those that are decided for every graded submission."""
    graded = [{cell.grade_id: cell for cell in result.cells} for result in results if result.has_score]
    undecided = (CellStatus.TO_MARK, CellStatus.NOT_GRADED)
    names = [
        name
        for name in _point_cells(results)
        if all(name in cells and cells[name].status not in undecided for cells in graded)
    ]
    points = [[cells[name].points for name in names] for cells in graded]
    return np.array(points, dtype=np.float64).reshape(len(graded), len(names)), names
