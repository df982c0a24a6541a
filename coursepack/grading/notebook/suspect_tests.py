"""A test that breaks at an answer: is the answer of the wrong kind, or is the test broken? The solution decides.

A plain assertion such as `assert double(2) + 1 == 5` breaks where double gives None, and that is the student's failure.
It breaks as well where the test itself is wrong, and then for everybody. So the first time that a test breaks, the
assignment's own solution is put to it: if it passes that test, the test is sound.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from nbformat import NotebookNode

from coursepack.grading.notebook.verdict_records import GradedNotebook, VerdictRecord
from coursepack.judge.verdict import Verdict

# What is passed by the solution, by digest of what it was graded with.
Passed = dict[str, frozenset[str]]


def in_doubt(graded: GradedNotebook) -> bool:
    """Tell whether a test broke at the student's answer: its traceback says so."""
    return any(map(_is_doubtful, graded.records))


def passed_by_solution(
    source: NotebookNode, files: Mapping[str, bytes], known: Passed, grade: Callable[[], GradedNotebook]
) -> frozenset[str]:
    """Return the tests that the solution passes; graded once for the same notebook and files.

    Args:
        source: the source notebook.
        files: what lies beside it.
        known: what was found before.
        grade: grades the solution.
    """
    texts = [f"{cell.get('id')} {cell.source}" for cell in source.cells]
    texts += [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sorted(files.items())]
    key = hashlib.sha256("\n".join(texts).encode("utf-8", "replace")).hexdigest()
    if key not in known:
        known[key] = frozenset(one.grade_id for one in grade().records if one.verdict is Verdict.PASSED)
    return known[key]


def settled(graded: GradedNotebook, passed: frozenset[str]) -> GradedNotebook:
    """Return the records with every doubt settled: a test that the solution does not pass is a fault of ours."""
    return replace(graded, records=tuple(_settled(record, passed) for record in graded.records))


def _settled(record: VerdictRecord, passed: frozenset[str]) -> VerdictRecord:
    if not _is_doubtful(record):
        return record
    if record.grade_id in passed:
        return replace(record, details="")
    return replace(record, verdict=Verdict.GRADER_ERROR, message=f"{record.message}, nor the solution")


def _is_doubtful(record: VerdictRecord) -> bool:
    return record.verdict is Verdict.STUDENT_ERROR and bool(record.details)
