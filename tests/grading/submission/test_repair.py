"""Does a broken notebook cost what is broken in it, and nothing else?"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from tiny_course import answered, source_notebook

from coursepack.grading.notebook.merge import assemble
from coursepack.grading.submission.repair import UnreadableError, repaired
from coursepack.grading.submission.sanitize import SanitizedSubmission, sanitize_submission
from coursepack.grading.submission.strip_notebook import strip_notebook
from coursepack.notebooks.versions import released_notebook

SOURCE = nbformat.from_dict(source_notebook())
KERNEL = source_notebook()["metadata"]["kernelspec"]


def cell_of(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def taken(folder: Path, notebook: Any) -> SanitizedSubmission:
    path = folder / "tiny.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    intake = sanitize_submission(path, released_notebook(SOURCE))
    nbformat.validate(intake.notebook)
    return intake


def changed(**metadata: Any) -> Callable[[Any], None]:
    return lambda notebook: notebook["metadata"].update(metadata)


def formatted(major: Any, minor: Any) -> Callable[[Any], None]:
    return lambda notebook: notebook.update(nbformat=major, nbformat_minor=minor)


def without_metadata(notebook: Any) -> None:
    del notebook["metadata"]


def without_format(notebook: Any) -> None:
    del notebook["nbformat"], notebook["nbformat_minor"]


def odd_ids(notebook: Any) -> None:
    for cell, odd in zip(
        notebook["cells"], ["a b", "", 7, None, "double", "x" * 80, "ü", ["id"], "double"], strict=True
    ):
        cell["id"] = odd


def odd_outputs(notebook: Any) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs="none", execution_count="three")
    del cell_of(notebook, "double")["outputs"], cell_of(notebook, "treble")["execution_count"]


def odd_metadata(notebook: Any) -> None:
    cell_of(notebook, "title")["metadata"] = None
    cell_of(notebook, "first")["metadata"] = ["x"]
    cell_of(notebook, "double")["metadata"].update(tags=["a,b", "", 7, "mine"], collapsed="yes", jupyter=3)


def lists_of_lines(notebook: Any) -> None:
    for cell in notebook["cells"]:
        cell["source"] = [*cell["source"].splitlines(keepends=True), None]


HARMLESS: dict[str, Callable[[Any], None]] = {
    "no display name": changed(kernelspec={"name": "python3"}),
    "an odd kernel": changed(kernelspec=["julia"]),
    "no kernel": changed(kernelspec=None),
    "an odd language": changed(language_info={"name": 3, "version": []}),
    "no metadata": without_metadata,
    "a minor format to come": formatted(4, 99),
    "a format that is a text": formatted("4", "5"),
    "a format that is nonsense": formatted(None, {}),
    "no format": without_format,
    "odd ids": odd_ids,
    "odd outputs": odd_outputs,
    "odd metadata": odd_metadata,
    "lists of lines": lists_of_lines,
}


@pytest.mark.parametrize("fault", HARMLESS)
def test_what_grading_replaces_anyway_refuses_nobody(tmp_path: Path, fault: str) -> None:
    """Is what is run the same as without the fault?"""
    notebook = answered()
    HARMLESS[fault](notebook)
    found = taken(tmp_path, notebook).notebook
    assert [cell.source for cell in found.cells] == [cell["source"] for cell in answered()["cells"]]
    assert found.metadata == {"kernelspec": KERNEL}


@pytest.mark.parametrize("source", [None, 7, {"a": 1}, [1, 2], "missing"])
def test_a_cell_without_text_costs_itself(tmp_path: Path, source: Any) -> None:
    notebook = answered()
    cell_of(notebook, "double")["source"] = source
    if source == "missing":
        del cell_of(notebook, "double")["source"]
    intake = taken(tmp_path, notebook)
    texts = {cell.id: cell.source for cell in intake.notebook.cells}
    assert (texts["double"], texts["treble"]) == ("", cell_of(answered(), "treble")["source"])
    if source != [1, 2]:
        assert intake.notes == ("cell 4 of the notebook is without readable text, and was taken as empty",)


@pytest.mark.parametrize("kind", ["sql", "", None, 7, "heading"])
def test_an_unknown_type_costs_nothing_where_the_cell_is_ours(tmp_path: Path, kind: Any) -> None:
    notebook = answered()
    cell_of(notebook, "double")["cell_type"] = kind
    cell = cell_of(taken(tmp_path, notebook).notebook, "double")
    assert cell.cell_type == "code"
    assert cell.source.endswith(cell_of(answered(), "double")["source"])


def test_what_is_no_cell_is_left_out_and_told(tmp_path: Path) -> None:
    notebook = answered()
    notebook["cells"][1:1] = [None, 7, "cell", []]
    intake = taken(tmp_path, notebook)
    assert intake.notes == ("cells 2, 3, 4 and 1 more of the notebook are invalid, and were left out",)
    assert len(intake.notebook.cells) == len(answered()["cells"])


def test_headings_of_an_old_format_become_markdown() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Title"},
        {"cell_type": "code", "input": ["a = 1\n", "b = 2"]},
    ]
    found, notes = repaired(strip_notebook({"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}))
    assert [(cell.cell_type, cell.source) for cell in found.cells] == [
        ("markdown", "## Title"),
        ("code", "a = 1\nb = 2"),
    ]
    assert notes == ("upgraded from notebook format 3.0",)


ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.lists(st.none() | st.text(max_size=3), max_size=2)
)
HEADS = st.sampled_from(["nbformat", "nbformat_minor", "metadata", "worksheets"])
CELLS = st.dictionaries(
    st.sampled_from(["cell_type", "id", "metadata", "source", "input", "outputs", "attachments", "level"]),
    ODD
    | st.sampled_from(["code", "markdown", "raw", "heading", "double"])
    | st.dictionaries(st.sampled_from(["nbgrader", "tags", "a.png"]), ODD | st.dictionaries(st.text(max_size=3), ODD)),
)


@given(st.dictionaries(HEADS, ODD), st.lists(CELLS | ODD) | ODD)
def test_any_json_is_mended_or_refused(head: dict[str, Any], cells: Any) -> None:
    """Is what comes out valid, and can it be put together, whatever goes in?"""
    try:
        found, notes = repaired(strip_notebook({**copy.deepcopy(head), "cells": copy.deepcopy(cells)}))
    except UnreadableError as error:
        assert str(error)
        return
    nbformat.validate(found)
    assert all(note.isprintable() for note in notes)
    names = [cell.id for cell in assemble(SOURCE, found).notebook.cells]
    assert {cell.id for cell in SOURCE.cells if "nbgrader" in cell.metadata} <= set(names)
    assert isinstance(found, NotebookNode)
