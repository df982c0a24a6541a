"""Make the feedback page of one submitted notebook: one HTML file that loads nothing and runs nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from coursepack.authoring.leaks import redact
from coursepack.feedback.code_html import CodeWriter
from coursepack.feedback.facts import Facts
from coursepack.feedback.hidden_parts import is_test_cell, remove_hidden_parts
from coursepack.feedback.markdown_html import MarkdownWriter
from coursepack.feedback.outcomes import outcomes_of, total_of
from coursepack.feedback.render import code_digest, render
from coursepack.feedback.tidy_html import Outline
from coursepack.feedback.views import CellViewer, failures_of
from coursepack.grading.batch.read_results import complaint
from coursepack.grading.notebook.verdict_records import GradedNotebook, VerdictRecord
from coursepack.grading.outcomes import SYMBOLS, ExerciseOutcome
from coursepack.grading.results import CellStatus
from coursepack.grading.submission.folder_files import VERDICTS_FILE
from coursepack.notebooks.cells import grade_id_of
from coursepack.notebooks.exercises import exercises_of, title_of
from coursepack.notebooks.reading import read_notebook

# In base64: what attachments may take, and what outputs may take.
ATTACHMENTS, OUTPUTS = 40 * 2**20, 16 * 2**20
MAX_MESSAGE = 4_000
# A page speaks to its student.
WORDS = {status: str(status) for status in CellStatus} | {
    CellStatus.NOT_GRADED: "not graded (our fault)",
    CellStatus.STUDENT_ERROR: "error in your code",
}


@dataclass(frozen=True)
class Inputs:
    """What a page is made from.

    Attributes:
        autograded: the graded notebook; the engine's verdicts are read from beside it.
        source: the assignment's own notebook.
        facts: what the gradebook says.
        time_zone: the zone in which times are shown; UTC if empty.
    """

    autograded: Path
    source: Path
    facts: Facts
    time_zone: str = ""

    def digest(self) -> str:
        """Return the SHA-256 of everything that a page is made from, our own code included."""
        parts = [self.autograded, self.autograded.with_name(VERDICTS_FILE), self.source]
        digests = [hashlib.sha256(part.read_bytes()).hexdigest() if part.is_file() else "" for part in parts]
        return hashlib.sha256(repr([*digests, self.facts, self.time_zone, code_digest()]).encode()).hexdigest()

    def page(self) -> str:
        """Return the page; see `make_page`."""
        return make_page(self)


def make_page(inputs: Inputs) -> str:
    """Return the feedback page of one notebook.

    Raises:
        CoursepackError: the graded notebook or its source cannot be read.
    """
    notebook, source = read_notebook(inputs.autograded), read_notebook(inputs.source)
    records = _records(inputs.autograded)
    messages = dict(_messages(notebook, records))
    outcomes = outcomes_of(exercises_of(source), inputs.facts, records, messages)
    failures = failures_of(notebook, outcomes)
    outline = Outline(2)
    writers = (MarkdownWriter(outline, ATTACHMENTS, inputs.autograded.parent), CodeWriter(outline, OUTPUTS))
    checks = {check.cell.grade_id: check for outcome in outcomes for check in outcome.checks}
    return render(
        "page.html.j2",
        facts=inputs.facts,
        time_zone=inputs.time_zone,
        title=title_of(source) or inputs.facts.notebook,
        outcomes=outcomes,
        counts=_counts(outcomes),
        total=total_of(outcomes, inputs.facts),
        failures=failures,
        cells=CellViewer(source, inputs.facts, checks, failures, writers).views(notebook),
        made_from=inputs.digest(),
        symbols=SYMBOLS,
        words=WORDS,
    )


def _records(autograded: Path) -> dict[str, VerdictRecord]:
    """Return the engine's verdicts by cell; none after grading without the engine."""
    try:
        graded = GradedNotebook.from_json(autograded.with_name(VERDICTS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {record.grade_id: record for record in graded.records}


def _messages(notebook: NotebookNode, records: dict[str, VerdictRecord]) -> Iterator[tuple[str, str]]:
    """Take the hidden parts out of a notebook; yield why each test cell did not pass."""
    secrets = remove_hidden_parts(notebook)
    for cell in filter(is_test_cell, notebook.cells):
        record = records.get(grade_id_of(cell))
        said = record.message if record else complaint(cell.outputs)
        yield grade_id_of(cell), redact(said, secrets)[:MAX_MESSAGE]


def _counts(outcomes: tuple[ExerciseOutcome, ...]) -> list[tuple[CellStatus, int]]:
    """Return how many exercises have each status, without those that none is in."""
    counts = [(status, sum(outcome.status is status for outcome in outcomes)) for status in CellStatus]
    return [(status, count) for status, count in counts if count]
