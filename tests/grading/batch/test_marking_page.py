"""Do the scripts of docs/instructor.md mark written answers as formgrader does?"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
from graded_class import enter_assignment, enter_graded, enter_mark
from one_notebook import submission, written_course
from tiny_course import ASSIGNMENT

from coursepack.course import Course
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.results import Status
from coursepack.grading.workspace import Workspace

POINTS = '"ann", "overfitting", 1.5'


def scripts(repository: Course) -> list[str]:
    """Return the scripts of the section, for the tiny assignment."""
    page = (repository.root / "docs" / "instructor.md").read_text(encoding="utf-8")
    section = page.partition("### Marking without a browser\n")[2].partition("\n## ")[0]
    found: list[str] = re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert len(found) == 2 and POINTS in found[1]
    return [one.replace("ps2_mnist_cnn", ASSIGNMENT).replace("overfitting", "why") for one in found]


def run(script: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr.splitlines()[-1] if done.returncode else done.stdout


def test_do_they_list_what_waits_and_enter_marks(repository: Course, tmp_path: Path) -> None:
    """Does the first show the answers that wait, and are marks and comments of the second what a report reads?"""
    course = written_course(tmp_path / "course")
    workspace = Workspace(course, ASSIGNMENT)
    enter_assignment(workspace)
    for student in ("ann", "bob"):
        with workspace.gradebook() as gradebook:
            gradebook.update_or_create_student(student)
        enter_graded(course, ASSIGNMENT, student, nbformat.from_dict(submission()))
    enter_mark(workspace, "bob", "why", 3.0)
    listing, entering = scripts(repository)
    assert run(listing, course.root) == "--- ann, why: None of 4.0\n**My answer**\n\nTwice anything is even.\n"
    too_much = run(entering.replace(POINTS.replace("overfitting", "why"), '"ann", "why", 4.5'), course.root)
    assert too_much.endswith("ann, why: 4.5 of 4.0 points; nothing is entered")
    assert run(entering, course.root) == ""
    assert run(listing, course.root) == ""
    ann = read_results(workspace)[0]
    assert (ann.status, ann.score, ann.cells[-2].by_hand) == (Status.GRADED, 6.5, True)
    with workspace.gradebook() as gradebook:
        comment = gradebook.find_comment("why", ASSIGNMENT, ASSIGNMENT, "ann").manual_comment
    assert comment == "Good. Which of the two would you keep?"
