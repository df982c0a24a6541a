"""Are verdicts the same, whatever runs beside a notebook and in whatever order?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course

from coursepack.grading.batch.class_run import Options, grade_class
from coursepack.grading.notebook.verdict_records import GradedNotebook
from coursepack.grading.submission.folder_files import VERDICTS_FILE

WORK = {
    "right": answered(),
    "wrong": answered(double="return 0"),
    "raises": answered(treble="raise ValueError('no')"),
    "random": answered(treble="import random; return random.random()"),
    "dies": answered(double="import os; os._exit(1)"),
    "starts a process": answered(double="import subprocess; return len(subprocess.run(['ps']).args) + 41"),
}


def graded(root: Path, jobs: int, order: Sequence[str]) -> dict[str, list[tuple[str, str, str]]]:
    """Grade a class in which students hand in work in a given order; return what each kind of work got."""
    course = make_tiny_course(root)
    for place, kind in enumerate(order):
        hand_in(course, f"student-{place}", WORK[kind])
    assert grade_class(course, ASSIGNMENT, Options(jobs=jobs)) == 0
    found = {}
    for place, kind in enumerate(order):
        path = course.root / "autograded" / f"student-{place}" / ASSIGNMENT / VERDICTS_FILE
        records = GradedNotebook.from_json(path.read_text(encoding="utf-8")).records
        found[kind] = [(one.grade_id, str(one.verdict), one.message) for one in records]
    return found


def test_are_verdicts_the_same_alone_side_by_side_and_in_reverse_order(tmp_path: Path) -> None:
    """Do one worker, four that share a jail, and another order give the same verdicts and messages?"""
    alone = graded(tmp_path / "alone", 1, [*WORK])
    assert alone["right"] == [(name, "passed", "") for name in ("double-visible", "double-hidden", "treble-hidden")]
    assert alone == graded(tmp_path / "beside", 4, [*WORK]) == graded(tmp_path / "reversed", 4, [*WORK][::-1])
