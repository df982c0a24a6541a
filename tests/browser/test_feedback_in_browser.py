"""Can everybody read a feedback page: in light and dark, on a phone, on paper, with a screen reader or a keyboard?"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from graded_class import enter_assignment, enter_graded, enter_mark
from PIL import Image
from playwright.sync_api import Browser, Page
from tiny_course import ASSIGNMENT, answered, code, make_tiny_course, source_notebook, text

from coursepack.feedback.class_feedback import write_feedback
from coursepack.grading.workspace import Workspace
from coursepack.judge.verdict import Verdict

MESSAGE = "double (negative): value\n  call: double(-2)\n  expected: -4\n  got: 4\n  hint: call `double` with -2"
HOSTILE = """#### Deep first
<h1>Raw</h1><table><tr><th></th><th>a</th></tr></table>
<ul><b>no item</b></ul><script>document.title = "taken over"</script>
<img src="x" onerror="document.title = 'taken over'">
[a link](https://example.org) and `code_that_is_very_long_indeed_and_has_no_place_to_break_whatever_the_width`

| column | another column | a third column | a fourth column | a fifth one |
|---|---|---|---|---|
| unbreakable_unbreakable | unbreakable_unbreakable | unbreakable_unbreakable | unbreakable_unbreakable | x |

$$\\frac{\\partial L}{\\partial x} = \\sum_{i=1}^{n} x_i + x_1 + x_2 + x_3 + x_4 + x_5 + x_6 + x_7 + x_8 + x_9$$
"""


def essay(source: str) -> dict[str, object]:
    marks = {"grade_id": "essay", "schema_version": 3, "grade": True, "locked": False, "solution": True, "task": False}
    return {"cell_type": "markdown", "id": "essay", "metadata": {"nbgrader": {**marks, "points": 4}}, "source": source}


def picture() -> str:
    stream = io.BytesIO()
    Image.new("RGB", (1200, 300), "orange").save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of a page of every kind: much failed, waiting, marked with a comment."""
    course = make_tiny_course(tmp_path_factory.mktemp("feedback") / "course")
    notebook = source_notebook()
    notebook["cells"] += [text("third", "## Exercise 3: In words (4 points)"), essay("Why?")]
    course.notebook("source", ASSIGNMENT).write_text(json.dumps(notebook), encoding="utf-8")
    workspace = Workspace(course, ASSIGNMENT)
    enter_assignment(workspace)
    data = {"image/png": picture(), "text/html": "<table><tr><th></th><th>b</th></tr><tr><td>1</td></tr></table>"}
    error = nbformat.v4.new_output("error", ename="ZeroDivisionError", evalue="no", traceback=["  1 / 0", "no"])
    frame = nbformat.v4.new_output("display_data", data={"text/html": data["text/html"]})
    outputs = {"setup": [nbformat.v4.new_output("display_data", data=data), frame, error]}
    for student in ("ann", "bob"):
        handed = answered(double="return number ** 2  # a comment\n    assert 'text' and 3.5")
        handed["cells"] += [essay(f"{HOSTILE}\nMy answer."), text("note", HOSTILE), code("own", "print(1)", "given")]
        verdicts = {"double-hidden": (Verdict.FAILED, MESSAGE), "treble-hidden": (Verdict.NOT_REACHED, "")}
        enter_graded(course, ASSIGNMENT, student, nbformat.from_dict(handed), verdicts, outputs=outputs)
    enter_mark(workspace, "bob", "essay", 2.5, "See **page 3**, and [this](https://example.org).")
    assert write_feedback(course, ASSIGNMENT) == 0
    return {one: address(workspace.folder("feedback", one) / f"{ASSIGNMENT}.html") for one in ("ann", "bob")}


def address(path: Path) -> str:
    return path.as_uri()


@pytest.fixture
def opened(browser: Browser) -> Iterator[object]:
    """Open a page; the function takes its address and the options of the browser's context."""
    contexts = []

    def open_page(url: str, **options: object) -> Page:
        contexts.append(browser.new_context(**options))  # type: ignore[arg-type]
        page = contexts[-1].new_page()
        page.goto(url)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("student", ["ann", "bob"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_does_axe_find_nothing(opened, pages: dict[str, str], student: str, scheme: str) -> None:  # type: ignore[no-untyped-def]
    found = Axe().run(opened(pages[student], color_scheme=scheme)).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_would_axe_find_something(opened, pages: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    page = opened(pages["ann"], bypass_csp=True)
    page.evaluate("document.querySelector('img').removeAttribute('alt')")
    page.evaluate("document.querySelector('h1').style.color = '#ddd'")
    assert {"image-alt", "color-contrast"} <= {one["id"] for one in Axe().run(page).response["violations"]}


@pytest.mark.parametrize("width", [390, 320, 1100])
def test_does_the_page_never_scroll_sideways(opened, pages: dict[str, str], width: int) -> None:  # type: ignore[no-untyped-def]
    page = opened(pages["ann"], viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_does_nothing_run_and_nothing_load(opened, pages: dict[str, str], browser: Browser) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context()
    page, asked, said = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(pages["ann"])
    assert page.title().startswith("Feedback for ann")
    assert [url for url in asked if not url.startswith("data:")] == [pages["ann"]]
    assert said == []
    context.close()


def test_does_the_keyboard_reach_the_failed_code(opened, pages: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    page = opened(pages["ann"])
    link = page.get_by_role("link", name="Go to your code").first
    link.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.locator(".cell:target").get_by_text("Your code").is_visible()


def test_is_paper_white_and_complete(opened, pages: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    page = opened(pages["ann"], color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not page.locator("nav").is_visible()
    assert page.get_by_role("heading", name="What did not pass").is_visible()
