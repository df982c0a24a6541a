"""Compute the numbers of a class report: what a class earned, by exercise and by check."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from coursepack.grading.batch.console import Failure, Suspect, group_failures, suspect_checks
from coursepack.grading.results import CellStatus, Status, SubmissionResult
from coursepack.notebooks.cells import grade_id_of, is_graded
from coursepack.notebooks.markers import KINDS, without_regions

_HEADING = re.compile(r"^(#{1,4})\s+(?P<title>.+?)\s*#*$", re.MULTILINE)
_POINTS = re.compile(r"\s*[(\[·,–—-]*\s*\d+\s*(?:points?|pts?)\b.*$", re.IGNORECASE)
_ARTICLES = ("a", "all", "an", "both", "each", "every", "no", "the")
_SHARE = re.compile(r"\s*\([^()]*\b\d+ of (?:the )?\d+\)$")
_MARKUP = re.compile(r"[*`$]|(?<!\w)_|_(?!\w)")

# The heading's place in the notebook, and its text: two sections may have the same heading.
_Section = tuple[int, str]


@dataclass(frozen=True)
class CheckSummary:
    """How a class did in one check.

    Attributes:
        grade_id: the check's cell.
        about: what it checks for, in the words of the cell's first comment.
        points: what it is worth.
        counts: how many submissions ended in which state.
        rate: share of the class's possible points that was earned, 0 to 1.
        failures: the ways it failed, the most frequent first.
    """

    grade_id: str
    about: str
    points: float
    counts: dict[CellStatus, int]
    rate: float
    failures: tuple[Failure, ...]

    @property
    def graded(self) -> int:
        """Number of submissions with a verdict."""
        return sum(self.counts.values())

    def share(self, *statuses: str) -> float:
        """Return the share of submissions in one of these states (names of `CellStatus`), in percent."""
        hits = sum(self.counts.get(CellStatus[name], 0) for name in statuses)
        return 100 * hits / self.graded if self.graded else 0.0


@dataclass(frozen=True)
class ExerciseSummary:
    """How a class did in one exercise: the checks below one heading of the notebook."""

    title: str
    checks: tuple[CheckSummary, ...]

    @property
    def points(self) -> float:
        """What the exercise is worth."""
        return sum(check.points for check in self.checks)

    @property
    def rate(self) -> float:
        """Share of the class's possible points that was earned, 0 to 1."""
        return sum(check.rate * check.points for check in self.checks) / self.points


@dataclass(frozen=True)
class ClassSummary:
    """A class's results in one assignment.

    Attributes:
        assignment: the assignment.
        title: the notebook's title.
        results: one per student, sorted by name.
        exercises: by exercise, in the notebook's order.
    """

    assignment: str
    title: str
    results: tuple[SubmissionResult, ...]
    exercises: tuple[ExerciseSummary, ...]

    @property
    def checks(self) -> tuple[CheckSummary, ...]:
        """All checks that carry points, in the notebook's order."""
        return tuple(check for exercise in self.exercises for check in exercise.checks)

    @property
    def graded(self) -> tuple[SubmissionResult, ...]:
        """The submissions with a verdict."""
        return tuple(result for result in self.results if result.status in (Status.GRADED, Status.TO_MARK))

    @property
    def problems(self) -> tuple[SubmissionResult, ...]:
        """The submissions that could not be graded."""
        return tuple(result for result in self.results if result.status is Status.NOT_GRADED)

    @property
    def late(self) -> tuple[SubmissionResult, ...]:
        """The submissions that came in after the due date, the latest first."""
        return tuple(sorted((r for r in self.results if r.late_by > 0), key=lambda r: -r.late_by))

    @property
    def missing(self) -> tuple[SubmissionResult, ...]:
        """The students who submitted nothing."""
        return tuple(result for result in self.results if result.status is Status.MISSING)

    @property
    def noted(self) -> tuple[SubmissionResult, ...]:
        """The submissions with a note."""
        return tuple(result for result in self.results if result.notes)

    @property
    def suspects(self) -> tuple[Suspect, ...]:
        """The checks that nobody passed."""
        return tuple(suspect_checks(self.results))

    @property
    def max_score(self) -> float:
        """Points a perfect submission earns."""
        return max((result.max_score for result in self.results), default=0.0)

    @property
    def median(self) -> float:
        """Median score of the graded submissions."""
        return statistics.median(result.score for result in self.graded) if self.graded else 0.0

    @property
    def mean(self) -> float:
        """Mean score of the graded submissions."""
        return statistics.fmean(result.score for result in self.graded) if self.graded else 0.0

    @property
    def full_marks(self) -> int:
        """Number of submissions with all points."""
        return sum(result.score >= result.max_score for result in self.graded)


def summarise(assignment: str, results: Sequence[SubmissionResult], source: NotebookNode) -> ClassSummary:
    """Summarise a class's results.

    Args:
        assignment: the assignment's name.
        results: one per student.
        source: the assignment's source notebook, for its headings and its checks' comments.
    """
    by_name = tuple(sorted(results, key=lambda result: (result.display_name.casefold(), result.student)))
    title, sections, comments = _describe(source)
    failures = group_failures(by_name)
    grouped: dict[_Section, list[CheckSummary]] = {}
    for grade_id, points in _point_cells(by_name).items():
        ways = tuple(failure for failure in failures if failure.grade_id == grade_id)
        check = _summarise_check(grade_id, comments.get(grade_id, ""), points, by_name, ways)
        grouped.setdefault(sections.get(grade_id, (-1, "Other checks")), []).append(check)
    exercises = tuple(ExerciseSummary(name, tuple(checks)) for (_, name), checks in grouped.items())
    return ClassSummary(assignment, title or assignment, by_name, exercises)


def _point_cells(results: Sequence[SubmissionResult]) -> dict[str, float]:
    """Return the cells that carry points, in the notebook's order, with what they are worth."""
    cells = max((result.cells for result in results), key=len, default=())
    return {cell.grade_id: cell.max_points for cell in cells if cell.max_points > 0}


def _summarise_check(
    grade_id: str,
    about: str,
    points: float,
    results: Sequence[SubmissionResult],
    failures: tuple[Failure, ...],
) -> CheckSummary:
    cells = [cell for result in results for cell in result.cells if cell.grade_id == grade_id]
    judged = [cell for cell in cells if cell.status is not CellStatus.NOT_GRADED]
    counts = {status: sum(cell.status is status for cell in judged) for status in CellStatus}
    earned = sum(cell.points for cell in judged)
    rate = earned / (points * len(judged)) if judged else 0.0
    return CheckSummary(grade_id, about, points, counts, rate, failures)


def _describe(source: NotebookNode) -> tuple[str, dict[str, _Section], dict[str, str]]:
    """Return a notebook's title, and by graded cell the section it stands in and what it says it is about."""
    title = ""
    path: dict[int, str] = {}
    sections, comments = {}, {}
    for place, cell in enumerate(source.cells):
        shown = _shown(cell.source)
        if cell.cell_type == "markdown":
            for match in _HEADING.finditer(shown):
                level, heading = len(match[1]), _plain(match["title"])
                path = {above: name for above, name in path.items() if above < level} | {0: str(place), level: heading}
                title = title or heading
        if is_graded(cell):
            grade_id = grade_id_of(cell)
            sections[grade_id] = _section(path)
            comments[grade_id] = _about(cell.cell_type, shown.strip().split("\n")[0])
    return title, sections, comments


def _section(path: dict[int, str]) -> _Section:
    """Return where the innermost heading stands, and the headings below the notebook's title as one."""
    names = [name for level, name in sorted(path.items()) if level > 1] or [path.get(1, "")]
    return int(path.get(0, "-1")), " · ".join(names)


def _about(kind: str, first: str) -> str:
    """Return what a graded cell is about, by its first line."""
    if kind == "markdown":
        return f"written answer: {_plain(first.lstrip('# '))}".removesuffix(": ")
    return _claim(first.removeprefix("# ")) if first.startswith("# ") else ""


def _shown(source: str) -> str:
    """Return what students see of a cell: no marked region, no marker."""
    for kind in KINDS:
        source = without_regions(source, kind)
    return source


def _claim(comment: str) -> str:
    """Return a check's comment without "Check that", which all of them open with."""
    claim = comment.strip().removeprefix("Check that ").strip()
    # Any other first word may be a name from the notebook.
    return claim[:1].upper() + claim[1:] if claim.split(" ")[0] in _ARTICLES else claim


def _plain(heading: str) -> str:
    """Return a heading without its markdown and without its points."""
    return _SHARE.sub("", _POINTS.sub("", _MARKUP.sub("", heading))).strip()
