"""Does a class go all the way, with nothing edited by hand: from an LMS's download to marks and feedback in the LMS?

A mangled archive of Moodle's and one of Canvas's are collected and graded, a written answer is marked in formgrader in
Chromium, feedback is written and zipped, marks are exported. All of it is done with the commands of the manual; what
they said is kept beside the browser's pictures.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from jupyter_process import PATIENCE, jupyter
from mangled_downloads import canvas, moodle, text_of, write_roster
from one_notebook import SCHEME, source, written_course
from pictures import PICTURES, take_picture
from playwright.sync_api import Browser, Page, expect
from tiny_course import ASSIGNMENT
from typer.testing import CliRunner

from coursepack.cli import app
from coursepack.course import Course
from coursepack.grading.batch.read_results import read_results
from coursepack.grading.workspace import Workspace
from coursepack.notebooks.versions import released_notebook

REPOSITORY = Path(__file__).resolve().parents[2]
ANSWER = "Because 2 + 2 is 2 times 2."
COMMENT = "The sum is right; say for which numbers."
PENALTY = "coursepack.grading.nbgrader_plugins.late_penalty.DailyPenalty"


@dataclass
class Term:
    """A class on its way, and what the commands said.

    Attributes:
        course: its course.
        folder: where the downloads are, and the exports go.
        said: what each command said, by its name and what it works on.
        codes: its exit code.
        written: the command as a user writes it.
    """

    course: Course
    folder: Path
    said: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    def run(self, key: str, *words: str) -> None:
        """Run a command of coursepack in the course."""
        done = CliRunner().invoke(app, [*words, "--course", str(self.course.root)])
        assert not done.exception or isinstance(done.exception, SystemExit), done.output
        self.codes[key], self.said[key] = done.exit_code, done.output
        self.written[key] = f"coursepack {' '.join(words)}"

    def transcript(self) -> str:
        """Return all that was said."""
        return "".join(
            f"$ {self.written[key]}\n{said}(exit code {self.codes[key]})\n\n" for key, said in self.said.items()
        )


def handed_in(student: str, notebook: dict[str, Any]) -> bytes:
    """Return a hand-in with the written answer: Ann wrote one, Eve's file is cut off, the others left theirs blank."""
    added = json.loads(nbformat.writes(released_notebook(source())))["cells"][-3:]
    if student == "ann":
        added[1]["source"] = ANSWER
    whole = text_of({**notebook, "cells": [*notebook["cells"], *added]})
    return whole[: len(whole) // 2] if student == "eve" else whole


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Term:
    """The class, all the way."""
    folder = tmp_path_factory.mktemp("term")
    found = Term(written_course(folder / "course"), folder)
    settings = found.course.root / "nbgrader_config.py"
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", settings)
    with settings.open("a", encoding="utf-8") as config:
        config.write(f"c.AssignLatePenalties.plugin_class = {PENALTY!r}\n")
    due = [sys.executable, "-m", "nbgrader", "db", "assignment", "add", ASSIGNMENT, "--duedate=2026-03-01 23:00 UTC"]
    subprocess.run(due, cwd=found.course.root, check=True, capture_output=True)
    found.run("roster", "roster", str(write_roster(folder / "roster.csv")))
    for name, write in (("moodle", moodle), ("canvas", canvas)):
        found.run(f"collect {name}", "collect", ASSIGNMENT, str(write(folder / f"{name}.zip", handed_in)))
    found.run("grade", "grade", ASSIGNMENT)
    found.run("report before marking", "report", ASSIGNMENT)
    assert "so far, 4 open" in (found.course.root / "reports" / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
    mark_in_formgrader(found, browser)
    found.run("feedback", "feedback", ASSIGNMENT)
    found.run("report", "report", ASSIGNMENT)
    for name in ("moodle", "canvas"):
        found.run(f"return {name}", "return", ASSIGNMENT, "--format", name, "--into", str(folder / f"{name}-pages.zip"))
        found.run(f"export {name}", "export", ASSIGNMENT, "--format", name, "--into", str(folder / f"{name}.csv"))
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / "term.txt").write_text(found.transcript().replace(str(folder), "."), encoding="utf-8")
    return found


def mark_in_formgrader(term: Term, browser: Browser) -> None:
    """Give Ann's answer 1.5 of 4 points and a comment, as a teacher does; see the scheme, and the total change."""
    scratch = term.folder / "jupyter"
    scratch.mkdir()
    with jupyter(term.course.root, scratch, "server", "formgrader") as address:
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        submissions = f"{address}/formgrader/gradebook/{ASSIGNMENT}/{ASSIGNMENT}"
        page.goto(submissions)
        waiting = page.locator("tbody tr:has(.needs-manual-grade .glyphicon-ok)")
        expect(waiting).to_have_count(1)
        waiting.get_by_role("link").first.click()
        the_scheme_stands_below_the_answer(page)
        mark(page)
        page.goto(submissions)
        expect(page.locator("tbody tr .score", has_text="6.5 / 9")).to_have_count(1)
        expect(waiting).to_have_count(0)
        take_picture(page, "formgrader-totals")
        page.close()


def the_scheme_stands_below_the_answer(page: Page) -> None:
    """Is the scheme in sight below the answer, and are there boxes for the answer alone?"""
    expect(page.locator("#why")).to_be_visible()
    scheme = page.get_by_text(SCHEME)
    expect(scheme).to_be_visible()
    answer = page.get_by_text(ANSWER).bounding_box()
    below = scheme.bounding_box()
    assert answer and below and 0 < below["y"] - answer["y"] < 600
    expect(page.locator("#why-marking, #why-marking-comment")).to_have_count(0)


def mark(page: Page) -> None:
    """Enter points and a comment, and see them again after loading the page anew."""
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


def column(term: Term, name: str, student: int, mark: str) -> dict[str, str]:
    """Return one column of an exported table by the students' ids or names."""
    table = list(csv.reader(io.StringIO((term.folder / f"{name}.csv").read_text(encoding="utf-8-sig"))))
    place = next(place for place, title in enumerate(table[0]) if title.startswith(mark))
    return {row[student]: row[place] for row in table[2 if name == "canvas" else 1 :]}


def pages(term: Term, name: str) -> dict[str, str]:
    """Return the pages of a zip file by their names in it."""
    with zipfile.ZipFile(term.folder / f"{name}-pages.zip") as archive:
        return {entry: archive.read(entry).decode() for entry in archive.namelist()}


@pytest.mark.long
def test_everything_that_came_in_is_told(term: Term) -> None:
    """Are six placed, and the entries that climb out of the folder refused, and is the exit code 1 because of them?"""
    assert term.codes["roster"] == 0 and "6 students in the gradebook" in term.said["roster"]
    assert (term.codes["collect moodle"], term.codes["collect canvas"]) == (1, 1)
    assert "climbed.ipynb" in term.said["collect moodle"] and not list(term.folder.rglob("climbed.ipynb"))
    assert "absolute" in term.said["collect canvas"]
    assert sorted(one.name for one in (term.course.root / "submitted").iterdir() if one.is_dir()) == [
        *("ann", "ben", "celik", "dora", "eve", "joerg")
    ]
    assert term.codes["grade"] == 1 and "tiny.ipynb is not JSON" in term.said["grade"]


def test_marks_go_back(term: Term) -> None:
    """Is each exported mark the gradebook's, less the penalty, and is the mark of the unreadable file empty?"""
    marks = column(term, "canvas", 3, "tiny")
    # Ben is one second late: ten per cent of 3 points. Ann has 1.5 more than the others, by hand.
    assert marks == {"ann": "6.5", "ben": "2.7", "celik": "5", "dora": "5", "eve": "", "joerg": "5"}
    by_name = column(term, "moodle", 1, "Grade")
    assert (by_name["Ann Archer"], by_name["Ben Baker"], by_name["Eve Evil"]) == ("6.5", "2.7", "")
    assert (term.codes["export moodle"], term.codes["export canvas"]) == (0, 0)


def test_feedback_goes_back(term: Term) -> None:
    """Has everybody a page under the LMS's own name, Ann's with the comment and Eve's with what to do?"""
    assert (term.codes["feedback"], term.codes["return moodle"], term.codes["return canvas"]) == (0, 0, 1)
    returned = pages(term, "moodle")
    assert len(returned) == 6 and len(pages(term, "canvas")) == 4
    ann = next(page for name, page in returned.items() if name.startswith("Ann Archer_90211_"))
    assert COMMENT in ann and SCHEME not in ann
    eve = next(page for name, page in returned.items() if name.startswith("Eve Evil_90215_"))
    assert "is not JSON" in eve and "Hand the file in again" in eve


@pytest.mark.parametrize("student", ["ben", "eve"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_can_everybody_read_the_pages(term: Term, browser: Browser, student: str, scheme: str) -> None:
    """Does axe-core find nothing, and fits the page a phone, also that of a notebook that cannot be read?"""
    page = browser.new_page(viewport={"width": 1000, "height": 1300}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto((term.course.root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").as_uri())
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    if scheme == "light":
        take_picture(page, f"feedback-{student}")
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()


def test_gradebook_and_report_agree(term: Term, browser: Browser) -> None:
    """Do gradebook, results and report have the mark, and does nothing wait any more?"""
    workspace = Workspace(term.course, ASSIGNMENT)
    with workspace.gradebook() as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, "ann")
        assert (submission.score, submission.max_score, submission.needs_manual_grade) == (6.5, 9, False)
    results = {result.student: result for result in read_results(workspace)}
    assert (results["ann"].score, str(results["ann"].status)) == (6.5, "graded")
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.goto((term.course.root / "reports" / f"{ASSIGNMENT}.html").as_uri())
    row = page.locator("#scores tbody tr", has_text="Ann Archer")
    expect(row.locator("td").first).to_have_text("6.5 / 9")
    expect(page.get_by_text("Why is it even? (written answer)").first).to_be_visible()
    assert "so far" not in page.inner_text("body")
    take_picture(page, "report-after-marking", whole=True)
    page.close()
