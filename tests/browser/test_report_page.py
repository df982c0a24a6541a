"""Can the class report be read, sorted, filtered and printed, on any screen, and by everybody?"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from pictures import take_picture
from playwright.sync_api import Browser, Page, expect
from tiny_course import ASSIGNMENT, code, source_notebook, text

from coursepack.grading.results import CellResult, CellStatus, SubmissionResult
from coursepack.report.page import render_page
from coursepack.report.similar_answers import SimilarAnswers, SimilarPair
from coursepack.report.summarise import summarise

CHECKS = 16
SIZES = (1, 14, 200, 2000)
WRITTEN = {"grade": True, "locked": False, "points": 4, "solution": True, "task": False, "schema_version": 3}


def student(number: int) -> SubmissionResult:
    """Return a made-up submission: some are late, some not graded, some essays wait."""
    rng = random.Random(number)
    skill, name = rng.betavariate(4, 1.5), f"Student{number:04} With-A-Long-Name"
    if number % 29 == 28:
        return SubmissionResult(f"s{number:04}", ASSIGNMENT, name=name, problem="tiny.ipynb is not JSON (line 943)")
    cells = [check(place, rng.random() < skill, rng.randrange(90)) for place in range(CHECKS)]
    if number % 3 == 1:
        cells.append(CellResult("essay", 0.0, 4.0, CellStatus.TO_MARK))
    else:
        cells.append(CellResult("essay", 2.5, 4.0, CellStatus.PARTIAL, by_hand=True))
    late = 90_000.0 if number % 11 == 10 else 0.0
    notes = ("cell double was found by its text",) if number % 17 == 16 else ()
    return SubmissionResult(
        f"s{number:04}", ASSIGNMENT, tuple(cells), name, late, notes=notes, cpu_seconds=rng.uniform(5, 90)
    )


def check(place: int, passed: bool, number: int) -> CellResult:
    message = f"output: shape of the result\n  got: ({number}, 10)\n  hint: the first axis is the batch"
    status = CellStatus.PASSED if passed else CellStatus.FAILED
    return CellResult(f"check-{place}-hidden", 2.0 * passed, 2.0, status, "" if passed else message)


def page_of(count: int) -> str:
    """Return the report of a made-up class."""
    source = source_notebook()
    for place in range(CHECKS):
        heading = text(f"h{place}", f"## Exercise {place + 3}: a network with a rather long name (2 points)")
        comment = "# Check that the network has the right shape, and computes what the table says in eval mode"
        source["cells"] += [heading, code(f"check-{place}-hidden", comment, "test", 2)]
    source["cells"] += [text("h", "## Exercise 20: Say why (4 points)"), text("essay", "**Mine**")]
    source["cells"][-1]["metadata"] = {"nbgrader": {**WRITTEN, "grade_id": "essay"}}
    results = [student(number) for number in range(count)]
    pairs = tuple(SimilarPair(((f"s{2 * n:04}",), (f"s{2 * n + 1:04}",)), 20 - n % 9, 20) for n in range(count // 3))
    links = {result.student: f"../feedback/{result.student}/tiny/tiny.html" for result in results if result.cells}
    similar = SimilarAnswers(pairs, count, 3)
    return render_page(summarise(ASSIGNMENT, results, nbformat.from_dict(source)), links, similar)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """The address of a report of each size."""
    folder = tmp_path_factory.mktemp("reports")
    addresses = {}
    for count in SIZES:
        path: Path = folder / f"{count}.html"
        path.write_text(page_of(count), encoding="utf-8")
        addresses[count] = path.as_uri()
    return addresses


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize(("look", "width"), [("light", 1100), ("dark", 1100), ("light", 390)])
def test_nothing_sticks_out_and_nothing_keeps_people_from_reading(
    browser: Browser, reports: dict[int, str], count: int, look: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=look)  # type: ignore[arg-type]
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(reports[count])
    assert page.evaluate("document.documentElement.scrollWidth") == width
    # On the largest page, axe-core would look at tens of thousands of nodes that are all alike.
    if count <= 200:
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert problems == []
    take_picture(page, f"report-{count}-{look}-{width}", whole=count < 200)
    page.close()


@pytest.fixture
def page(browser: Browser, reports: dict[int, str]) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1100, "height": 900})
    opened.goto(reports[200])
    yield opened
    opened.close()


def test_scores_are_sorted_as_numbers_and_those_without_one_stay_last(page: Page) -> None:
    rows = page.locator("#scores tbody tr")
    page.get_by_role("button", name="score", exact=True).click()
    shown = [cell for cell in rows.locator("td:nth-child(2)").all_inner_texts() if cell != "–"]
    scores = [float(cell.split(" / ")[0]) for cell in shown]
    assert scores == sorted(scores)
    expect(rows.last.locator("td").first).to_have_text("–")
    page.get_by_role("button", name="score", exact=True).click()
    assert float(rows.first.locator("strong").inner_text()) == max(scores)
    expect(rows.last.locator("td").first).to_have_text("–")
    expect(page.locator("#scores th[aria-sort]")).to_have_attribute("aria-sort", "descending")


def test_rows_are_filtered_by_name_and_by_state(page: Page) -> None:
    rows = page.locator("#scores tbody tr:visible")
    page.get_by_label("name or id").fill("student0017")
    expect(rows).to_have_count(1)
    expect(page.locator("#shown")).to_have_text("1 of 200 students shown")
    page.get_by_label("name or id").fill("")
    page.get_by_label("show").select_option("waiting for the marker")
    expect(rows).to_have_count(sum(n % 3 == 1 and n % 29 != 28 for n in range(200)))


def test_without_a_script_everything_is_there(browser: Browser, reports: dict[int, str]) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(reports[14])
    expect(page.locator("#scores tbody tr:visible")).to_have_count(14)
    expect(page.locator("#filter")).to_be_hidden()
    page.close()


def test_on_paper_the_whole_table_is_there(browser: Browser, reports: dict[int, str], tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.goto(reports[200])
    page.emulate_media(media="print")
    box = page.locator("#scores .scroll")
    assert box.evaluate("box => box.scrollHeight - box.clientHeight") == 0
    expect(page.locator("nav")).to_be_hidden()
    # The table fits an A4 page in landscape, within margins of 1.5 cm: 267 mm, of which CSS has 96 pixels in 25.4.
    page.set_viewport_size({"width": 1009, "height": 700})
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") == 0
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", (tmp_path / "report.pdf").read_bytes())
    landscape = [float(width) > float(height) for width, height in sizes]
    assert True in landscape and not landscape[0] and not landscape[-1]
    page.close()
