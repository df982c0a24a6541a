"""Are cells that only draw left alone, is what was handed in shown safely, and does no point change?"""

from __future__ import annotations

import base64
import copy
from typing import Any

import pytest
from lab import Lab, as_notebook, said, verdicts
from nbformat import NotebookNode
from tiny_course import answered, code, source_notebook

from coursepack.grading.notebook.grade_notebook import grade_notebook
from coursepack.grading.notebook.kept_pictures import KEPT, NOT_DRAWN
from coursepack.grading.notebook.verdict_records import GradedNotebook
from coursepack.notebooks.plot_cells import only_defines
from coursepack.sandbox.limits import Limits

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
DRAWS = "print('drawn', 'again')  # plt.show()"
DEFINES = "def show_curve():\n    plt.show()"
# What calls itself a PNG of 65,000 × 65,000 pixels.
HUGE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (65_000).to_bytes(4, "big") * 2 + b"\x08\x06\x00\x00\x00"
HTML = "<script>alert(1)</script>"


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def drawn(data: str = PNG, kind: str = "image/png", **more: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": {kind: data, "text/html": HTML}, **more}


def source() -> dict[str, Any]:
    notebook = source_notebook()
    notebook["cells"] += [code("curve", DRAWS, "given"), code("tools", DEFINES, "given")]
    return notebook


def submission(outputs: Any, **answers: str) -> dict[str, Any]:
    notebook = answered(**answers)
    notebook["cells"] += copy.deepcopy(source()["cells"][-2:])
    notebook["cells"][-2]["outputs"] = outputs
    return notebook


def cell_of(graded: GradedNotebook, name: str) -> NotebookNode:
    assert graded.notebook is not None
    return next(cell for cell in graded.notebook.cells if cell.id == name)


def test_is_a_picture_shown_as_handed_in(lab: Lab) -> None:
    """Is it there, with its text and its line and nothing else of the output, and is the cell not run?"""
    told = {"image/png": {"alt": "a curve"}}
    graded = lab.grade(submission([drawn(metadata=told), drawn()]), source=source())
    first, second, line = cell_of(graded, "curve").outputs
    assert (first.data, first.metadata) == ({"image/png": PNG}, told)
    assert (second.data, second.metadata) == ({"image/png": PNG}, {})
    assert line.text == KEPT
    assert graded.notes == ()


def test_is_a_missing_picture_told_where_there_could_be_one(lab: Lab) -> None:
    graded = lab.grade(submission([]), source=source())
    assert [output.text for output in cell_of(graded, "curve").outputs] == [NOT_DRAWN]
    assert cell_of(graded, "tools").outputs == []
    assert graded.notes == ()


HOSTILE = {
    "html as png": drawn(in_base64(HTML.encode())),
    "svg as png": drawn(in_base64(b"<svg onload='alert(1)'/>")),
    "svg": drawn("<svg onload='alert(1)'/>", "image/svg+xml"),
    "html": drawn(HTML, "text/html"),
    "jpeg that is a png": drawn(PNG, "image/jpeg"),
    "too many pixels": drawn(in_base64(HUGE)),
    "no base64": drawn("A"),
    "too long": drawn("A" * 3 * 2**20),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_is_what_is_no_picture_not_shown(lab: Lab, what: str) -> None:
    """Does nothing of it remain, do the points, and does a real picture beside it?"""
    graded = lab.grade(submission([HOSTILE[what]]), source=source())
    assert [output.text for output in cell_of(graded, "curve").outputs] == [NOT_DRAWN]
    assert graded.points == 5
    graded = lab.grade(submission([HOSTILE[what], drawn()]), source=source())
    picture, line = cell_of(graded, "curve").outputs
    assert (picture.data, line.text) == ({"image/png": PNG}, KEPT)


@pytest.mark.parametrize("answers", [{}, {"double": "return 0"}])
def test_redrawing_changes_no_verdict(lab: Lab, answers: dict[str, str]) -> None:
    """Is the cell run when asked for, in place of the picture, with the same verdicts?"""
    notebooks = [as_notebook(submission([drawn()], **answers)) for _ in range(2)]
    kept, again = (
        grade_notebook(lab.worker.course, as_notebook(source()), one, limits=Limits(), worker=lab.worker, redraw=redraw)
        for one, redraw in zip(notebooks, (False, True), strict=True)
    )
    assert said(cell_of(again, "curve")) == "drawn again"
    assert verdicts(kept) == verdicts(again)
    assert kept.points == again.points


def test_does_a_picture_give_no_test_an_output(lab: Lab) -> None:
    """Do answers and tests show what they did here, whatever was handed in below them?"""
    notebook = submission([])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [drawn()]
    graded = lab.grade(notebook, source=source())
    assert graded.notebook is not None
    showing = {cell.id: cell.outputs for cell in graded.notebook.cells if cell.get("outputs")}
    assert set(showing) == {"curve", "tools"}
    assert all(outputs[-1].text == KEPT for outputs in showing.values())


def test_does_a_cell_run_that_a_students_cell_needs(lab: Lab) -> None:
    """Is a given cell that draws run where the student's own code uses what it sets?"""
    given = source()
    given["cells"].insert(1, code("axes", "axes = 7  # plt.show()", "given"))
    notebook = submission([drawn()], double="return 2 * number if axes == 7 else 0")
    notebook["cells"].insert(1, {**code("axes", "axes = 7  # plt.show()", "given"), "outputs": [drawn()]})
    graded = lab.grade(notebook, source=given)
    assert graded.points == 5
    assert cell_of(graded, "axes").outputs == []


@pytest.mark.parametrize(
    ("cell", "defines"),
    [
        (DEFINES, True),
        ("import math\n\n\nclass A:\n    pass", True),
        (DRAWS, False),
        ("x = 1", False),
        ("def (", False),
    ],
)
def test_only_definitions_show_nothing(cell: str, defines: bool) -> None:
    assert only_defines(cell) is defines
