"""Write an assignment's class report: one self-contained HTML page and a CSV file."""

from __future__ import annotations

import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from rich.console import Console

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.batch.console import duration
from coursepack.grading.batch.read_results import WAITING, read_results
from coursepack.grading.results import CellStatus, Status, SubmissionResult
from coursepack.grading.workspace import Workspace
from coursepack.notebooks.reading import read_notebook
from coursepack.report.histogram import histogram_bins, score_histogram
from coursepack.report.scores_csv import scores_as_csv
from coursepack.report.summary import ClassSummary, summarise

TEMPLATE = "page.html.j2"
# Distinguished by shape and word as well as by colour.
SYMBOLS = {
    CellStatus.PASSED: ("✓", "passed"),
    CellStatus.PARTIAL: ("◐", "partial"),
    CellStatus.FAILED: ("✗", "failed"),
    CellStatus.STUDENT_ERROR: ("✗", "failed"),
    CellStatus.TIMED_OUT: ("⊘", "failed"),
    CellStatus.OUT_OF_MEMORY: ("⊘", "failed"),
    CellStatus.NOT_REACHED: ("⊘", "failed"),
    CellStatus.TO_MARK: ("✎", "to-mark"),
    CellStatus.NOT_GRADED: ("–", "none"),
}


def write_report(course: Course, assignment: str) -> Path:
    """Write `reports/<assignment>.html` and `.csv`, and print their paths.

    Returns:
        The page's path.

    Raises:
        CoursepackError: nothing has been graded yet.
    """
    workspace = Workspace(course, assignment)
    results = read_results(workspace)
    if not any(_has_verdict(result) for result in results):
        raise CoursepackError(
            f"no submission of {assignment} has been graded",
            where=str(course.root / "autograded"),
            remedy=f"run `coursepack grade {assignment}` first",
        )
    summary = summarise(assignment, results, read_notebook(workspace.source))
    folder = course.root / "reports"
    folder.mkdir(exist_ok=True)
    page, sheet = folder / f"{assignment}.html", folder / f"{assignment}.csv"
    page.write_text(render_page(summary), encoding="utf-8")
    # The mark at the start makes spreadsheets read the names as UTF-8.
    sheet.write_text(scores_as_csv(summary), encoding="utf-8-sig")
    console = Console(soft_wrap=True)
    console.print(f"report: {page}\nscores: {sheet}", markup=False, highlight=False)
    return page


def render_page(summary: ClassSummary) -> str:
    """Return the report as HTML; everything that students or notebooks wrote is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    scores = [result.score for result in summary.graded]
    # Our own SVG: numbers only.
    histogram = score_histogram(scores, summary.max_score, summary.median)
    return environment.get_template(TEMPLATE).render(
        summary=summary,
        histogram=Markup(histogram),  # noqa: S704
        histogram_words=_histogram_words(scores, summary.max_score),
        symbols=SYMBOLS,
        duration=duration,
        written=f"{datetime.datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
    )


def _has_verdict(result: SubmissionResult) -> bool:
    return result.status is not Status.MISSING and result.problem != WAITING


def _histogram_words(scores: list[float], max_score: float) -> str:
    """Return the histogram in words, for those who cannot see it."""
    parts = [f"{each.label} points: {each.count}" for each in histogram_bins(scores, max_score) if each.count]
    return "Students by score. " + "; ".join(parts) + "." if parts else "No submission has a score."
