"""Know whether an answer is still the one that a person marked.

nbgrader keeps no text with a mark: whenever a submission is graded again, it asks for all its marks again. We keep, in
our note on the grading, a digest of the answer that each mark belongs to: only an answer that changed needs another
look.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from coursepack.grading.batch.answer_digests import answer_digests
from coursepack.grading.workspace import Workspace


class MarkedGrade(Protocol):
    """A grade of the gradebook, as nbgrader or as we read it."""

    @property
    def name(self) -> str:
        """The cell's name."""

    @property
    def manual_score(self) -> float | None:
        """Points that a person gave."""

    @property
    def needs_manual_grade(self) -> bool:
        """Whether formgrader asks for a mark."""


def digests_in(notebook: Path) -> dict[str, str]:
    """Return the digests of a notebook's file; none if it cannot be read."""
    try:
        return answer_digests(json.loads(notebook.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def marked_answers(grades: Iterable[MarkedGrade], noted: Mapping[str, str], graded: Path) -> dict[str, str]:
    """Return the digest of the answer that each mark was given for, by the cell's name; none where nobody knows.

    A mark that nobody asks for again belongs to the answer that was graded last. Else, or if that is gone, our note
    says what it belongs to.

    Args:
        grades: the submission's grades, before it is graded again.
        noted: what our last note says.
        graded: the notebook that was graded last.
    """
    marked = [grade for grade in grades if grade.manual_score is not None]
    now = digests_in(graded) if any(not grade.needs_manual_grade for grade in marked) else {}
    known = {
        grade.name: noted.get(grade.name, "")
        if grade.needs_manual_grade
        else now.get(grade.name) or noted.get(grade.name, "")
        for grade in marked
    }
    return {name: digest for name, digest in known.items() if digest}


def changed_answers(workspace: Workspace, student: str, grades: Iterable[MarkedGrade]) -> frozenset[str]:
    """Return the graded cells whose answer is no longer the one that a person marked, until it is marked again."""
    asked = [grade.name for grade in grades if grade.manual_score is not None and grade.needs_manual_grade]
    note = workspace.record(student) if asked else None
    if note is None or not any(name in note.answers for name in asked):
        return frozenset()
    # `nbgrader autograde` asks for every mark again, also where the answer is the same.
    now = digests_in(workspace.notebook("autograded", student))
    return frozenset(name for name in asked if name in now and name in note.answers and note.answers[name] != now[name])
