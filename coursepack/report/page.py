"""Write an assignment's class report: one self-contained HTML page and a CSV file."""

from __future__ import annotations

import base64
import datetime
import functools
import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from rich.console import Console

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.batch.console import how_late
from coursepack.grading.batch.read_results import WAITING, read_results
from coursepack.grading.outcomes import SYMBOLS
from coursepack.grading.results import CellResult, CellStatus, Status, SubmissionResult
from coursepack.grading.workspace import Workspace
from coursepack.local_time import local_time
from coursepack.notebooks.reading import read_notebook
from coursepack.report import item_statistics, similar_answers
from coursepack.report.class_answers import compare_class
from coursepack.report.histogram import histogram_bins, score_histogram
from coursepack.report.scores_csv import scores_as_csv
from coursepack.report.similar_answers import SimilarAnswers
from coursepack.report.summarise import summarise
from coursepack.report.summary import CheckSummary, ClassSummary
from coursepack.settings import read_settings

TEMPLATE, STYLE, SCRIPT = "page.html.j2", "page.css", "page.js"
# How much of what can be long the page shows, and the numbers that its sentences name.
LIMITS = {
    "most": 3,
    "most_of_all": 40,
    "most_pairs": 50,
    "enough": item_statistics.ENOUGH,
    "enough_alike": similar_answers.ENOUGH,
    "piece": similar_answers.PIECE,
    "shared": similar_answers.SHARED,
}
WORDS = {status: str(status) for status in CellStatus} | {
    CellStatus.PASSED: "all points",
    CellStatus.PARTIAL: "some points",
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
    source = read_notebook(workspace.source)
    summary = summarise(assignment, results, source)
    folder = course.root / "reports"
    folder.mkdir(exist_ok=True)
    page, sheet = folder / f"{assignment}.html", folder / f"{assignment}.csv"
    links = feedback_links(workspace, summary.results, folder)
    similar = compare_class(workspace, summary.graded, source)
    time_zone = read_settings(course.root).time_zone
    page.write_text(render_page(summary, links, similar, time_zone), encoding="utf-8")
    # The mark at the start makes spreadsheets read the names as UTF-8.
    sheet.write_text(scores_as_csv(summary), encoding="utf-8-sig")
    console = Console(soft_wrap=True)
    console.print(f"report: {page}\nscores: {sheet}", markup=False, highlight=False)
    return page


def feedback_links(workspace: Workspace, results: Iterable[SubmissionResult], folder: Path) -> dict[str, str]:
    """Return the addresses of the students' feedback pages, as seen from a folder, where there are such pages."""
    links = {}
    for result in results:
        page = workspace.folder("feedback", result.student) / f"{workspace.assignment}.html"
        if page.is_file():
            links[result.student] = quote(Path(os.path.relpath(page, folder)).as_posix())
    return links


def render_page(
    summary: ClassSummary,
    links: Mapping[str, str] | None = None,
    similar: SimilarAnswers | None = None,
    time_zone: str = "",
) -> str:
    """Return the report as HTML; everything that students or notebooks wrote is escaped.

    Args:
        summary: the class's numbers.
        links: addresses of the feedback pages, by student.
        similar: similar answers; None if nobody looked for them.
        time_zone: the zone in which times are shown; UTC if empty.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    scores = [result.score for result in summary.graded]
    script = (Path(__file__).parent / SCRIPT).read_text(encoding="utf-8")
    # Our own SVG (numbers only), style and script.
    return environment.get_template(TEMPLATE).render(
        summary=summary,
        attention=_needs_attention(summary),
        histogram=Markup(score_histogram(scores, summary.max_score, summary.median)),  # noqa: S704
        narrow_histogram=Markup(  # noqa: S704
            score_histogram(scores, summary.max_score, summary.median, narrow=True)
        ),
        histogram_words=_histogram_words(scores, summary.max_score),
        style=Markup((Path(__file__).parent / STYLE).read_text(encoding="utf-8")),  # noqa: S704
        script=Markup(script),  # noqa: S704
        script_digest=f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
        marks=_marks,
        kinds=_kinds,
        links=links or {},
        similar=similar,
        display={result.student: result.display_name for result in summary.results},
        how_late=how_late,
        written=local_time(datetime.datetime.now(datetime.UTC), time_zone),
        **LIMITS,
    )


def _needs_attention(summary: ClassSummary) -> bool:
    kinds = (summary.problems, summary.waiting, summary.changed, summary.late, summary.missing, summary.noted)
    return any(kinds)


def _marks(result: SubmissionResult, checks: Iterable[CheckSummary]) -> Markup:
    """Return a student's table cells, one for each check."""
    cells = {cell.grade_id: cell for cell in result.cells}
    return Markup("\n").join(_mark(cells.get(check.grade_id)) for check in checks)


def _mark(cell: CellResult | None) -> Markup:
    """Return the table cell of one check."""
    return _symbol(cell.status, cell.points, cell.max_points) if cell else _symbol(CellStatus.NOT_GRADED, 0.0, 0.0)


@functools.lru_cache(maxsize=4096)
def _symbol(status: CellStatus, points: float, most: float) -> Markup:
    """Return a table cell: a class of 2,000 has tens of thousands, and few kinds of them."""
    symbol, kind = SYMBOLS[status]
    undecided = status in (CellStatus.TO_MARK, CellStatus.NOT_GRADED)
    part = "" if undecided or not 0 < points < most else Markup('<span class="points">{:g}</span>').format(points)
    return Markup('<td class="mark {}" data-sort="{}"><b role="img" aria-label="{}">{}</b>{}</td>').format(
        kind, "" if undecided else f"{points:g}", WORDS[status], symbol, part
    )


def _kinds(result: SubmissionResult) -> str:
    """Return the groups that a student belongs to, for the filter."""
    found = {
        "waiting": result.status is Status.TO_MARK,
        "full": result.has_score and result.score >= result.max_score,
        "lost": bool(result.lost),
        "late": result.late_by > 0,
        "problem": result.status is Status.NOT_GRADED,
        "missing": result.status is Status.MISSING,
    }
    return " ".join(name for name, applies in found.items() if applies)


def _has_verdict(result: SubmissionResult) -> bool:
    return result.status is not Status.MISSING and result.problem != WAITING


def _histogram_words(scores: list[float], max_score: float) -> str:
    """Return the histogram in words, for those who cannot see it."""
    parts = [f"{each.label} points: {each.count}" for each in histogram_bins(scores, max_score) if each.count]
    return "Students by score. " + "; ".join(parts) + "." if parts else "No submission has a score."
