"""Does JupyterLab show a student nothing for teachers, and do formgrader's links work for a teacher?"""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_process import PATIENCE
from lab_process import TOKEN, released_course, running
from playwright.sync_api import Browser, Page, expect
from tiny_course import ASSIGNMENT

from coursepack.course import Course

pytestmark = pytest.mark.long


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return released_course(tmp_path / "course")


def opened(browser: Browser, address: str) -> Page:
    """Return JupyterLab's page with Nbgrader's menu open."""
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.goto(f"{address}/lab?token={TOKEN}")
    page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    return page


def test_does_a_student_see_nothing_for_teachers(course: Course, browser: Browser, tmp_path: Path) -> None:
    with running(course, "lab", tmp_path) as address:
        page = opened(browser, address)
        expect(page.get_by_role("menuitem", name="Assignment List")).to_be_visible()
        for name in ("Formgrader", "Create Assignment", "Course List"):
            expect(page.get_by_role("menuitem", name=name)).to_have_count(0)
        page.close()


def test_does_a_teacher_come_from_formgrader_to_the_source(course: Course, browser: Browser, tmp_path: Path) -> None:
    with running(course, "instructor", tmp_path) as address:
        page = opened(browser, address)
        page.get_by_role("menuitem", name="Formgrader").first.click()
        inside = page.frame_locator("iframe").first
        inside.get_by_role("link", name=ASSIGNMENT, exact=True).click()
        expect(page.get_by_role("listitem", name=f"{ASSIGNMENT}.ipynb")).to_be_visible()
        page.close()
