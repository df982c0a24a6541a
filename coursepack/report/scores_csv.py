"""The class's scores as a CSV file for a spreadsheet."""

from __future__ import annotations

import csv
import io

from coursepack.grading.results import Status
from coursepack.lms.csv_text import harmless
from coursepack.report.summary import ClassSummary


def scores_as_csv(summary: ClassSummary) -> str:
    """Return one row per student: id, name, score, points by check, lateness, status and what went wrong."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    checks = [check.grade_id for check in summary.checks]
    head = ["student", "name", "score", "max_score", *checks, "late_seconds", "status", "problem"]
    writer.writerow([harmless(text) for text in head])
    for result in summary.results:
        points = {cell.grade_id: f"{cell.points:g}" for cell in result.cells}
        judged = result.status in (Status.GRADED, Status.TO_MARK)
        writer.writerow(
            [
                harmless(result.student),
                harmless(result.name),
                f"{result.score:g}",
                f"{result.max_score:g}",
                *(points.get(check, "") if judged else "" for check in checks),
                f"{result.late_by:.0f}",
                str(result.status),
                harmless(result.problem),
            ]
        )
    return stream.getvalue()
