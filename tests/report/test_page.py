"""Does the report tell what happened, and does nothing that a student wrote get out of hand in it?"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from html.parser import HTMLParser

import nbformat
import pytest
from tiny_course import ASSIGNMENT, answered, hand_in, source_notebook

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.batch.class_run import Options, grade_class
from coursepack.grading.results import CellResult, CellStatus, SubmissionResult
from coursepack.report.histogram import histogram_bins, score_histogram
from coursepack.report.page import render_page, write_report
from coursepack.report.scores_csv import scores_as_csv
from coursepack.report.summarise import summarise
from coursepack.report.summary import ClassSummary

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"
VOID = {"meta", "br", "img", "link", "input", "hr"}


def result(student: str, double: float, treble: float, message: str = "wrong", **options: object) -> SubmissionResult:
    cells = []
    for name, points, most in (
        ("double-visible", 0.0, 0.0),
        ("double-hidden", double, 3.0),
        ("treble-hidden", treble, 2.0),
    ):
        passed = points == most
        status = CellStatus.PASSED if passed else CellStatus.PARTIAL if points else CellStatus.FAILED
        cells.append(CellResult(name, points, most, status, "" if passed else message))
    return SubmissionResult(student, ASSIGNMENT, tuple(cells), **options)  # type: ignore[arg-type]


def ungraded(student: str, **options: object) -> SubmissionResult:
    cells = (
        CellResult("double-hidden", 0.0, 3.0, CellStatus.NOT_GRADED),
        CellResult("treble-hidden", 0.0, 2.0, CellStatus.NOT_GRADED),
    )
    return SubmissionResult(student, ASSIGNMENT, cells, **options)  # type: ignore[arg-type]


@pytest.fixture
def summary() -> ClassSummary:
    results = [
        result("ann", 3, 2, name="Ann Ash"),
        result("bo", 0, 2, "double(21) is 441", name="Bo Bee", late_by=94380.0, notes=("cell double was odd",)),
        result("cy", 1.5, 0, "treble is wrong"),
        ungraded("di", problem="di.ipynb is not JSON"),
        ungraded("ed", submitted=False, name="Ed Elm"),
    ]
    return summarise(ASSIGNMENT, results, nbformat.from_dict(source_notebook()))


class Outline(HTMLParser):
    """Collects tags, attributes and text, and checks that tags nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


def test_summary_counts_only_what_was_graded(summary: ClassSummary) -> None:
    assert (len(summary.graded), summary.median, summary.full_marks, summary.max_score) == (3, 2, 1, 5)
    assert summary.mean == pytest.approx((5 + 2 + 1.5) / 3)
    double, treble = summary.exercises
    assert (double.title, treble.title) == ("Exercise 1: Double a number", "Exercise 2: Treble a number")
    assert double.checks[0].about == "double works for other numbers"
    assert double.rate == pytest.approx(4.5 / 9)
    assert double.checks[0].share("PARTIAL") == pytest.approx(100 / 3)
    assert treble.rate == pytest.approx(4 / 6)


def test_page_tells_scores_failures_problems_and_lateness(summary: ClassSummary) -> None:
    text = re.sub(r"\s+", " ", outline(render_page(summary)).text)
    for expected in (
        "Numbers",
        "3 of 5 graded",
        "Bo Bee",
        "double(21) is 441",
        "1 student Bo Bee",
        "di.ipynb is not JSON",
        "by 1 d 2 h",
        "cell double was odd",
        "Ed Elm",
        "50 %",
        "1 passed, 1 in part, 1 failed",
    ):
        assert expected in text, expected


def test_the_time_of_writing_is_of_the_courses_zone(summary: ClassSummary) -> None:
    assert re.search(r"Written \d{4}-\d\d-\d\d \d\d:\d\d UTC\.", render_page(summary))
    assert re.search(r"Written \d{4}-\d\d-\d\d \d\d:\d\d JST\.", render_page(summary, time_zone="Asia/Tokyo"))


def test_a_file_that_cannot_be_read_has_its_feedback_linked_where_it_is_told(summary: ClassSummary) -> None:
    """Does the teacher get to the page that tells a student about the file, from the list and from the table?"""
    page = render_page(summary, {"di": "../feedback/di/tiny/tiny.html"})
    link = r'<a [^>]*href="../feedback/di/tiny/tiny.html"[^>]*>feedback</a>'
    assert re.search(rf"<dd>di.ipynb is not JSON {link}</dd>", page)
    assert re.search(rf'<td class="link">{link}</td>', page)


def test_page_points_to_a_check_that_nobody_passes() -> None:
    """Does the report ask whether a check is right that all of a class fail, and name no other?"""
    results = [result(f"student-{number}", 3, 0) for number in range(6)]
    text = outline(render_page(summarise(ASSIGNMENT, results, nbformat.from_dict(source_notebook())))).text
    assert "Is the check right? all 6 submissions fail treble-hidden" in text
    some = summarise(ASSIGNMENT, [*results, result("zoe", 3, 2)], nbformat.from_dict(source_notebook()))
    assert "Is the check right?" not in outline(render_page(some)).text


def test_page_needs_nothing_but_itself(summary: ClassSummary) -> None:
    page = render_page(summary)
    found = outline(page)
    assert not {"link", "iframe", "object", "img"} & {tag for tag, _ in found.tags}
    addresses = [
        attributes[name]
        for _, attributes in found.tags
        for name in ("src", "href", "xlink:href", "action")
        if attributes.get(name) is not None
    ]
    assert [address for address in addresses if not str(address).startswith("#")] == []
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_only_the_pages_own_script_may_run(summary: ClassSummary) -> None:
    """Does the page's policy name the one script that it holds, by its digest, and allow no other?"""
    page = render_page(summary)
    (script,) = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [str(found["content"]) for tag, found in outline(page).tags if found.get("http-equiv")]
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}';" in policy


def test_ids_are_unique_and_every_jump_lands(summary: ClassSummary) -> None:
    tags = outline(render_page(summary)).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    jumps = {str(attributes["href"])[1:] for tag, attributes in tags if tag == "a"}
    assert jumps <= set(ids)


def test_page_can_be_read_without_seeing(summary: ClassSummary) -> None:
    found = outline(render_page(summary))
    (figure,) = [attributes for tag, attributes in found.tags if tag == "figure"]
    assert "1 points: 1; 2 points: 1; 5 points: 1" in str(figure["aria-label"])
    assert all("scope" in attributes for tag, attributes in found.tags if tag == "th")
    assert ("html", {"lang": "en"}) in found.tags


def test_what_students_wrote_stays_text() -> None:
    notebook = source_notebook()
    notebook["cells"][2]["source"] = f"## {EVIL}"
    results = [
        result(EVIL, 0, 0, EVIL, name=EVIL, notes=(EVIL,), late_by=5.0),
        ungraded("b", problem=EVIL, name=EVIL),
        ungraded("c", name=EVIL, submitted=False),
    ]
    found = outline(render_page(summarise(EVIL, results, nbformat.from_dict(notebook))))
    assert [attributes for tag, attributes in found.tags if tag == "script"] == [{}]
    assert "img" not in {tag for tag, _ in found.tags}
    assert not [name for _, attributes in found.tags for name in attributes if name.startswith("on")]
    assert EVIL in found.text


def test_page_of_a_class_without_any_grade_can_be_written() -> None:
    summary = summarise(ASSIGNMENT, [ungraded("a", problem="bad")], nbformat.from_dict(source_notebook()))
    assert "bad" in outline(render_page(summary)).text


def test_csv_has_a_row_per_student_and_a_column_per_check(summary: ClassSummary) -> None:
    rows = list(csv.DictReader(io.StringIO(scores_as_csv(summary))))
    assert [row["student"] for row in rows] == ["ann", "bo", "cy", "di", "ed"]
    assert rows[1] == {
        "student": "bo",
        "name": "Bo Bee",
        "status": "graded",
        "score": "2",
        "score_so_far": "2",
        "max_score": "5",
        "points_waiting": "0",
        "penalty": "0",
        "double-hidden": "0",
        "treble-hidden": "2",
        "late_seconds": "94380",
        "cpu_seconds": "",
        "problem": "",
    }
    assert (rows[3]["double-hidden"], rows[3]["status"], rows[3]["score"]) == ("", "not graded", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_csv_runs_no_formula(start: str) -> None:
    evil = f'{start}cmd|"/c calc"!A1'
    results = [result(evil, 3, 2, name=evil), ungraded("x", problem=evil)]
    summary = summarise(ASSIGNMENT, results, nbformat.from_dict(source_notebook()))
    rows = list(csv.reader(io.StringIO(scores_as_csv(summary), newline="")))
    texts = [text for row in rows for text in row]
    assert [text for text in texts if text.startswith(start)] == []
    assert texts.count(f"'{evil}") == 3


def test_histogram_counts_every_score_once_and_shows_full_marks_apart() -> None:
    bins = histogram_bins([0, 2, 2.5, 3, 29.5, 30, 30], 30)
    assert [(each.label, each.count) for each in bins if each.count] == [
        ("0–2", 3),
        ("3–5", 1),
        ("27–29", 1),
        ("30", 2),
    ]
    assert sum(each.count for each in bins) == 7
    assert [each.label for each in histogram_bins([], 2)] == ["0", "1", "2"]


def test_histogram_is_the_same_every_time_and_takes_the_pages_colours() -> None:
    svg = score_histogram([1, 2, 5], 5, 2)
    assert svg == score_histogram([1, 2, 5], 5, 2)
    assert svg.startswith("<svg ")
    assert "var(--accent)" in svg
    assert "currentColor" in svg
    assert not re.search(r"#0[0-9]0[0-9]0[0-9]", svg)


def test_narrow_histogram_labels_every_second_bar_and_shares_no_id_with_the_wide_one() -> None:
    scores = [0.0, 4.0, 20.0]
    wide, narrow = (score_histogram(scores, 20, 4, narrow=flag) for flag in (False, True))
    labels = [re.findall(r">(\d+–\d+|20)</text>", svg) for svg in (wide, narrow)]
    assert (len(labels[0]), labels[1]) == (11, labels[0][::2])
    ids = [set(re.findall(r'id="([^"]+)"', svg)) for svg in (wide, narrow)]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])


def test_report_is_written_from_a_graded_class(tiny_course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(tiny_course, "ann", answered(treble="return 0"))
    hand_in(tiny_course, "bob", "{")
    assert grade_class(tiny_course, ASSIGNMENT, Options(jobs=2)) == 1
    page = write_report(tiny_course, ASSIGNMENT)
    assert str(page) in capsys.readouterr().out
    assert page == tiny_course.root / "reports" / "tiny.html"
    text = outline(page.read_text(encoding="utf-8")).text
    assert "treble is wrong" in text
    assert "tiny.ipynb is not JSON" in text
    rows = list(csv.DictReader(io.StringIO(page.with_suffix(".csv").read_text(encoding="utf-8-sig"))))
    assert [(row["student"], row["score"], row["status"]) for row in rows] == [
        ("ann", "3", "graded"),
        ("bob", "", "not graded"),
    ]


@pytest.mark.parametrize("handed_in", [False, True])
def test_report_before_grading_says_what_to_do(tiny_course: Course, handed_in: bool) -> None:
    if handed_in:
        hand_in(tiny_course, "ann", answered())
    with pytest.raises(CoursepackError, match="coursepack grade tiny"):
        write_report(tiny_course, ASSIGNMENT)
    assert not (tiny_course.root / "reports").exists()
