"""Make the feedback page of one submitted notebook: one HTML file that loads nothing and runs nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from nbformat import NotebookNode

from coursepack.authoring.leaks import redact
from coursepack.feedback.code_html import CodeWriter
from coursepack.feedback.facts import Facts
from coursepack.feedback.hidden_parts import is_test_cell, remove_hidden_parts
from coursepack.feedback.markdown_html import MarkdownWriter
from coursepack.feedback.outcomes import ExerciseOutcome, State, outcomes_of, total_of
from coursepack.feedback.tidy_html import Outline
from coursepack.feedback.views import CellViewer, failures_of
from coursepack.grading.batch.console import duration
from coursepack.grading.batch.read_results import complaint
from coursepack.grading.notebook.verdict_records import GradedNotebook, VerdictRecord
from coursepack.grading.submission.folder_files import VERDICTS_FILE
from coursepack.notebooks.cells import grade_id_of
from coursepack.notebooks.exercises import exercises_of, title_of
from coursepack.notebooks.reading import read_notebook

MADE_FROM = "coursepack-made-from"
# In base64: what attachments may take, and what outputs may take.
ATTACHMENTS, OUTPUTS = 40 * 2**20, 16 * 2**20
MAX_MESSAGE = 4_000
SYMBOLS = {
    State.PASSED: ("✓", "passed"),
    State.PARTLY: ("◐", "partly"),
    State.FAILED: ("✗", "failed"),
    State.WAITING: ("✎", "waiting"),
    State.NOT_REACHED: ("⊘", "failed"),
    State.NOT_GRADED: ("!", "waiting"),
}
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Inputs:
    """What a page is made from.

    Attributes:
        autograded: the graded notebook; the engine's verdicts are read from beside it.
        source: the assignment's own notebook.
        facts: what the gradebook says.
    """

    autograded: Path
    source: Path
    facts: Facts

    def digest(self) -> str:
        """Return the SHA-256 of everything that a page is made from, our own code included."""
        parts = [self.autograded, self.autograded.with_name(VERDICTS_FILE), self.source]
        digests = [hashlib.sha256(part.read_bytes()).hexdigest() if part.is_file() else "" for part in parts]
        return hashlib.sha256(repr([*digests, self.facts, _code()]).encode()).hexdigest()


@cache
def _code() -> str:
    """Return the SHA-256 of this room's files."""
    files = sorted(path for path in _HERE.iterdir() if path.suffix in (".py", ".j2", ".css"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


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
    return _render(
        facts=inputs.facts,
        title=title_of(source) or inputs.facts.notebook,
        outcomes=outcomes,
        counts=_counts(outcomes),
        total=total_of(outcomes, inputs.facts),
        failures=failures,
        cells=CellViewer(source, inputs.facts, checks, failures, writers).views(notebook),
        made_from=inputs.digest(),
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


def _counts(outcomes: tuple[ExerciseOutcome, ...]) -> list[tuple[State, int]]:
    """Return how many exercises are in each state, without those that none is in."""
    counts = [(state, sum(outcome.state is state for outcome in outcomes)) for state in State]
    return [(state, count) for state, count in counts if count]


def _with_code(text: str) -> Markup:
    """Return a text as HTML, with what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    shown = (
        escape(part) if place % 2 == 0 else Markup("<code>{}</code>").format(part) for place, part in enumerate(parts)
    )
    return Markup("").join(shown)


def _render(**values: Any) -> str:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["with_code"] = _with_code
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template("page.html.j2").render(
        **values,
        # Our own file, and the only style that the page's policy allows.
        style=Markup(style),  # noqa: S704
        style_digest=digest,
        symbols=SYMBOLS,
        safe=Markup,
        duration=duration,
        made_from_name=MADE_FROM,
    )
