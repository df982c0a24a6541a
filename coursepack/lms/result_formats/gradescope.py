"""A result as Gradescope's `results.json`: https://gradescope-autograders.readthedocs.io/en/latest/specs/.

Gradescope's format has no word for "not graded": every file with a valid form sets a score. So there is no file after a
grader error: Gradescope then says that the autograder failed to execute correctly, and records no score
(https://gradescope-autograders.readthedocs.io/en/latest/troubleshooting/). A file that is not a notebook of the
assignment, which its student can mend, scores 0 and says why.

The score is that of the automatic checks, and the assignment's autograder points should be their sum. A written answer
is shown without a score; its points belong to a question of the assignment's outline that is marked by hand.
"""

from __future__ import annotations

import json
from typing import Any

from coursepack.grading.outcomes import CheckOutcome
from coursepack.grading.results import CellStatus
from coursepack.lms.result_formats.outcome import NotebookOutcome, in_points

RETRY = "Hand in the right file; this one was not graded."


def as_gradescope(outcome: NotebookOutcome) -> str | None:
    """Return a result as `results.json`; None after a grader error, which must not become a score."""
    if outcome.ours:
        return None
    content: dict[str, Any] = {
        "score": outcome.points or 0.0,
        "execution_time": round(outcome.seconds),
        "output": outcome.summary if outcome.graded else f"{RETRY}\n{outcome.problem}",
        "output_format": "text",
        "visibility": "visible",
        # What the harness prints is for the instructor.
        "stdout_visibility": "hidden",
        "tests": [],
        "extra_data": {"waiting_points": outcome.waiting_points, "graded": outcome.graded},
    }
    if outcome.graded:
        content["tests"] = [
            _test(check, exercise.title, f"{place}.{number}")
            for place, exercise in enumerate(outcome.exercises, 1)
            for number, check in enumerate(exercise.checks, 1)
        ]
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _test(check: CheckOutcome, title: str, number: str) -> dict[str, Any]:
    """Return a check as a test; a written answer has neither score nor status."""
    said = "\n".join(filter(None, (check.cell.about, check.message)))
    test: dict[str, Any] = {
        "name": f"{title}: {check.cell.grade_id}",
        "name_format": "text",
        "number": number,
        "output": said,
        "output_format": "text",
        "visibility": "visible",
    }
    if check.waiting:
        test["name"] += f" ({check.state}, {in_points(check.cell.max_points)})"
        return test
    passed = check.status is CellStatus.PASSED
    return test | {
        "score": check.points,
        "max_score": check.cell.max_points,
        "status": "passed" if passed else "failed",
    }
