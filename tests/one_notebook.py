"""A tiny assignment with a written answer, and results of grading one notebook of it, made without a kernel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from tiny_course import ASSIGNMENT, answered, make_tiny_course, source_notebook, text

from coursepack.course import Course
from coursepack.grading.batch.single import SingleGrading
from coursepack.grading.notebook.verdict_records import GradedNotebook, VerdictRecord
from coursepack.judge.verdict import Verdict
from coursepack.lms.result_formats.outcome import NotebookOutcome, outcome_of

SCHEME = "Two points for naming the doubled number, two for the reason."
WHY = "**My answer**\n\n### BEGIN SOLUTION\nBecause it is even.\n### END SOLUTION"
MARKING = f"How it is marked: by hand.\n\n### BEGIN MARK SCHEME\n{SCHEME}\n### END MARK SCHEME"


def markdown(name: str, source: str, points: int, *, task: bool) -> dict[str, Any]:
    """Return a written answer, or the task cell below it with the marking scheme."""
    fields = {"grade": not task, "grade_id": name, "locked": task, "solution": not task, "task": task}
    marks = {**fields, "points": points, "schema_version": 3}
    return {"cell_type": "markdown", "id": name, "metadata": {"nbgrader": marks}, "source": source}


def with_written(notebook: dict[str, Any]) -> dict[str, Any]:
    """Add an exercise with a written answer and its marking scheme, 4 points by hand."""
    notebook["cells"] += [
        text("third", "## Exercise 3: Why is it even? (4 points)"),
        markdown("why", WHY, 4, task=False),
        markdown("why-marking", MARKING, 0, task=True),
    ]
    return notebook


def source() -> NotebookNode:
    """Return the source notebook, with the written answer."""
    made: NotebookNode = nbformat.from_dict(with_written(source_notebook()))  # type: ignore[no-untyped-call]
    return made


def submission(**answers: str) -> dict[str, Any]:
    """Return a submission; see `tiny_course.answered`."""
    notebook = with_written(answered(**answers))
    notebook["cells"][-2]["source"] = "**My answer**\n\nTwice anything is even."
    notebook["cells"][-1]["source"] = "How it is marked: by hand."
    return notebook


def written_course(root: Path) -> Course:
    """Make the course of `source`."""
    course = make_tiny_course(root)
    path = course.notebook("source", ASSIGNMENT)
    path.write_text(json.dumps(with_written(source_notebook())), encoding="utf-8")
    return course


def records(**verdicts: tuple[Verdict, str]) -> GradedNotebook:
    """Return records of the three tests, passed where no other verdict and message are given by the exercise's name."""
    cells = {"double-visible": 0.0, "double-hidden": 3.0, "treble-hidden": 2.0}
    found = []
    for name, points in cells.items():
        asked = verdicts.get(name.partition("-")[0]) if points else None
        verdict, message = asked or (Verdict.PASSED, "")
        found.append(VerdictRecord(name, points, verdict, message, seconds=0.25))
    return GradedNotebook(tuple(found), seconds=1.5)


def outcome(grading: SingleGrading) -> NotebookOutcome:
    """Return a grading as students may see it."""
    return outcome_of(ASSIGNMENT, source(), grading)


FAILED = SingleGrading(records(double=(Verdict.FAILED, "double(21) gives 441,\nnot 42")), notes=("a note",))
GRADER_ERROR = SingleGrading(
    records(double=(Verdict.GRADER_ERROR, "the check could not handle the answer (KeyError: 'secret')")),
    problem="grader error in double-hidden: the check could not handle the answer (KeyError: 'secret')",
    ours=True,
    details="Traceback: secret",
)
UNREADABLE = SingleGrading(problem="homework.ipynb is not JSON (line 1): cut off, or not a notebook")
