"""A result as JSON; `result.schema.json` beside this file describes it."""

from __future__ import annotations

import json
from typing import Any

from coursepack.grading.outcomes import CheckOutcome, ExerciseOutcome
from coursepack.grading.results import Status
from coursepack.lms.result_formats.outcome import NotebookOutcome

# Raised when a field changes its meaning or goes; new fields may come without that.
VERSION = 1


def as_json(outcome: NotebookOutcome) -> str:
    """Return a result as JSON; what nobody has decided yet is null, never 0."""
    content = {
        "version": VERSION,
        "assignment": outcome.assignment,
        "title": outcome.title,
        "status": _status(outcome),
        "problem": outcome.problem or None,
        "points": outcome.points,
        "max_points": outcome.max_points,
        "waiting_points": outcome.waiting_points,
        "seconds": outcome.seconds,
        "exercises": [_exercise(exercise) for exercise in outcome.exercises],
        "notes": list(outcome.notes),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _status(outcome: NotebookOutcome) -> str:
    if not outcome.graded:
        return "grader error" if outcome.ours else "not graded"
    return str(Status.TO_MARK) if outcome.waiting else "graded"


def _exercise(exercise: ExerciseOutcome) -> dict[str, Any]:
    return {
        "title": exercise.title,
        "state": exercise.state,
        "points": exercise.points,
        "max_points": exercise.max_points,
        "checks": [_check(check) for check in exercise.checks],
    }


def _check(check: CheckOutcome) -> dict[str, Any]:
    return {
        "cell": check.cell.grade_id,
        "about": check.cell.about,
        "state": check.state,
        "points": check.points,
        "max_points": check.cell.max_points,
        "message": check.message or None,
        "seconds": check.seconds,
    }
