"""Is anything that could be handed in either graded with the assignment's own cells, or refused with a reason?"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab import as_notebook
from tiny_course import answered, source_notebook

from coursepack.grading.notebook.merge import assemble
from coursepack.grading.submission.repair import UnreadableError
from coursepack.grading.submission.sanitize import sanitize_submission
from coursepack.notebooks.cells import grade_id_of
from coursepack.notebooks.versions import released_notebook

SOURCE = as_notebook(source_notebook())
RELEASED = released_notebook(SOURCE)
OWN = [grade_id_of(cell) for cell in SOURCE.cells if grade_id_of(cell)]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MARKS = st.dictionaries(
    st.sampled_from(["grade_id", "grade", "solution", "locked", "points", "schema_version", "task", "cell_type"]),
    st.sampled_from(OWN) | JSON,
)
METADATA = st.dictionaries(st.sampled_from(["nbgrader", "tags", "collapsed", "x"]), MARKS | JSON, max_size=3)
CELLS = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw"]) | JSON, "source": st.text(max_size=30) | JSON},
    optional={
        "id": st.sampled_from(OWN) | JSON,
        "metadata": METADATA | JSON,
        "outputs": JSON,
        "execution_count": JSON,
        "attachments": JSON,
    },
)
SOUND = st.sampled_from(answered()["cells"])
NOTEBOOKS = st.fixed_dictionaries(
    {"cells": st.lists(CELLS | SOUND | JSON, max_size=8) | JSON, "nbformat": st.just(4) | JSON},
    optional={"nbformat_minor": st.integers(-1, 6) | JSON, "metadata": JSON, "worksheets": JSON},
)


@given(NOTEBOOKS | JSON)
def test_is_what_is_run_always_the_assignments_own(submission: Any) -> None:
    """Does any submission become a valid notebook with each of the assignment's cells, once and in its own form?"""
    with contextlib.suppress(UnreadableError):
        notebook = assemble(SOURCE, nbformat.from_dict(submission)).notebook
        nbformat.validate(notebook)
        assert sorted(filter(None, map(grade_id_of, notebook.cells))) == sorted(OWN)
        for cell in notebook.cells:
            if grade_id_of(cell):
                [own] = [other for other in SOURCE.cells if grade_id_of(other) == grade_id_of(cell)]
                assert (cell.cell_type, cell.metadata) == (own.cell_type, own.metadata)
                assert own.metadata.nbgrader.solution or cell.source == own.source


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a submission lies."""
    return tmp_path_factory.mktemp("submitted") / "tiny.ipynb"


def check_taken_in(path: Path) -> None:
    """Check that a file is refused with a reason, or taken in with the assignment's marks alone."""
    try:
        intake = sanitize_submission(path, RELEASED)
    except UnreadableError as error:
        assert str(error)
        return
    nbformat.validate(intake.notebook)
    marks = {name: cell.metadata.nbgrader for cell in RELEASED.cells if (name := grade_id_of(cell))}
    assert all(
        cell.metadata.nbgrader == marks[grade_id_of(cell)] for cell in intake.notebook.cells if grade_id_of(cell)
    )
    assert all(isinstance(note, str) and note for note in intake.notes)


@given(NOTEBOOKS | JSON)
def test_is_any_json_taken_in_or_refused(place: Path, submission: Any) -> None:
    """Is any JSON either a sound notebook with our marks, or refused with a reason?"""
    place.write_text(json.dumps(submission), encoding="utf-8")
    check_taken_in(place)


@given(st.binary(max_size=100) | st.text("[{\"'}]:,0eE-+.\\u\ufeff", max_size=60).map(str.encode))
def test_are_any_bytes_taken_in_or_refused(place: Path, content: bytes) -> None:
    """Is a file that is no notebook refused with a reason, whatever its bytes?"""
    place.write_bytes(content)
    check_taken_in(place)
