"""The numbers of a class report: what a class earned, by exercise and by check."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from coursepack.grading.batch.console import Failure, Suspect, suspect_checks
from coursepack.grading.results import CellStatus, Status, SubmissionResult
from coursepack.report.item_statistics import Measure
from coursepack.report.mistakes import Mistake, commonest_mistakes


@dataclass(frozen=True)
class CheckSummary:
    """How a class did in one check, or in one written answer.

    Attributes:
        grade_id: its cell.
        about: what it checks for, in the words of the cell's first comment; of a written answer, the heading above.
        points: what it is worth.
        written: whether a person marks it.
        blank: how many left the answer to a person's question as it was handed out.
        counts: how many submissions ended in which state.
        rate: share of the possible points that was earned, 0 to 1, by those whose points are decided; None if nobody's.
        failures: the ways it failed, the most frequent first.
        discrimination: how well it tells stronger from weaker submissions.
    """

    grade_id: str
    about: str
    points: float
    written: bool
    blank: int
    counts: Mapping[CellStatus, int]
    rate: float | None
    failures: tuple[Failure, ...]
    discrimination: Measure

    @property
    def graded(self) -> int:
        """Number of submissions that were graded."""
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        """Number of answers that nobody has marked yet."""
        return self.counts.get(CellStatus.TO_MARK, 0)

    @property
    def without_points(self) -> int:
        """Number of submissions that earned nothing here."""
        earned = (CellStatus.PASSED, CellStatus.PARTIAL, CellStatus.TO_MARK)
        return self.graded - sum(self.counts.get(status, 0) for status in earned)

    @property
    def marked(self) -> int:
        """Number of answers that a person has marked."""
        return self.graded - self.waiting - self.blank

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
    def rate(self) -> float | None:
        """Share of the possible points that was earned, 0 to 1, in the checks that have a rate; None if none has."""
        decided = [(check.rate, check.points) for check in self.checks if check.rate is not None]
        points = sum(worth for _, worth in decided)
        return sum(rate * worth for rate, worth in decided) / points if points else None

    @property
    def waiting(self) -> int:
        """Number of answers that nobody has marked yet."""
        return sum(check.waiting for check in self.checks)


@dataclass(frozen=True)
class ClassSummary:
    """A class's results in one assignment.

    Attributes:
        assignment: the assignment.
        title: the notebook's title.
        results: one per student, sorted by name.
        exercises: by exercise, in the notebook's order.
        reliability: Cronbach's alpha of the checks that are decided for everybody.
    """

    assignment: str
    title: str
    results: tuple[SubmissionResult, ...]
    exercises: tuple[ExerciseSummary, ...]
    reliability: Measure

    @cached_property
    def checks(self) -> tuple[CheckSummary, ...]:
        """All checks that carry points, in the notebook's order."""
        return tuple(check for exercise in self.exercises for check in exercise.checks)

    @cached_property
    def titles(self) -> dict[str, str]:
        """The exercise of each check, by the check's cell."""
        return {check.grade_id: exercise.title for exercise in self.exercises for check in exercise.checks}

    @cached_property
    def graded(self) -> tuple[SubmissionResult, ...]:
        """The submissions with a score, be it one so far."""
        return tuple(result for result in self.results if result.has_score)

    @cached_property
    def waiting(self) -> tuple[SubmissionResult, ...]:
        """The submissions with an answer that nobody has marked yet."""
        return tuple(result for result in self.results if result.status is Status.TO_MARK)

    @cached_property
    def changed(self) -> tuple[SubmissionResult, ...]:
        """The submissions with an answer that changed since it was marked."""
        return tuple(result for result in self.results if result.changed)

    @cached_property
    def problems(self) -> tuple[SubmissionResult, ...]:
        """The submissions that could not be graded."""
        return tuple(result for result in self.results if result.status is Status.NOT_GRADED)

    @cached_property
    def late(self) -> tuple[SubmissionResult, ...]:
        """The submissions that came in after the due date, the latest first."""
        return tuple(sorted((r for r in self.results if r.late_by > 0), key=lambda r: -r.late_by))

    @cached_property
    def missing(self) -> tuple[SubmissionResult, ...]:
        """The students who submitted nothing."""
        return tuple(result for result in self.results if result.status is Status.MISSING)

    @cached_property
    def noted(self) -> tuple[SubmissionResult, ...]:
        """The submissions with a note."""
        return tuple(result for result in self.results if result.notes)

    @cached_property
    def suspects(self) -> tuple[Suspect, ...]:
        """The checks that nobody passed."""
        return tuple(suspect_checks(self.results))

    @cached_property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The commonest mistakes, the one that concerns most students first."""
        return tuple(commonest_mistakes(self.results))

    @cached_property
    def timed(self) -> tuple[SubmissionResult, ...]:
        """The submissions whose computing time was measured, the longest first."""
        return tuple(sorted((r for r in self.graded if r.cpu_seconds > 0), key=lambda r: -r.cpu_seconds))

    @cached_property
    def median_time(self) -> float:
        """Median computing time in CPU seconds; 0 if none was measured."""
        return statistics.median(result.cpu_seconds for result in self.timed) if self.timed else 0.0

    @cached_property
    def max_score(self) -> float:
        """Points a perfect submission earns."""
        return max((result.max_score for result in self.results), default=0.0)

    @cached_property
    def median(self) -> float:
        """Median score of the graded submissions; so far, if something waits."""
        return statistics.median(result.score for result in self.graded) if self.graded else 0.0

    @cached_property
    def mean(self) -> float:
        """Mean score of the graded submissions; so far, if something waits."""
        return statistics.fmean(result.score for result in self.graded) if self.graded else 0.0

    @cached_property
    def full_marks(self) -> int:
        """Number of submissions with all points."""
        return sum(result.score >= result.max_score for result in self.graded)
