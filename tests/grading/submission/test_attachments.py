"""Do pictures in written answers arrive, and nothing else that calls itself one?"""

from __future__ import annotations

import base64
import time
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from tiny_course import answered, source_notebook, text

from coursepack.grading.notebook.merge import assemble
from coursepack.grading.submission import attachments
from coursepack.grading.submission.sizes import MAX_CHARACTERS_RUN

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
# As far as their sizes: 1 × 1.
JPEG = base64.b64encode(b"\xff\xd8\xff\xc0\0\x0b\x08\0\1\0\1" + bytes(30)).decode()
GIF = base64.b64encode(b"GIF89a\1\0\1\0" + bytes(30)).decode()
# The same, of 20,000 × 20,000 pixels.
HUGE = base64.b64encode(b"GIF89a\x20\x4e\x20\x4e" + bytes(30)).decode()
SVG = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>").decode()
LOST = "cannot be shown: lost, too large, or not a PNG, JPEG or GIF picture"


def shown(written: str, attachments: Any = None, kind: str = "markdown") -> tuple[NotebookNode, tuple[str, ...]]:
    """Return a student's cell as it is run and shown, and the notes; a feedback page of it must be possible."""
    notebook = answered()
    cell = {**text("mine", written), "cell_type": kind}
    if attachments is not None:
        cell["attachments"] = attachments
    notebook["cells"].insert(3, cell)
    assembly = assemble(nbformat.from_dict(source_notebook()), nbformat.from_dict(notebook))
    HTMLExporter().from_notebook_node(assembly.notebook)
    return assembly.notebook.cells[3], assembly.notes


@pytest.mark.parametrize(("media", "data"), [("image/png", PNG), ("image/jpeg", JPEG), ("image/gif", GIF)])
def test_a_pasted_picture_stays(media: str, data: str) -> None:
    cell, notes = shown("![sheet](attachment:sheet.png)", {"sheet.png": {media: data}})
    assert cell.attachments == {"sheet.png": {media: data}}
    assert notes == ()


@pytest.mark.parametrize("declared", ["image/jpg", "image/svg+xml", "text/html"])
def test_a_picture_is_what_it_is_and_not_what_it_says(declared: str) -> None:
    cell, _ = shown("![](attachment:a.png)", {"a.png": {declared: PNG}})
    assert cell.attachments == {"a.png": {"image/png": PNG}}


@pytest.mark.parametrize(
    "bundle",
    [
        {"image/svg+xml": SVG},
        {"image/png": SVG},
        {"image/png": "not base64"},
        {"image/gif": HUGE},
        {"text/html": "<script>alert(1)</script>"},
        {"image/png": PNG + "A" * attachments.MAX_PICTURE},
        {"image/png": 7},
        {},
        None,
    ],
)
def test_what_is_no_picture_goes_and_is_told(bundle: Any) -> None:
    cell, notes = shown("![](attachment:a.png)", {"a.png": bundle})
    assert "attachments" not in cell
    assert cell.source == "![](lost-picture:a.png)"
    assert notes == (f"cell 4 of the notebook: “a.png” {LOST}",)


def test_a_reference_without_attachment_ends_no_feedback() -> None:
    cell, notes = shown("as in ![](attachment:image.png) and <img src='attachment:b.png'>")
    assert "attachment:" not in cell.source
    assert notes == (f"cell 4 of the notebook: “image.png”, “b.png” {LOST}",)


def test_what_the_text_does_not_show_goes() -> None:
    cell, notes = shown("![](attachment:a.png)", {"a.png": {"image/png": PNG}, "b.png": {"image/png": PNG}})
    assert list(cell.attachments) == ["a.png"]
    assert notes == ()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Screenshot 2026.png", "![](attachment:Screenshot%202026.png)"),
        ("sheet (1).png", "![](attachment:sheet%20(1).png)"),
        ("Übung.png", "![](attachment:%C3%9Cbung.png)"),
        ("a b.png", "![](<attachment:a b.png>)"),
        ("sheet.png", "[1]\n\n[1]: attachment:sheet.png"),
        ("sheet.png", '<img src="attachment:sheet.png" width="300">'),
    ],
)
def test_a_name_may_hold_what_files_hold(name: str, written: str) -> None:
    cell, notes = shown(written, {name: {"image/png": PNG}})
    ((new, bundle),) = cell.attachments.items()
    assert bundle == {"image/png": PNG}
    assert f"attachment:{new}" in cell.source
    assert notes == ()


@pytest.mark.parametrize(
    "written",
    [
        f"![mine](data:image/png;base64,{PNG})",
        f"![][image1]\n\n[image1]: <data:image/png;base64,{PNG}>",
        f'<img src="data:image/png;base64,{PNG}" alt="mine">',
    ],
)
def test_a_picture_in_the_text_itself_becomes_an_attachment(written: str) -> None:
    """Is what Colab writes into the text kept as a picture?"""
    cell, notes = shown(written)
    assert cell.attachments == {"inline-1": {"image/png": PNG}}
    assert "attachment:inline-1" in cell.source
    assert notes == ()


def test_a_large_picture_in_the_text_costs_no_other_cell() -> None:
    large = base64.b64encode(base64.b64decode(PNG) + bytes(MAX_CHARACTERS_RUN)).decode()
    cell, notes = shown(f"![mine](data:image/png;base64,{large})")
    assert cell.attachments["inline-1"]["image/png"] == large
    assert notes == ()


def test_a_cell_that_takes_too_much_room_costs_itself() -> None:
    notebook = answered()
    notebook["cells"].insert(3, text("mine", "x" * (MAX_CHARACTERS_RUN + 1)))
    assembly = assemble(nbformat.from_dict(source_notebook()), nbformat.from_dict(notebook))
    assert assembly.notes == ("the notebook holds more than 1,000,000 characters; cell 4 was left out",)
    assert [cell.id for cell in assembly.notebook.cells if "nbgrader" in cell.metadata][-1] == "treble-hidden"


def test_pictures_are_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_TOTAL", 2 * len(PNG))
    names = ["a.png", "b.png", "c.png"]
    cell, notes = shown(
        "\n".join(f"![](attachment:{name})" for name in names), {name: {"image/png": PNG} for name in names}
    )
    assert len(cell.attachments) == 2
    assert len(notes) == 1


def test_many_pictures_in_the_text_take_no_time() -> None:
    """Are those above the limit left in the text, unread?"""
    started = time.process_time()
    cell, _ = shown("data:image/png;base64,AAAA\n" * 30_000)
    assert time.process_time() - started < 5
    assert cell.source.count("attachment:") == 0
    assert cell.source.count("data:image/png") == 30_000 - attachments.MAX_PICTURES


def test_code_has_no_attachments() -> None:
    cell, _ = shown("print('attachment:a.png')", {"a.png": {"image/png": PNG}}, "code")
    assert "attachments" not in cell
    assert cell.source == "print('attachment:a.png')"
