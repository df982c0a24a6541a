"""Show an author what the failed tests of each wrong answer tell students."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from coursepack.validation.answers import Answer
from coursepack.validation.forking_runner import NotebookRun

# Takes an assignment's name and a message, and returns what students see of it.
StudentsSee = Callable[[str, str], str]
# The judge leaves them out.
_KIND = re.compile(r"^(CheckFailed|AssertionError): ")


def message_lines(parts: Sequence[Answer], result: NotebookRun, students_see: StudentsSee) -> Iterator[str]:
    """Yield, for the wrong answers that a notebook holds, each one's name and below it what its failed tests say.

    Args:
        parts: the answers; where there are several, each is told what it loses.
        result: what came of the notebook.
        students_see: returns what students see of a message.
    """
    failed = [outcome for outcome in result.outcomes if not outcome.passed]
    for answer in parts:
        yield f"{answer.assignment} {answer.name}"
        for outcome in failed:
            if len(parts) == 1 or outcome.grade_id in answer.loses:
                said = _KIND.sub("", outcome.message) or "the assertion failed"
                first, *more = students_see(answer.assignment, said).split("\n")
                yield f"  {outcome.grade_id}: {first}"
                yield from (f"    {line}" for line in more)
