"""Is a notebook that lies where no grader looks told, and by whom it is?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, answered, hand_in, tiny_course

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.batch.class_run import grade_class
from coursepack.grading.batch.misplaced import misplaced_notebooks
from coursepack.grading.batch.options import Options
from coursepack.grading.workspace import Workspace

__all__ = ["tiny_course"]


def put(course: Course, path: str, text: str = "") -> Path:
    """Put a right notebook somewhere below `submitted/`."""
    place = course.root / "submitted" / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text or json.dumps(answered()), encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("ann/tiny.ipynb", "ann"),
        ("ann/my work.ipynb", "ann"),
        ("ann/Tiny/tiny.ipynb", "ann"),
        ("ann/ps1/deep/x.ipynb", "ann"),
        ("ann/tiny/tiny/tiny.ipynb", "ann"),
        ("tiny/ann/tiny.ipynb", "ann"),
        ("tiny.ipynb", ""),
    ],
)
def test_wrong_places(tiny_course: Course, path: str, student: str) -> None:
    """Is each wrong place found, and where the notebook belongs told?"""
    put(tiny_course, path)
    found = misplaced_notebooks(Workspace(tiny_course, ASSIGNMENT))
    assert [(one.path, one.student, one.graded) for one in found] == [(f"submitted/{path}", student, False)]
    assert f"move it to submitted/{student or '<student>'}/tiny/tiny.ipynb" in found[0].sentence


def test_what_is_in_its_place_is_not_told(tiny_course: Course) -> None:
    """Are right places, other notebooks, clutter and files that cannot be read left in peace?"""
    hand_in(tiny_course, "ann", answered())
    put(tiny_course, "ann/diary.ipynb", json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    put(tiny_course, "ann/broken.ipynb", "{")
    put(tiny_course, "ann/.ipynb_checkpoints/tiny-checkpoint.ipynb")
    put(tiny_course, "__MACOSX/tiny.ipynb")
    assert misplaced_notebooks(Workspace(tiny_course, ASSIGNMENT)) == []
    put(tiny_course, "ann/tiny.ipynb", "{")
    found = misplaced_notebooks(Workspace(tiny_course, ASSIGNMENT))
    assert [(one.path, one.graded) for one in found] == [("submitted/ann/tiny.ipynb", True)]


def test_grading_nobody_tells_where_they_are(tiny_course: Course) -> None:
    """Does the error that nobody handed in name the notebooks that were?"""
    put(tiny_course, "ann/tiny.ipynb")
    with pytest.raises(CoursepackError, match=r"nobody has handed in tiny\n.*submitted/ann/tiny\.ipynb is not where"):
        grade_class(tiny_course, ASSIGNMENT, Options())
