"""Can the pictures be read: by those who cannot see them, in a dark theme, without scripts?"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator

import pytest
from nbformat import NotebookNode
from PIL import Image
from visible_cells import COURSE

from coursepack.feedback.code_html import _ALT as MOST_OF_A_DESCRIPTION
from coursepack.notebooks.cells import code_cells
from coursepack.notebooks.reading import read_notebook
from coursepack.sandbox.safe_output import IMAGES, Cleaner

ASSIGNMENTS = ("ps1_conv_filters", "ps2_mnist_cnn", "ps3_backprop")
SLIDES = {("ps1_conv_filters", "padding-picture")} | {
    ("ps2_mnist_cnn", name) for name in ("momentum-picture", "receptive-field-picture")
}
each_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS)


def pictures(assignment: str) -> Iterator[tuple[str, NotebookNode]]:
    """Yield the outputs of a worked notebook that hold a picture, with the ids of their cells."""
    for cell in code_cells(read_notebook(COURSE.notebook("solutions", assignment))):
        for output in cell.outputs:
            if any(kind.startswith("image/") for kind in output.get("data", {})):
                yield cell.id, output


@each_assignment
def test_does_every_picture_come_in_words_too(assignment: str) -> None:
    found = list(pictures(assignment))
    assert len(found) >= 14
    for cell, output in found:
        kind = next(kind for kind in IMAGES if kind in output.data)
        words = output.metadata.get(kind, {}).get("alt", "")
        assert 20 <= len(words) <= MOST_OF_A_DESCRIPTION, f"{cell}: {words!r}"


@pytest.mark.parametrize("assignment", COURSE.assignments)
def test_has_every_svg_a_png_beside_it_and_both_the_same_words(assignment: str) -> None:
    """Feedback pages, for one, show no SVG."""
    for cell, output in pictures(assignment):
        if "image/svg+xml" in output.data:
            words = output.metadata.get("image/svg+xml", {}).get("alt", "")
            assert 20 <= len(words) <= MOST_OF_A_DESCRIPTION, cell
            assert "image/png" in output.data, cell
            assert output.metadata["image/png"]["alt"] == words, cell


@each_assignment
def test_is_every_picture_opaque(assignment: str) -> None:
    """On the dark ground of a theme, black letters could not be read."""
    for cell, output in pictures(assignment):
        if "image/png" in output.data:
            with Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))) as picture:
                assert picture.convert("RGBA").getchannel("A").getextrema() == (255, 255), cell


@each_assignment
def test_does_no_cell_draw_without_words(assignment: str) -> None:
    source = read_notebook(COURSE.notebook("source", assignment))
    assert [cell.id for cell in code_cells(source) if "plt.show()" in cell.source] == []


@pytest.mark.parametrize(("assignment", "cell"), sorted(SLIDES))
def test_are_slides_small_and_by_themselves(assignment: str, cell: str) -> None:
    (output,) = (output for name, output in pictures(assignment) if name == cell)
    page = output.data["text/html"]
    assert len(page.encode()) <= 150_000
    assert "http" not in page
    assert f'alt="{html.escape(output.metadata["image/png"]["alt"])}"' in page
    assert '<img alt="' in page.split("<script>")[0]


@pytest.mark.parametrize(("assignment", "cell"), sorted(SLIDES))
def test_do_feedback_pages_show_one_of_the_slides(assignment: str, cell: str) -> None:
    outputs = [output for name, output in pictures(assignment) if name == cell]
    (clean,) = Cleaner(10**6).clean(outputs, 10**6)
    assert clean["data"]["image/png"] == outputs[0].data["image/png"]
    assert clean["metadata"]["image/png"] == outputs[0].metadata["image/png"]
    assert "script" not in str(clean["data"].get("text/html"))


def test_is_there_one_way_to_show_slides() -> None:
    cells = {name: read_notebook(COURSE.notebook("source", name)).cells for name in ASSIGNMENTS[:2]}
    first, second = ([cell.source for cell in one if cell.id == "slides"] for one in cells.values())
    assert first == second != []
