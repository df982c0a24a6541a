"""Can a teacher mark a written answer in formgrader, from the scheme to the totals?

A tiny class is graded, formgrader is opened in Chromium, the answer gets a mark and a comment; then formgrader, the
gradebook and the report must agree.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_process import PATIENCE, jupyter
from pictures import take_picture
from playwright.sync_api import Browser, Page, expect
from tiny_course import ASSIGNMENT, answered, hand_in, make_tiny_course, source_notebook, text

from coursepack.course import Course
from coursepack.grading.batch.class_run import Options, grade_class
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.workspace import Workspace
from coursepack.notebooks.versions import released_notebook
from coursepack.report.page import write_report

REPOSITORY = Path(__file__).resolve().parents[2]
SCHEME = "One point for the sum, one for saying why it doubles every number."
COMMENT = "The sum is right; say for which numbers."


def written(name: str, source: str, **marks: Any) -> dict[str, Any]:
    fields = {"grade": False, "locked": True, "points": 0, "solution": False, "task": False, "schema_version": 3}
    return {**text(name, source), "metadata": {"nbgrader": {**fields, "grade_id": name, **marks}}}


def source() -> dict[str, Any]:
    """Return the tiny source with one written answer, worth 2 of 7 points, and its marking scheme."""
    notebook = source_notebook()
    answer = "**My reason**\n\n### BEGIN SOLUTION\nA sum of two equal numbers is twice one.\n### END SOLUTION"
    scheme = f"*How it is marked:* by hand.\n\n### BEGIN MARK SCHEME\n{SCHEME}\n### END MARK SCHEME"
    notebook["cells"] += [
        text("why-heading", "## Exercise 3: Say why (2 points)"),
        written("why", answer, grade=True, locked=False, solution=True, points=2),
        written("why-marking", scheme, task=True),
    ]
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A graded class of one, whose written answer waits for its mark."""
    made = make_tiny_course(tmp_path_factory.mktemp("marking") / "course")
    made.notebook("source", ASSIGNMENT).write_text(json.dumps(source()), encoding="utf-8")
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", made.root / "nbgrader_config.py")
    handed_in = json.loads(nbformat.writes(released_notebook(nbformat.from_dict(source()))))
    right = {cell["id"]: cell["source"] for cell in answered()["cells"]} | {"why": "Because 2 + 2 is 2 times 2."}
    for cell in handed_in["cells"]:
        cell["source"] = right.get(cell["id"], cell["source"])
    hand_in(made, "ann", handed_in)
    assert grade_class(made, ASSIGNMENT, Options(jobs=1)) == 0
    return made


@pytest.mark.long
def test_a_written_answer_is_marked_and_all_totals_agree(course: Course, browser: Browser, tmp_path: Path) -> None:
    assert "so far, 2 open" in write_report(course, ASSIGNMENT).read_text(encoding="utf-8")
    with jupyter(course.root, tmp_path, "server", "formgrader") as address:
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        submissions = f"{address}/formgrader/gradebook/{ASSIGNMENT}/{ASSIGNMENT}"
        page.goto(submissions)
        expect(page.locator("tbody tr .needs-manual-grade .glyphicon-ok")).to_have_count(1)
        page.get_by_role("link", name="Submission #1").click()
        the_scheme_stands_below_the_answer(page)
        mark(page)
        page.goto(submissions)
        row = page.locator("tbody tr")
        expect(row.locator(".score")).to_have_text("6.5 / 7")
        expect(page.locator("tbody tr .needs-manual-grade .glyphicon-ok")).to_have_count(0)
        take_picture(page, "formgrader-totals")
        page.close()
    the_gradebook_and_the_report_agree(course, browser)


def the_scheme_stands_below_the_answer(page: Page) -> None:
    """Is the scheme in sight below the answer, and are there boxes for the answer alone?"""
    expect(page.locator("#why")).to_be_visible()
    scheme = page.get_by_text(SCHEME)
    expect(scheme).to_be_visible()
    answer = page.get_by_text("Because 2 + 2 is 2 times 2.").bounding_box()
    below = scheme.bounding_box()
    assert answer and below and 0 < below["y"] - answer["y"] < 600
    expect(page.locator("#why-marking, #why-marking-comment")).to_have_count(0)


def mark(page: Page) -> None:
    """Enter 1.5 of 2 points and a comment, and see them again after loading the page anew."""
    expect(page.locator("#why")).to_have_class("score tabbable needs_manual_grade")
    with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
        page.locator("#why").fill("1.5")
        page.locator("#why").press("Tab")
    with page.expect_response(lambda answer: "/api/comment/" in answer.url and answer.request.method == "PUT"):
        page.locator("#why-comment").fill(COMMENT)
        page.locator("#why-comment").blur()
    page.reload()
    expect(page.locator("#why")).to_have_value("1.5")
    expect(page.locator("#why-comment")).to_have_value(COMMENT)
    page.locator("#why").scroll_into_view_if_needed()
    take_picture(page, "formgrader-marking")


def the_gradebook_and_the_report_agree(course: Course, browser: Browser) -> None:
    workspace = Workspace(course, ASSIGNMENT)
    with workspace.gradebook() as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, "ann")
        assert (submission.score, submission.max_score, submission.needs_manual_grade) == (6.5, 7, False)
        comments = {comment.name: comment.comment for comment in submission.notebooks[0].comments}
        assert comments["why"] == COMMENT
    (result,) = read_results(workspace)
    assert (result.score, str(result.status)) == (6.5, "graded")
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.goto(write_report(course, ASSIGNMENT).as_uri())
    row = page.locator("#scores tbody tr")
    expect(row.locator("td").first).to_have_text("6.5 / 7")
    expect(page.get_by_text("Exercise 3: Say why (written answer)").first).to_be_visible()
    assert "so far" not in page.inner_text("body")
    take_picture(page, "report-after-marking", whole=True)
    page.close()
