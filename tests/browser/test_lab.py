"""Does a student version work in JupyterLab: open, run, fail, solve, pass, validate?"""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from jupyter_process import PATIENCE, jupyter
from pictures import take_picture
from playwright.sync_api import Browser, Locator, Page, expect
from tiny_course import code, source_notebook

from coursepack.authoring.run_all import TagMayRaise
from coursepack.notebooks.versions import released_notebook

ANSWERS = {
    "double": "def double(number):\n    return 2 * number",
    "treble": "def treble(number):\n    return 3 * number",
}
LAST = "all cells were reached"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A student's folder with the student version, whose last cell says that it was reached."""
    source = source_notebook()
    source["cells"].append(code("last", f"print({LAST!r}.upper())", "given"))
    released, _ = TagMayRaise().preprocess(released_notebook(nbformat.from_dict(source)), {})
    found = tmp_path / "student"
    found.mkdir()
    nbformat.write(released, found / "tiny.ipynb")
    return found


@pytest.mark.long
def test_a_student_opens_runs_fails_solves_passes_and_validates(folder: Path, browser: Browser, tmp_path: Path) -> None:
    with jupyter(folder, tmp_path, "lab", "validate_assignment") as address:
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page.goto(f"{address}/lab/tree/tiny.ipynb")
        run_all(page)
        expect(errors(page)).to_have_count(1)
        expect(errors(page).first).to_contain_text("NotImplementedError")
        take_picture(page, "lab-not-begun")
        validate(page, "The following cell failed:")
        for answer in ANSWERS.values():
            solve(page, answer)
        run_all(page)
        expect(errors(page)).to_have_count(0)
        validate(page, "passes all the tests")
        take_picture(page, "lab-solved")
        page.close()
    solved = nbformat.read(folder / "tiny.ipynb", as_version=4)
    assert {cell.id: cell.source for cell in solved.cells if cell.id in ANSWERS} == ANSWERS


def errors(page: Page) -> Locator:
    """Return the tracebacks below cells."""
    return page.locator(".jp-OutputArea-output", has_text="Traceback (most recent call last)")


def run_all(page: Page) -> None:
    """Restart, run all cells, and wait for the last one: an error must not stop it."""
    expect(page.get_by_text("| Idle")).to_be_visible()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Restart Kernel and Run All Cells").click()
    page.get_by_role("dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    expect(page.get_by_text(LAST.upper(), exact=True)).to_be_visible()


def solve(page: Page, answer: str) -> None:
    """Replace the first stub by an answer."""
    page.locator(".jp-CodeCell .cm-content", has_text="raise NotImplementedError").first.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(answer)


def validate(page: Page, says: str) -> None:
    """Press nbgrader's button, which saves the notebook, and read its verdict."""
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Validate", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(says)
    dialog.get_by_role("button").last.click()
    expect(dialog).to_have_count(0)
