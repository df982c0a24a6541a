"""Is the instructor told what stood in a locked cell whose text was put back?"""

from __future__ import annotations

import nbformat
import pytest
from nbformat import NotebookNode
from tiny_course import answered, code, source_notebook

from coursepack.grading.submission.sanitize import sanitize_notebook
from coursepack.notebooks.versions import released_notebook

RELEASED = released_notebook(nbformat.from_dict(source_notebook()))
VISIBLE = "# Check that double works for 2\nassert double(2) == 4"
ANSWER = "def double(number):\n    return number + number\n\n"
START = "cell double-visible is locked: its changed text was put back; the student had "


def notes_on(
    written: str, name: str = "double-visible", checksum: str | None = None
) -> tuple[tuple[str, ...], NotebookNode]:
    notebook = nbformat.from_dict(answered())
    cell = next(cell for cell in notebook.cells if cell.id == name)
    cell.source = written
    if checksum:
        cell.metadata.nbgrader.checksum = checksum
    notes = sanitize_notebook(notebook, RELEASED)
    return notes, next(cell for cell in notebook.cells if cell.id == name)


def test_an_answer_in_a_locked_cell_is_put_back_and_told() -> None:
    notes, cell = notes_on(ANSWER + VISIBLE)
    assert notes == (f"{START}written: def double(number): ⏎     return number + number",)
    assert cell.source == VISIBLE


def test_an_answer_in_the_middle_and_a_removed_line_are_told() -> None:
    assert notes_on(VISIBLE.replace("\n", f"\n{ANSWER}"))[0][0].startswith(f"{START}written: def double")
    assert notes_on(VISIBLE.split("\n")[0] + "\nassert True")[0] == (f"{START}written: assert True",)
    assert notes_on("")[0] == (f"{START}removed: # Check that double works for 2 ⏎ assert double(2) == 4",)


@pytest.mark.parametrize(
    "written",
    [
        VISIBLE + "\n\n",
        VISIBLE.replace("\n", "  \r\n"),
        "\n" + VISIBLE,
        "# Check that double works for 2\nassert double( 2 )==4",
        "# Check that double works for 2\nassert (\n    double(2) == 4\n)",
    ],
)
def test_layout_alone_is_not_told(written: str) -> None:
    assert notes_on(written)[0] == ()


def test_what_is_told_is_short_and_printable() -> None:
    long = "\n".join(f"x{number} = '\x1b[31m\u202e\t'" for number in range(10_000))
    (note,) = notes_on(long + VISIBLE)[0]
    assert note.isprintable()
    assert len(note) < 600


def test_many_changed_cells_are_few_notes() -> None:
    source = source_notebook()
    source["cells"] += [code(f"given-{number}", "import math", "given") for number in range(12)]
    notebook = released_notebook(nbformat.from_dict(source))
    for cell in notebook.cells:
        if cell.id.startswith("given-"):
            cell.source = "import os"
            cell.metadata.nbgrader.pop("checksum")
    notes = sanitize_notebook(notebook, released_notebook(nbformat.from_dict(source)))
    assert len(notes) == 6
    told = "given-5, given-6, given-7, given-8, given-9 and 2 more"
    assert notes[-1] == f"7 further locked cells were changed and put back: {told}"


def test_a_text_that_the_course_changed_meanwhile_is_not_held_against_anybody() -> None:
    """Is nothing told about a cell that is as it was handed out, by its own checksum, but has another text today?"""
    older = source_notebook()
    cell = next(cell for cell in older["cells"] if cell["id"] == "double-visible")
    cell["source"] = "# Check that double works for 3\nassert double(3) == 6"
    handed_out = released_notebook(nbformat.from_dict(older))
    assert sanitize_notebook(handed_out, RELEASED) == ()
    changed = released_notebook(nbformat.from_dict(older))
    next(cell for cell in changed.cells if cell.id == "double-visible").source = "assert True"
    assert sanitize_notebook(changed, RELEASED)[0].startswith(START)
