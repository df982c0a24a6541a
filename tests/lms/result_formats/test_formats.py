"""Does every format hold what its reader documents, whatever a notebook earned and whatever its student wrote?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from one_notebook import FAILED, GRADER_ERROR, UNREADABLE, outcome, records

from coursepack.grading.batch.single import SingleGrading
from coursepack.judge.verdict import Verdict
from coursepack.lms import result_formats
from coursepack.lms.result_formats.gradescope import as_gradescope
from coursepack.lms.result_formats.json_format import as_json
from coursepack.lms.result_formats.junit import as_junit
from coursepack.lms.result_formats.prairielearn import MAX_BYTES, as_prairielearn
from coursepack.lms.result_formats.text import as_text

OURS = Path(str(result_formats.__file__)).parent
HOSTILE = SingleGrading(
    records(double=(Verdict.STUDENT_ERROR, "]]></failure>&\x00\x1b[2J\ud800\ufffe[red]{{7*7}}</pre><script>\n" * 200))
)
ALL_RIGHT = SingleGrading(records())
GRADINGS = {
    "all right": ALL_RIGHT,
    "one failed": FAILED,
    "grader error": GRADER_ERROR,
    "unreadable": UNREADABLE,
    "hostile": HOSTILE,
}


def schema(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return found


@pytest.mark.parametrize("name", GRADINGS)
def test_is_our_json_what_its_schema_says(name: str) -> None:
    content = json.loads(as_json(outcome(GRADINGS[name])))
    jsonschema.validate(content, schema(OURS, "result"))
    described = schema(OURS, "result")
    assert set(content) == set(described["properties"])
    assert set(content["exercises"][0]) == set(described["$defs"]["exercise"]["properties"])
    assert set(content["exercises"][0]["checks"][0]) == set(described["$defs"]["check"]["properties"])


def test_has_our_json_null_and_not_0_where_nobody_has_decided() -> None:
    content = json.loads(as_json(outcome(FAILED)))
    assert (content["status"], content["points"], content["max_points"]) == ("waiting for the marker", 2.0, 5.0)
    assert content["exercises"][2]["checks"][0]["points"] is None
    for grading, status in ((GRADER_ERROR, "grader error"), (UNREADABLE, "not graded")):
        content = json.loads(as_json(outcome(grading)))
        assert (content["status"], content["points"]) == (status, None)
        assert content["problem"]


@pytest.mark.parametrize("name", ["all right", "one failed", "unreadable", "hostile"])
def test_is_gradescopes_file_what_gradescope_documents(name: str) -> None:
    text = as_gradescope(outcome(GRADINGS[name]))
    assert text is not None
    jsonschema.validate(json.loads(text), schema(Path(__file__).parent, "gradescope"))


def test_does_gradescope_get_the_automatic_points_and_the_written_answer_without_a_score() -> None:
    content = json.loads(as_gradescope(outcome(FAILED)) or "")
    tests = content["tests"]
    assert content["score"] == 2.0 == sum(test.get("score", 0) for test in tests)
    assert sum(test.get("max_score", 0) for test in tests) == 5.0
    [written] = [test for test in tests if "score" not in test]
    assert "waiting for the marker, 4 points" in written["name"]
    assert not {"score", "max_score", "status"} & set(written)
    assert [test["status"] for test in tests if test is not written] == ["passed", "failed", "passed"]


def test_does_gradescope_get_no_score_for_a_grader_error() -> None:
    assert as_gradescope(outcome(GRADER_ERROR)) is None


def test_does_gradescope_say_why_a_wrong_file_scores_nothing() -> None:
    content = json.loads(as_gradescope(outcome(UNREADABLE)) or "")
    assert content["score"] == 0.0
    assert "was not graded" in content["output"]
    assert "not JSON" in content["output"]


@pytest.mark.parametrize("name", GRADINGS)
def test_is_prairielearns_file_what_prairielearn_documents(name: str) -> None:
    text = as_prairielearn(outcome(GRADINGS[name]))
    jsonschema.validate(json.loads(text), schema(Path(__file__).parent, "prairielearn"))


def test_does_prairielearn_get_the_share_of_automatic_points_and_the_written_answer_by_word() -> None:
    content = json.loads(as_prairielearn(outcome(FAILED)))
    assert (content["gradable"], content["score"]) == (True, 0.4)
    assert [test["name"] for test in content["tests"]] == [
        "Exercise 1: Double a number: double-visible",
        "Exercise 1: Double a number: double-hidden",
        "Exercise 2: Treble a number: treble-hidden",
    ]
    assert "Exercise 3: Why is it even?: waiting for the marker" in content["message"]


@pytest.mark.parametrize("grading", [GRADER_ERROR, UNREADABLE])
def test_costs_what_is_not_graded_no_attempt_in_prairielearn(grading: SingleGrading) -> None:
    content = json.loads(as_prairielearn(outcome(grading)))
    assert content["gradable"] is False
    assert "score" not in content
    assert content["format_errors"]


def test_does_prairielearns_file_stay_below_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coursepack.lms.result_formats.prairielearn.MAX_BYTES", 3_000)
    long = SingleGrading(records(double=(Verdict.FAILED, "😀" * 1_400)))
    assert len(as_prairielearn(outcome(long)).encode()) < 3_000 < MAX_BYTES


@pytest.mark.parametrize("name", GRADINGS)
def test_can_the_junit_file_be_read_and_do_its_counts_fit(name: str) -> None:
    root = ET.fromstring(as_junit(outcome(GRADINGS[name])))
    [suite] = root
    cases = suite.findall("testcase")
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    assert int(suite.attrib["tests"]) == int(root.attrib["tests"]) == len(cases)
    for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert int(suite.attrib[attribute]) == sum(case.find(kind) is not None for case in cases)
    assert all(case.attrib["classname"] and case.attrib["name"] for case in cases)
    assert all(len(case) <= 1 for case in cases)


def test_tells_junit_failures_from_errors_and_from_what_waits() -> None:
    def kinds(grading: SingleGrading) -> dict[str, str]:
        cases = ET.fromstring(as_junit(outcome(grading))).iter("testcase")
        return {case.attrib["name"]: case[0].tag if len(case) else "" for case in cases}

    failed = {"double-visible": "", "double-hidden (3 points)": "failure", "treble-hidden (2 points)": ""}
    assert kinds(FAILED) == failed | {"why (4 points)": "skipped"}
    broken = kinds(GRADER_ERROR)
    assert (broken["notebook"], broken["double-hidden (3 points)"]) == ("error", "error")
    assert set(broken.values()) == {"error", "skipped"}
    assert kinds(UNREADABLE)["notebook"] == "error"


def test_says_the_text_what_failed_and_what_waits() -> None:
    text = as_text(outcome(FAILED))
    for line in (
        "Exercise 1: Double a number        0    3   failed",
        "Exercise 3: Why is it even?        –    4   waiting for the marker",
        "  double-hidden (failed, 3 points)",
        "    > double(21) gives 441,",
        "    > not 42",
        "  a note",
    ):
        assert line in text.split("\n"), text
    assert text.endswith("2 of 5 points; 1 written answer waits for the marker (4 points more)\n")


def test_does_the_text_show_no_control_characters() -> None:
    text = as_text(outcome(HOSTILE))
    assert all(one.isprintable() or one == "\n" for one in text)
    assert "[red]{{7*7}}" in text
