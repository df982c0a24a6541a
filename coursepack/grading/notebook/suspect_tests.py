"""Decide whether a test that breaks on an answer is itself broken: run it on the solution.

A plain assertion such as `assert double(2) + 1 == 5` breaks if double returns None, and that is the student's fault.
It also breaks if the test itself is wrong, and then for everybody. So the first time that a test breaks, we run it on
the assignment's own solution: if the solution passes, the test is sound.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from nbformat import NotebookNode

from coursepack.grading.notebook.verdict_records import GradedNotebook, VerdictRecord
from coursepack.judge.verdict import Verdict

# The tests that the solution passes, keyed by the digest of what it was graded with.
Passed = dict[str, frozenset[str]]


def in_doubt(graded: GradedNotebook) -> bool:
    """Tell whether a test broke on the student's answer: its traceback says so."""
    return any(map(_is_doubtful, graded.records))


def passed_by_solution(
    source: NotebookNode, files: Mapping[str, bytes], known: Passed, grade: Callable[[], GradedNotebook]
) -> frozenset[str]:
    """Return the tests that the solution passes; it is graded once per notebook and set of files.

    Args:
        source: the source notebook.
        files: the files beside it.
        known: earlier results.
        grade: grades the solution.
    """
    texts = [f"{cell.get('id')} {cell.source}" for cell in source.cells]
    texts += [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sorted(files.items())]
    key = hashlib.sha256("\n".join(texts).encode("utf-8", "replace")).hexdigest()
    if key not in known:
        known[key] = frozenset(one.grade_id for one in grade().records if one.verdict is Verdict.PASSED)
    return known[key]


def settled(graded: GradedNotebook, passed: frozenset[str]) -> GradedNotebook:
    """Return the records with every doubt settled: a test that the solution does not pass is our fault."""
    return replace(graded, records=tuple(_settled(record, passed) for record in graded.records))


def _settled(record: VerdictRecord, passed: frozenset[str]) -> VerdictRecord:
    if not _is_doubtful(record):
        return record
    if record.grade_id in passed:
        return replace(record, details="")
    return replace(record, verdict=Verdict.GRADER_ERROR, message=f"{record.message}, nor the solution")


def _is_doubtful(record: VerdictRecord) -> bool:
    return record.verdict is Verdict.STUDENT_ERROR and bool(record.details)
