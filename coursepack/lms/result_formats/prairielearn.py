"""A result for PrairieLearn's external grader: https://prairielearn.readthedocs.io/en/latest/externalGrading/.

A notebook that is not graded, for whichever reason, is "not gradable": it costs neither points nor an attempt. The
score is the share of the automatic points. Written answers are named in the message and are no tests: a test without
points makes PrairieLearn hide the points of all others. Give them manual points in the question's settings.
"""

from __future__ import annotations

import json
from typing import Any

from coursepack.grading.outcomes import CheckOutcome
from coursepack.lms.result_formats.outcome import NotebookOutcome

# PrairieLearn refuses results above 1 MB. A message of ours has at most 1,500 characters, of up to 4 bytes.
MAX_BYTES = 1_000_000
CUT = 200


def as_prairielearn(outcome: NotebookOutcome) -> str:
    """Return a result as `results.json`."""
    if outcome.percent is None:
        told = {"gradable": False, "message": outcome.summary, "format_errors": [outcome.summary]}
        return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    text = _result(outcome, outcome.percent)
    return text if len(text.encode()) < MAX_BYTES else _result(outcome, outcome.percent, longest=CUT)


def _result(outcome: NotebookOutcome, percent: float, longest: int | None = None) -> str:
    tests = [
        _test(check, exercise.title, longest)
        for exercise in outcome.exercises
        for check in exercise.checks
        if not check.waiting
    ]
    waiting = [f"{exercise.title}: {exercise.state}" for exercise in outcome.exercises if _waits(exercise.checks)]
    message = "\n".join([outcome.summary, *waiting])
    content = {"gradable": True, "score": round(percent / 100, 6), "message": message, "tests": tests}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _waits(checks: tuple[CheckOutcome, ...]) -> bool:
    return any(check.waiting for check in checks)


def _test(check: CheckOutcome, title: str, longest: int | None) -> dict[str, Any]:
    return {
        "name": f"{title}: {check.cell.grade_id}",
        "description": check.cell.about,
        "points": check.points,
        "max_points": check.cell.max_points,
        "message": (check.message or check.state)[:longest],
    }
