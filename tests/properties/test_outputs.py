"""Is whatever student code shows, in whatever form, safe and valid once it is cleaned?"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import nbformat
from hypothesis import given, settings
from hypothesis import strategies as st

from coursepack.sandbox.image_size import is_picture
from coursepack.sandbox.limits import Limits
from coursepack.sandbox.outputs import clean_outputs
from coursepack.sandbox.safe_output import (
    ATTRIBUTES,
    MAX_NESTING,
    TAGS,
    Cleaner,
    clean_text,
    nesting,
    overwritten,
    safe_html,
)

ROOM = 10**7
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "script",
    "style",
    "a",
    "img",
    "svg",
    "math",
    "iframe",
    "form",
    "table",
    "tr",
    "td",
    "b",
    "p",
    "div",
    "title",
    "x",
)
SPECIAL = (
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    '"',
    "'",
    "=",
    " ",
    "&lt;",
    "&",
    "onclick=alert(1)",
    "href=javascript:a",
    "\0",
)
MARKUP = st.lists(st.sampled_from(NAMES) | st.sampled_from(SPECIAL) | st.text(max_size=3), max_size=30).map("".join)
TEXTS = st.text(max_size=30) | MARKUP | st.text("ab\r\n\b\x1b[0;31m\u202e", max_size=30)
KINDS = ("text/html", "text/plain", "image/png", "image/svg+xml", "application/javascript", "text/latex")
DATA = st.dictionaries(st.sampled_from(KINDS) | st.text(max_size=5), TEXTS | JSON, max_size=4) | JSON
OUTPUTS = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "display_data", "execute_result", "error"]) | JSON},
    optional={
        "name": st.sampled_from(["stdout", "stderr"]) | JSON,
        "text": TEXTS | JSON,
        "data": DATA,
        "metadata": JSON,
        "ename": TEXTS | JSON,
        "evalue": TEXTS | JSON,
        "traceback": st.lists(TEXTS | JSON, max_size=3) | JSON,
        "execution_count": JSON,
        "transient": JSON,
    },
)


class Tags(HTMLParser):
    """Collects the tags of a text, and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.found |= {(tag, ""), *((tag, name) for name, _ in attrs)}

    def handle_comment(self, data: str) -> None:
        """Note a comment as a tag that is not allowed."""
        self.found.add(("!--", ""))


def assert_safe(text: str) -> None:
    """Check that there are only tags and attributes that neither act nor load."""
    for tag, attribute in Tags(text).found:
        assert tag in TAGS, text
        assert attribute in {"", *ATTRIBUTES["*"], *ATTRIBUTES.get(tag, ())}, text


@given(st.lists(OUTPUTS | JSON, max_size=5))
def test_are_clean_outputs_valid_and_safe(outputs: list[Any]) -> None:
    """Do outputs of any form become valid ones with safe HTML and real pictures, and stay so if cleaned again?"""
    cleaned = Cleaner(ROOM).clean(outputs, ROOM)
    cell = nbformat.v4.new_code_cell(outputs=nbformat.from_dict(cleaned), id="a")
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    for data in (output["data"] for output in cleaned if "data" in output):
        assert set(data) <= {"text/html", "text/plain", "image/png"}
        assert_safe(data.get("text/html", ""))
        assert "image/png" not in data or is_picture("image/png", data["image/png"])
    again = Cleaner(ROOM).clean(cleaned, ROOM)
    texts = [sorted(str(output) for output in each if "data" not in output) for each in (cleaned, again)]
    assert texts[0] == texts[1]


@settings(max_examples=500)
@given(MARKUP)
def test_is_clean_html_free_of_what_acts(text: str) -> None:
    """Is nothing left that could act or load, however the markup is broken, cleaned once or twice?"""
    assert_safe(safe_html(text))
    assert_safe(safe_html(safe_html(text)))


@given(st.lists(st.sampled_from([f"<{end}{name}>" for end in ("", "/") for name in ("b", "div", "i")]), max_size=300))
def test_is_no_html_nested_deeper_than_said(tags: list[str]) -> None:
    """Is the depth that a parser gives the tags at most the one that is counted?"""
    depth = deepest = 0
    for tag in safe_html("".join(tags)).split("<")[1:]:
        depth += -1 if tag.startswith("/") else 1
        deepest = max(deepest, depth)
    assert deepest <= nesting("".join(tags))
    assert MAX_NESTING >= 50


@given(st.text(max_size=200) | st.text("a\x1b[0;3mK\x07\r\b\u202e\ud800", max_size=200))
def test_is_clean_text_printable(text: str) -> None:
    """Is text free of control characters and of half characters, and does nothing change if it is cleaned again?"""
    clean = clean_text(text)
    assert not set(clean) & {chr(code) for code in (*range(9), 11, 12, *range(14, 27), 127, 0x202E, 0xD800)}
    assert clean_text(clean) == clean


@given(st.text("ab\r\n", max_size=60))
def test_does_a_terminal_show_the_same(text: str) -> None:
    """Is text with carriage returns what overwriting from the line's start leaves of whole versions?"""
    lines = [line.removesuffix("\r").rsplit("\r", 1)[-1] for line in text.split("\n")]
    assert [line.removesuffix("\r") for line in overwritten(text).split("\n")] == lines


@settings(max_examples=8)
@given(st.lists(st.lists(OUTPUTS, max_size=4), min_size=1, max_size=4))
def test_does_the_cleaners_process_take_anything(cells: list[list[Any]]) -> None:
    """Do outputs of any form come back from the process that cleans them, with no note?"""
    shown = [nbformat.v4.new_code_cell(id=f"cell-{place}") for place in range(len(cells))]
    for cell, outputs in zip(shown, cells, strict=True):
        cell.outputs, cell.execution_count = nbformat.from_dict(outputs), "7"
    assert clean_outputs(shown, Limits()) == ()
    nbformat.validate(nbformat.v4.new_notebook(cells=shown))
