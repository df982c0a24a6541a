"""Does the report compare what students wrote, wherever it reads it?"""

from __future__ import annotations

import json

import nbformat
import pytest
from graded_class import enter_assignment, enter_graded
from tiny_course import ASSIGNMENT, answered

from coursepack.course import Course
from coursepack.grading.submission.folder_files import VERDICTS_FILE
from coursepack.grading.workspace import Workspace
from coursepack.report.class_answers import answers_in, answers_of

NAMES = ("double", "treble")


@pytest.fixture
def graded(tiny_course: Course) -> Workspace:
    """The tiny assignment, with a graded submission of ann's."""
    enter_assignment(Workspace(tiny_course, ASSIGNMENT))
    return enter_graded(
        tiny_course, ASSIGNMENT, "ann", nbformat.from_dict(answered(double="return number + number  # é"))
    )


def test_the_records_have_the_answers_that_the_notebook_has(graded: Workspace) -> None:
    notebook = graded.notebook("autograded", "ann")
    answers = answers_in(notebook, NAMES)
    assert len(answers) == 2 and "number + number  # é" in answers[0]
    assert answers_of(graded, "ann", NAMES) == answers
    notebook.unlink()
    assert answers_of(graded, "ann", NAMES) == answers


@pytest.mark.parametrize("records", ["older", "damaged", "none"])
def test_without_answers_in_the_records_the_notebook_is_read(graded: Workspace, records: str) -> None:
    """After `nbgrader autograde` alone, and after gradings of an older version."""
    path = graded.folder("autograded", "ann") / VERDICTS_FILE
    kept = json.loads(path.read_text(encoding="utf-8"))
    del kept["written"]
    path.write_text(json.dumps(kept) if records == "older" else "{", encoding="utf-8")
    if records == "none":
        path.unlink()
    assert answers_of(graded, "ann", NAMES) == answers_in(graded.notebook("autograded", "ann"), NAMES) != []
