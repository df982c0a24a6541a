"""Does the tag that student versions carry, so that “Run All” goes past errors, leave grading as it is?"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from lab import Lab, as_notebook
from tiny_course import answered, source_notebook

from coursepack.authoring.run_all import MAY_RAISE
from coursepack.grading.notebook.merge import assemble
from coursepack.grading.notebook.verdict_records import GradedNotebook

ANSWERS = {
    "right": {},
    "wrong": {"double": "return number ** 2"},
    "untouched": {"double": "raise NotImplementedError()", "treble": "raise NotImplementedError()"},
    "an endless loop": {"double": "while True: pass"},
    "a kernel that ends": {"double": "import os; os._exit(0)"},
}


def tagged(notebook: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return a notebook whose cells carry the tag: all code cells, or those named."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and (not names or cell["id"] in names):
            cell["metadata"]["tags"] = [MAY_RAISE]
    return notebook


def told(graded: GradedNotebook) -> list[tuple[Any, ...]]:
    return [(one.grade_id, one.verdict, one.points, one.message) for one in graded.records]


@pytest.mark.parametrize("about", ANSWERS)
def test_is_the_notebook_that_runs_the_same_with_and_without_the_tag(about: str) -> None:
    """Whatever the submission's metadata say, those of the assignment's cells come from the source."""
    source, submission = as_notebook(source_notebook()), answered(**ANSWERS[about])
    plain, marked = (assemble(source, as_notebook(one)) for one in (submission, tagged(submission)))
    assert marked == plain
    assert MAY_RAISE not in str(marked.notebook)


def cells_of(notes: tuple[str, ...]) -> list[str]:
    """Return the cell that each note is about."""
    return [note.split()[1] for note in notes if note.startswith("cell ")]


@pytest.mark.parametrize("about", ANSWERS)
def test_are_the_verdicts_the_same_with_and_without_the_tag(lab: Lab, about: str) -> None:
    submission = answered(**ANSWERS[about])
    plain, marked = (lab.grade(one, cell_wall_seconds=60.0) for one in (submission, tagged(submission)))
    assert told(marked) == told(plain)
    # A loop may be interrupted or its kernel replaced: that depends on the machine's load, and the note says which.
    assert cells_of(marked.notes) == cells_of(plain.notes)


def test_does_a_tag_that_an_author_gave_a_test_hide_no_failure(lab: Lab) -> None:
    source = tagged(source_notebook(), "double-visible", "double-hidden", "treble-hidden")
    submission = answered(**ANSWERS["untouched"])
    assert told(lab.grade(submission, source=source)) == told(lab.grade(submission))
