"""Which submissions can be graded after all, and what is said about those that cannot?"""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from tiny_course import answered, source_notebook

from coursepack.grading.submission.repair import UnreadableError
from coursepack.grading.submission.sanitize import sanitize_submission
from coursepack.grading.workspace import digest
from coursepack.notebooks.versions import released_notebook


@pytest.fixture(scope="module")
def released() -> NotebookNode:
    return released_notebook(nbformat.from_dict(source_notebook()))


def cell_of(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def grade_ids(notebook: NotebookNode) -> list[str]:
    return [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]


def write(folder: Path, content: Any) -> Path:
    path = folder / "tiny.ipynb"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"cells": [', "not JSON"),
        ("", "not JSON"),
        ('{\n<<<<<<< HEAD\n "a": 1\n=======\n "a": 2\n>>>>>>> main\n}', r"merge in git left conflict .*\(line 2\)"),
        ("[1, 2]", "not a notebook"),
        ('{"cells": []}', "another notebook"),
        ('{"metadata": {}}', "it has no cells"),
        ('{"cells": [], "metadata": {}, "nbformat": 9, "nbformat_minor": 0}', "notebook format is 9"),
        ('{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "not a valid notebook"),
        ('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "another notebook"),
    ],
)
def test_what_cannot_be_graded_is_named(tmp_path: Path, released: NotebookNode, content: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        sanitize_submission(write(tmp_path, content), released)


def test_one_submission_cannot_change_the_student_version_that_the_next_is_compared_with(
    tmp_path: Path, released: NotebookNode
) -> None:
    before = copy.deepcopy(released)
    taken = sanitize_submission(write(tmp_path, answered()), released).notebook
    for cell in taken.cells:
        cell.source = "changed"
        cell.metadata["tags"] = ["changed"]
        cell.metadata.get("nbgrader", {})["points"] = 99
        cell.get("outputs", []).append("changed")
    assert released == before


def test_missing_notebook_names_what_is_there(tmp_path: Path, released: NotebookNode) -> None:
    (tmp_path / "mine.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(UnreadableError, match=r"tiny\.ipynb is missing; the folder holds mine\.ipynb"):
        sanitize_submission(tmp_path / "tiny.ipynb", released)


def test_sound_submission_is_left_alone(tmp_path: Path, released: NotebookNode) -> None:
    intake = sanitize_submission(write(tmp_path, answered()), released)
    assert intake.notes == ()
    assert [cell.source for cell in intake.notebook.cells] == [cell["source"] for cell in answered()["cells"]]


def test_old_format_is_upgraded(tmp_path: Path, released: NotebookNode) -> None:
    notebook = answered()
    notebook["nbformat_minor"] = 2
    for cell in notebook["cells"]:
        del cell["id"]
    intake = sanitize_submission(write(tmp_path, notebook), released)
    assert intake.notes == ("upgraded from notebook format 4.2",)
    assert intake.notebook.nbformat_minor >= 5
    assert all(cell.id for cell in intake.notebook.cells)


def test_of_duplicated_cells_the_last_counts(tmp_path: Path, released: NotebookNode) -> None:
    notebook = answered()
    twin = copy.deepcopy(cell_of(notebook, "double-hidden"))
    notebook["cells"].append({**twin, "id": "twin"})
    intake = sanitize_submission(write(tmp_path, notebook), released)
    (note,) = intake.notes
    assert note.startswith("cell double-hidden occurs more than once: cell 10 of the notebook counts; cell 6 ran")
    assert grade_ids(intake.notebook).count("double-hidden") == 1
    assert "nbgrader" in intake.notebook.cells[-1].metadata


def test_cell_of_another_assignment_loses_its_metadata(tmp_path: Path, released: NotebookNode) -> None:
    notebook = answered()
    stranger = copy.deepcopy(cell_of(notebook, "treble-hidden"))
    stranger["id"] = stranger["metadata"]["nbgrader"]["grade_id"] = "quadruple-hidden"
    notebook["cells"].insert(1, stranger)
    intake = sanitize_submission(write(tmp_path, notebook), released)
    assert intake.notes == ("cell 2 is not one of the assignment's; it carries no points",)
    assert "quadruple-hidden" not in grade_ids(intake.notebook)


def test_foreign_schema_and_changed_flags_are_replaced(tmp_path: Path, released: NotebookNode) -> None:
    notebook = answered()
    metadata = cell_of(notebook, "double-hidden")["metadata"]["nbgrader"]
    metadata.update(schema_version=99, points=300, grade=False)
    intake = sanitize_submission(write(tmp_path, notebook), released)
    assert "schema 99, not 3" in intake.notes[0]
    own = cell_of(released, "double-hidden").metadata.nbgrader
    assert cell_of(intake.notebook, "double-hidden").metadata.nbgrader == own


def test_removed_test_comes_back_in_its_place(tmp_path: Path, released: NotebookNode) -> None:
    notebook = answered()
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in ("setup", "double-hidden")]
    intake = sanitize_submission(write(tmp_path, notebook), released)
    assert intake.notes == ("cell setup was missing; put back", "cell double-hidden was missing; put back")
    assert grade_ids(intake.notebook) == grade_ids(released)


def test_changed_cell_type_is_changed_back(tmp_path: Path, released: NotebookNode) -> None:
    notebook = answered()
    cell = cell_of(notebook, "double")
    cell["cell_type"] = "raw"
    del cell["outputs"], cell["execution_count"]
    intake = sanitize_submission(write(tmp_path, notebook), released)
    assert intake.notes == ("cell double had become a raw cell; changed back",)
    found = cell_of(intake.notebook, "double")
    assert (found.cell_type, found.source) == ("code", cell["source"])


def test_a_test_cannot_be_skipped_by_a_tag(tmp_path: Path, released: NotebookNode) -> None:
    notebook = answered()
    cell_of(notebook, "double-hidden")["metadata"]["tags"] = ["skip-execution", "mine"]
    intake = sanitize_submission(write(tmp_path, notebook), released)
    assert "skip-execution" in intake.notes[0]
    assert cell_of(intake.notebook, "double-hidden").metadata.tags == ["mine"]


def test_many_skip_tags_are_one_note(tmp_path: Path, released: NotebookNode) -> None:
    notebook = answered()
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]
    intake = sanitize_submission(write(tmp_path, notebook), released)
    (note,) = intake.notes
    assert note.startswith(f"{len(notebook['cells'])} cells were tagged skip-execution (")
    assert all("skip-execution" not in cell.metadata.get("tags", []) for cell in intake.notebook.cells)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, released: NotebookNode) -> None:
    """Is a file of 200 MB named and left unread?"""
    path = write(tmp_path, answered())
    with path.open("r+b") as file:
        file.truncate(200_000_000)
    with pytest.raises(UnreadableError, match=r"tiny\.ipynb has 200 MB; at most 50 MB are read: hand it in again"):
        sanitize_submission(path, released)


def test_a_small_file_that_would_fill_the_memory_is_refused(tmp_path: Path, released: NotebookNode) -> None:
    """Is JSON of a few megabytes that would become gigabytes of objects refused?"""
    notebook = answered()
    notebook["metadata"]["bomb"] = "@"
    text = json.dumps(notebook).replace('"@"', "[" + ",".join(["{}"] * 1_000_001) + "]")
    with pytest.raises(UnreadableError, match="more than 2,000,000 parts"):
        sanitize_submission(write(tmp_path, text), released)


def test_a_link_is_not_followed(tmp_path: Path, released: NotebookNode) -> None:
    """Can nobody hand in a link to another student's notebook?"""
    (tmp_path / "bob").mkdir()
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "tiny.ipynb").symlink_to(write(tmp_path / "bob", answered()))
    with pytest.raises(UnreadableError, match="is a link"):
        sanitize_submission(tmp_path / "eve" / "tiny.ipynb", released)


def test_what_nobody_reads_is_left_out(tmp_path: Path, released: NotebookNode) -> None:
    """Do outputs and editors' metadata go, while texts, tags, the kernel and attached pictures stay?"""
    notebook = answered()
    title, double = notebook["cells"][0], cell_of(notebook, "double")
    title["attachments"] = {"a.png": {"image/png": "AAAA"}}
    title["metadata"] = {"tags": ["mine"], "editor": {"deep": [1, 2]}}
    double["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    double["source"] = double["source"].splitlines(keepends=True)
    found = sanitize_submission(write(tmp_path, notebook), released).notebook
    assert found.cells[0].attachments == {"a.png": {"image/png": "AAAA"}}
    assert found.cells[0].metadata == {"tags": ["mine"]}
    assert found.metadata == notebook["metadata"]
    assert cell_of(found, "double").outputs == []
    assert cell_of(found, "double").source == "".join(double["source"])


def test_notebook_format_3_is_upgraded(tmp_path: Path, released: NotebookNode) -> None:
    """Does a notebook with worksheets keep its answers?"""
    cells = [
        {
            "cell_type": "code",
            "input": cell["source"],
            "outputs": [],
            "language": "python",
            "metadata": cell["metadata"],
        }
        for cell in answered()["cells"]
        if cell["cell_type"] == "code"
    ]
    sheets = [{"cells": cells, "metadata": {}}]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "tiny"}, "worksheets": sheets}
    intake = sanitize_submission(write(tmp_path, old), released)
    assert intake.notes == ("upgraded from notebook format 3.0",)
    assert [cell.source for cell in intake.notebook.cells] == [cell["input"] for cell in cells]


def test_a_pipe_in_place_of_a_notebook_is_not_waited_for(tmp_path: Path, released: NotebookNode) -> None:
    os.mkfifo(tmp_path / "tiny.ipynb")
    assert digest(tmp_path / "tiny.ipynb") == ""
    with pytest.raises(UnreadableError, match=r"tiny\.ipynb is missing"):
        sanitize_submission(tmp_path / "tiny.ipynb", released)
