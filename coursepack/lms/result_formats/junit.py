"""A result as JUnit XML, which GitHub's, GitLab's and Jenkins's pages of test results read.

A check that did not pass is a `failure`; what kept a notebook from being graded is an `error`; a written answer is
`skipped`. The points stand in the suite's properties, those of a check in its name: the format knows none.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from coursepack.grading.outcomes import CheckOutcome, ExerciseOutcome
from coursepack.grading.results import CellStatus
from coursepack.lms.result_formats.outcome import NotebookOutcome, in_points

# What XML 1.0 cannot hold, not even as a reference: https://www.w3.org/TR/xml/#charsets
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(outcome: NotebookOutcome) -> str:
    """Return a result as JUnit XML: a suite for the notebook, a case for each graded cell."""
    suite = ET.Element("testsuite", name=_clean(outcome.assignment), time=f"{outcome.seconds:.3f}")
    properties = ET.SubElement(suite, "properties")
    points = "" if outcome.points is None else f"{outcome.points:g}"
    for name, value in (
        ("points", points or "not graded"),
        ("max_points", f"{outcome.max_points:g}"),
        ("waiting_points", f"{outcome.waiting_points:g}"),
    ):
        ET.SubElement(properties, "property", name=name, value=value)
    if not outcome.graded:
        case = ET.SubElement(suite, "testcase", classname=_clean(outcome.assignment), name="notebook", time="0.000")
        _said(case, "error", "GraderError" if outcome.ours else "NotGraded", outcome.problem)
    for exercise in outcome.exercises:
        for check in exercise.checks:
            _add(suite, exercise, check)
    counts = {kind: str(len(suite.findall(f"testcase/{kind}"))) for kind in ("failure", "error", "skipped")}
    totals = {"tests": str(len(suite.findall("testcase"))), "failures": counts["failure"], "errors": counts["error"]}
    suite.attrib |= totals | {"skipped": counts["skipped"]}
    root = ET.Element("testsuites", totals)
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _add(suite: ET.Element, exercise: ExerciseOutcome, check: CheckOutcome) -> None:
    """Add a check's case."""
    worth = f" ({in_points(check.cell.max_points)})" if check.cell.max_points else ""
    names = {"classname": _clean(exercise.title), "name": _clean(check.cell.grade_id + worth)}
    case = ET.SubElement(suite, "testcase", names, time=f"{check.seconds:.3f}")
    if check.waiting:
        ET.SubElement(case, "skipped", message=check.state)
    elif check.at_fault:
        _said(case, "error", "GraderError", check.message)
    elif check.status is CellStatus.NOT_GRADED:
        ET.SubElement(case, "skipped", message=check.state)
    elif check.status is not CellStatus.PASSED:
        _said(
            case,
            "failure",
            check.status.name,
            "\n".join(filter(None, (check.cell.about, check.message or check.state))),
        )


def _said(case: ET.Element, kind: str, name: str, text: str) -> None:
    """Add a failure or an error: its last words as the attribute that lists show, all of it as text."""
    clean = _clean(text)
    ET.SubElement(case, kind, type=name, message=clean.split("\n")[-1]).text = clean


def _clean(text: str) -> str:
    return _NO_XML.sub("�", text)
