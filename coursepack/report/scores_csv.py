"""The class's scores as a CSV file for a spreadsheet; docs/instructor.md explains its columns."""

from __future__ import annotations

import csv
import io

from coursepack.grading.results import CellResult, CellStatus, SubmissionResult
from coursepack.lms.csv_text import harmless
from coursepack.report.summary import ClassSummary

BEFORE = ("student", "name", "status", "score", "score_so_far", "max_score", "points_waiting", "penalty")
AFTER = ("late_seconds", "cpu_seconds", "problem")


def scores_as_csv(summary: ClassSummary) -> str:
    """Return one row per student, the columns of BEFORE, one per check, and those of AFTER.

    What is not decided is empty and never 0: the score while an answer waits for its mark, and everything of a
    submission that was not graded.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    checks = [check.grade_id for check in summary.checks]
    writer.writerow([harmless(text) for text in (*BEFORE, *checks, *AFTER)])
    for result in summary.results:
        writer.writerow(_row(result, checks))
    return stream.getvalue()


def _row(result: SubmissionResult, checks: list[str]) -> list[str]:
    cells = {cell.grade_id: cell for cell in result.cells} if result.has_score else {}
    score = f"{result.score:g}" if result.has_score else ""
    return [
        harmless(result.student),
        harmless(result.name),
        str(result.status),
        "" if result.waiting else score,
        score,
        f"{result.max_score:g}",
        f"{result.waiting:g}" if result.has_score else "",
        f"{result.penalty:g}" if result.has_score else "",
        *(_points(cells.get(check)) for check in checks),
        "" if result.time_unknown else f"{result.late_by:.0f}",
        f"{result.cpu_seconds:.2f}" if result.cpu_seconds else "",
        harmless(result.problem),
    ]


def _points(cell: CellResult | None) -> str:
    undecided = cell is None or cell.status in (CellStatus.TO_MARK, CellStatus.NOT_GRADED)
    return "" if cell is None or undecided else f"{cell.points:g}"
