"""Does “Run All” go past the unsolved exercises of a student version, and only past those?"""

from __future__ import annotations

import notebook_parts as parts
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode

from coursepack.authoring.run_all import MAY_RAISE, TagMayRaise
from coursepack.notebooks.cells import code_cells
from coursepack.notebooks.versions import released_notebook


def tagged(source: NotebookNode) -> NotebookNode:
    """Return the student version with its tags."""
    notebook, _ = TagMayRaise().preprocess(released_notebook(source), ResourcesDict())
    return notebook


def tags(notebook: NotebookNode) -> dict[str, list[str]]:
    return {cell.id: cell.metadata.get("tags", []) for cell in code_cells(notebook)}


def test_are_cells_tagged_from_the_first_answer_on_unless_they_hold_comments_only() -> None:
    assert [name for name, own in tags(tagged(parts.notebook())).items() if own] == [
        *("double", "double-visible", "treble", "picture"),
    ]


def test_is_a_cell_tagged_that_is_no_python() -> None:
    assert tags(tagged(parts.notebook({"picture": "%matplotlib inline\n!ls"})))["picture"] == [MAY_RAISE]
    assert tags(tagged(parts.notebook({"picture": "this is no Python"})))["picture"] == [MAY_RAISE]


def test_are_an_authors_own_tags_kept_and_none_given_twice() -> None:
    source = parts.notebook()
    source.cells[-1].metadata["tags"] = ["hide-input", MAY_RAISE]
    assert tags(tagged(source))["picture"] == ["hide-input", MAY_RAISE]


def test_is_a_notebook_without_answers_left_alone() -> None:
    source = parts.assemble([cell for cell in parts.cells() if cell["id"] in ("title", "setup")])
    assert not any(tags(tagged(source)).values())


@pytest.mark.costly
def test_does_a_run_reach_the_end_of_a_student_version_but_stop_where_the_set_up_fails() -> None:
    source = parts.notebook({"picture": 'print("the end")\ntry:\n    double(2)\nexcept NotImplementedError:\n    pass'})
    notebook = tagged(source)
    NotebookClient(notebook).execute()
    assert notebook.cells[-1].outputs[0].text == "the end\n"
    with pytest.raises(CellExecutionError, match="NotImplementedError"):
        NotebookClient(released_notebook(source)).execute()
    notebook.cells[2].source = "import no_such_module"
    with pytest.raises(CellExecutionError, match="no_such_module"):
        NotebookClient(notebook).execute()
