"""Does no format of a result show a hidden test, its numbers or a marking scheme, in any assignment of the course?"""

from __future__ import annotations

import html
from collections.abc import Iterator

import pytest
from nbformat import NotebookNode

from coursepack.authoring.leaks import Secrets, feedback_leaks, secrets_of
from coursepack.course import Course
from coursepack.grading.batch.single import SingleGrading
from coursepack.grading.notebook.verdict_records import GradedNotebook, VerdictRecord
from coursepack.judge.verdict import Verdict
from coursepack.lms.grade_one import WRITERS, ResultFormat
from coursepack.lms.result_formats.outcome import outcome_of
from coursepack.notebooks.cells import grade_id_of, is_test, points_of
from coursepack.notebooks.reading import read_notebook

ASSIGNMENTS = sorted(path.parent.name for path in Course.find().root.glob("source/*/*.ipynb"))
SHOUTING = (Verdict.FAILED, Verdict.STUDENT_ERROR, Verdict.TIMED_OUT)


def everything(secrets: Secrets, size: int) -> Iterator[str]:
    """Yield messages that together tell all secrets: lines, alone and inside others, numbers, marking schemes."""
    lines = [line for secret in (*secrets.hidden, *secrets.schemes) for line in secret.lines]
    numbers = sorted({number for secret in secrets.hidden for number in secret.numbers})
    told = [*lines, *(f"expected {number!r} here" for number in numbers), *(f"got ({number:g})" for number in numbers)]
    told += [f'  File "x", in {line}: oh' for line in lines if len(line) >= 16]
    yield from ("\n".join(told[start : start + size]) for start in range(0, len(told), size))


def graded(source: NotebookNode, messages: list[str], verdict: Verdict) -> SingleGrading:
    """Return a result in which the assignment's tests say these messages, in turn."""
    tests = [cell for cell in source.cells if is_test(cell)]
    found = [
        VerdictRecord(grade_id_of(cell), points_of(cell), verdict, message, details=message)
        for cell, message in zip(tests, messages, strict=False)
    ]
    return SingleGrading(GradedNotebook(tuple(found)), notes=tuple(messages[:20]))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.parametrize("kind", ResultFormat)
def test_does_no_message_tell_a_secret(repository: Course, assignment: str, kind: ResultFormat) -> None:
    source = read_notebook(repository.notebook("source", assignment))
    # Short enough that no message is cut.
    messages = list(everything(secrets_of(source), 6))
    count = sum(map(is_test, source.cells))
    assert messages
    for start in range(0, len(messages), count):
        for verdict in SHOUTING:
            grading = graded(source, messages[start : start + count], verdict)
            text = WRITERS[kind](outcome_of(assignment, source, grading)) or ""
            plain = text.encode().decode("unicode_escape", "replace") if "\\" in text else text
            for shown in (text, plain):
                leaks = feedback_leaks(source, f"<pre>{html.escape(shown)}</pre>", kind)
                assert [str(leak) for leak in leaks] == []


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_would_such_a_message_be_found_if_it_were_shown(repository: Course, assignment: str) -> None:
    source = read_notebook(repository.notebook("source", assignment))
    for message in everything(secrets_of(source), 10_000):
        assert feedback_leaks(source, f"<pre>{html.escape(message)}</pre>", "page")


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.parametrize("kind", ResultFormat)
def test_does_a_grader_error_tell_nothing(repository: Course, assignment: str, kind: ResultFormat) -> None:
    source = read_notebook(repository.notebook("source", assignment))
    secret = "the test needs 73219 of them"
    tests = [cell for cell in source.cells if is_test(cell)]
    record = VerdictRecord(grade_id_of(tests[-1]), 1.0, Verdict.GRADER_ERROR, secret, details=secret)
    grading = SingleGrading(GradedNotebook((record,)), problem=secret, ours=True, details=secret)
    assert "73219" not in (WRITERS[kind](outcome_of(assignment, source, grading)) or "")
