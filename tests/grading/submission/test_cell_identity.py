"""Which cell is the answer, after editors copied, split, merged and moved cells, and cleaners took metadata away?"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from tiny_course import answered, code, source_notebook, text

from coursepack.course import Course
from coursepack.grading.notebook.merge import assemble
from coursepack.grading.submission.repair import UnreadableError, repaired
from coursepack.grading.submission.sanitize import sanitize_notebook
from coursepack.notebooks.cells import grade_id_of
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook, solved_notebook

RIGHT = "def double(number):\n    return number + number"
TRYOUT = "print(double(4))"
WRITTEN = "**My derivation**\n\nIt doubles, because two are one and one."


def source() -> NotebookNode:
    """Return the tiny source with two written answers, whose stubs are the same."""
    notebook = source_notebook()
    for place, name in ((6, "why-double"), (10, "why-treble")):
        marks = {"grade": True, "grade_id": name, "locked": False, "points": 2, "solution": True, "task": False}
        stub = "**My derivation**\n\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION"
        cell = {**text(name, stub), "metadata": {"nbgrader": {**marks, "schema_version": 3}}}
        notebook["cells"].insert(place, cell)
    return nbformat.from_dict(notebook)


def handed_in() -> dict[str, Any]:
    """Return a submission in which everything is answered."""
    notebook = answered()
    for place, name in ((6, "why-double"), (10, "why-treble")):
        marks = {"grade": True, "grade_id": name, "locked": False, "points": 2, "solution": True, "task": False}
        cell = {**text(name, WRITTEN), "metadata": {"nbgrader": {**marks, "schema_version": 3}}}
        notebook["cells"].insert(place, cell)
    return notebook


def cell_of(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def place_of(notebook: Any, name: str) -> int:
    return int(notebook["cells"].index(cell_of(notebook, name)))


def run(notebook: Any) -> tuple[NotebookNode, tuple[str, ...]]:
    """Return what is run for a submission after the intake, and check that without it the same is run."""
    first = source()
    taken, notes = repaired(copy.deepcopy(notebook))
    notes += sanitize_notebook(taken, released_notebook(first))
    assembly = assemble(first, taken)
    directly = assemble(first, nbformat.from_dict(copy.deepcopy(notebook))).notebook
    assert sources(assembly.notebook) == sources(directly), "the two ways disagree"
    return assembly.notebook, notes + assembly.notes


def sources(notebook: NotebookNode) -> list[tuple[str, str]]:
    """Return each cell's name, empty for the student's own, and its text."""
    return [(grade_id_of(cell), cell.source) for cell in notebook.cells]


def with_twin(written: str, *, behind: str = "double", **changes: Any) -> dict[str, Any]:
    """Return a submission in which the cell `double` was copied, and one of the two has this text."""
    notebook = handed_in()
    twin = {**copy.deepcopy(cell_of(notebook, "double")), "id": "5a0c1d2e", "source": written, **changes}
    notebook["cells"].insert(place_of(notebook, behind) + 1, twin)
    return notebook


def stub() -> str:
    return str(cell_of(released_notebook(source()), "double").source)


def test_a_copy_that_became_a_tryout_runs_as_the_students_own() -> None:
    ran, notes = run(with_twin(TRYOUT))
    assert sources(ran)[3:5] == [("double", RIGHT), ("", TRYOUT)]
    assert notes == (
        "cell double occurs more than once: cell 4 of the notebook counts; cell 5 ran as the student's own",
    )


def test_an_answer_that_was_cut_and_pasted_counts_before_its_tryout() -> None:
    """Does an answer with a new id count, where the cell with the released id became the try-out?"""
    notebook = with_twin(RIGHT)
    cell_of(notebook, "double")["source"] = TRYOUT
    assert sources(run(notebook)[0])[3:5] == [("", TRYOUT), ("double", RIGHT)]


def test_a_stub_below_the_answer_does_not_replace_it() -> None:
    ran, notes = run(with_twin(stub()))
    assert [name for name, _ in sources(ran)].count("double") == 1
    assert all("NotImplementedError" not in said for _, said in sources(ran))
    assert notes[0].endswith("cell 5, still as released or empty, was left out")


@pytest.mark.parametrize("left", ["", "stub"])
def test_an_answer_at_the_end_takes_the_place_of_its_untouched_original(left: str) -> None:
    """Is an answer in a copy behind all tests judged, as its student meant it?"""
    notebook = with_twin(RIGHT, behind="treble-hidden")
    cell_of(notebook, "double")["source"] = stub() if left else ""
    ran, notes = run(notebook)
    assert sources(ran)[3] == ("double", RIGHT)
    assert len(ran.cells) == len(source().cells)
    assert notes[-1] == "the answer to double was moved up to its cell's place in the notebook"


def test_both_halves_of_a_split_cell_run_in_their_order() -> None:
    notebook = with_twin("assert double(1) == 2")
    assert [said for _, said in sources(run(notebook)[0])[3:5]] == [RIGHT, "assert double(1) == 2"]


def test_of_a_split_written_answer_the_written_half_counts() -> None:
    """Is a heading that was split off not taken for an untouched answer?"""
    notebook = handed_in()
    cell = cell_of(notebook, "why-double")
    notebook["cells"].insert(place_of(notebook, "why-double"), {**copy.deepcopy(cell), "source": "**My derivation**"})
    ran, _ = run(notebook)
    assert [said for name, said in sources(ran) if name == "why-double"] == [WRITTEN]


def test_an_answer_merged_into_another_cell_is_not_replaced_by_its_stub() -> None:
    notebook = handed_in()
    treble = cell_of(notebook, "treble")
    cell_of(notebook, "double")["source"] += "\n\n\n" + treble["source"]
    notebook["cells"].remove(treble)
    ran, notes = run(notebook)
    assert "treble" not in [name for name, _ in sources(ran)]
    assert "cell treble was missing; what it defines is in cell double" in notes


def test_an_answer_merged_with_a_cell_of_ones_own_is_found() -> None:
    notebook = handed_in()
    cell = cell_of(notebook, "double")
    cell.update(id="own", metadata={}, source=f"{TRYOUT}\n\n{RIGHT}")
    ran, notes = run(notebook)
    assert sources(ran)[3] == ("double", f"{TRYOUT}\n\n{RIGHT}")
    assert "cell double had lost its metadata; it was recognised by its text" in notes


def test_a_changed_copy_of_a_locked_test_is_the_students_own() -> None:
    notebook = handed_in()
    test = cell_of(notebook, "double-visible")
    twin = {**copy.deepcopy(test), "id": "twin", "source": "assert double(2) == 5"}
    notebook["cells"].insert(place_of(notebook, "double-visible") + 1, twin)
    ran, _ = run(notebook)
    names = [name for name, _ in sources(ran)]
    assert sources(ran)[names.index("double-visible")] == ("double-visible", test["source"])
    assert ("", "assert double(2) == 5") in sources(ran)


def strip(notebook: Any, *, marks: bool, ids: bool) -> dict[str, Any]:
    for number, cell in enumerate(notebook["cells"]):
        if marks:
            cell["metadata"] = {}
        if ids:
            cell["id"] = f"random-{number}"
    return dict(notebook)


@pytest.mark.parametrize(("ids", "words"), [(False, "ids"), (True, "texts")])
def test_a_cleaned_notebook_is_known_by_ids_and_without_them_by_texts(ids: bool, words: str) -> None:
    ran, notes = run(strip(handed_in(), marks=True, ids=ids))
    assert sources(ran) == sources(run(handed_in())[0])
    (note,) = notes
    assert note.startswith("8 cells (setup, double")
    assert note.endswith(f"had lost their metadata; they were recognised by their {words}")


def test_a_notebook_without_ids_is_known_by_its_metadata() -> None:
    """Is what Colab saves (format 4.0, no ids) graded as it is?"""
    notebook = handed_in()
    notebook["nbformat_minor"] = 0
    for cell in notebook["cells"]:
        del cell["id"]
        cell["metadata"]["id"] = "aBcDeFgH"
    ran, notes = run(notebook)
    assert sources(ran) == sources(run(handed_in())[0])
    assert notes == ("upgraded from notebook format 4.0",)


def test_equal_stubs_are_told_apart_by_their_places() -> None:
    """Of two written answers with the same stub, is the one that was written in the right one?"""
    notebook = strip(handed_in(), marks=True, ids=True)
    notebook["cells"][6]["source"] = "**My derivation**"
    ran, _ = run(notebook)
    assert dict(sources(ran))["why-double"] == "**My derivation**"
    assert dict(sources(ran))["why-treble"] == WRITTEN


def test_cells_of_ones_own_do_not_confuse_the_texts() -> None:
    notebook = strip(handed_in(), marks=True, ids=True)
    for place in (9, 6, 3):
        notebook["cells"].insert(place, {**code("x", TRYOUT, "given"), "id": f"code-{place}", "metadata": {}})
        notebook["cells"].insert(place, {**text("x", "A note to myself"), "id": f"note-{place}"})
    ran, _ = run(notebook)
    named = [(name, said) for name, said in sources(ran) if name]
    assert named == [(name, said) for name, said in sources(run(handed_in())[0]) if name]


def foreign_marks(notebook: Any) -> None:
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"] and cell["id"] != "setup":
            cell["metadata"]["nbgrader"]["grade_id"] = cell["id"] = f"other-{cell['id']}"
            cell["source"] = cell["source"].replace("double", "halve").replace("treble", "third")


def shared_ids(notebook: Any) -> None:
    for cell in notebook["cells"]:
        cell.update(metadata={}, source="# something else")


def empty(notebook: Any) -> None:
    notebook["cells"] = []


@pytest.mark.parametrize("change", [foreign_marks, shared_ids, empty])
def test_another_notebook_is_refused(change: Callable[[Any], None]) -> None:
    """Also if both have a cell `setup`, or the same ids?"""
    notebook = handed_in()
    change(notebook)
    with pytest.raises(UnreadableError, match="this is another notebook"):
        run(notebook)


@pytest.mark.parametrize("name", ["ps1_conv_filters", "ps3_backprop", "ps5_conv_blocks"])
def test_each_answer_of_the_course_is_found_by_its_text(repository: Course, name: str) -> None:
    """Does a right notebook without metadata and ids run as it would with them?"""
    first = read_notebook(repository.notebook("source", name))
    whole, bare = (solved_notebook(first) for _ in range(2))
    strip(bare, marks=True, ids=True)
    sanitize_notebook(bare, released_notebook(first))
    assert sources(assemble(first, bare).notebook) == sources(assemble(first, whole).notebook)


def test_no_assignment_takes_anothers_notebook(repository: Course) -> None:
    """Is a right notebook refused by every other assignment, with metadata, with ids alone, and with neither?"""
    firsts = {name: read_notebook(repository.notebook("source", name)) for name in repository.assignments}
    released = {name: released_notebook(first) for name, first in firsts.items()}
    for name, other in ((name, other) for name in released for other in released if name != other):
        for marks, ids in ((False, False), (True, False), (True, True)):
            notebook = copy.deepcopy(released[other])
            strip(notebook, marks=marks, ids=ids)
            with pytest.raises(UnreadableError, match="another notebook"):
                sanitize_notebook(notebook, released[name])
