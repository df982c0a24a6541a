"""Marks for programs: JSON, JUnit XML, and Gradescope's results, one file for each submission."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any
from xml.etree import ElementTree

from coursepack.grading.results import CellResult, CellStatus, SubmissionResult
from coursepack.lms.marks import ClassMarks, Marks, points

# The same bytes for the same marks.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
_NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
WAITING = (CellStatus.TO_MARK, CellStatus.NOT_GRADED)


def as_json(found: ClassMarks) -> str:
    """Return all marks with the verdict on each cell; null is no mark."""
    content = [
        {
            "assignment": marks.assignment,
            "max_score": marks.max_score,
            "submissions": [_entry(marks, one.id) for one in found.students],
        }
        for marks in found.assignments
    ]
    return json.dumps({"assignments": content}, indent=1, ensure_ascii=False) + "\n"


def _entry(marks: Marks, student: str) -> dict[str, Any]:
    result = marks.results.get(student)
    entry: dict[str, Any] = {"student": student, "score": marks.score(student), "why_none": marks.why_not(student)}
    if result is None:
        return entry
    cells = [
        {
            "grade_id": cell.grade_id,
            "points": None if cell.status in WAITING else cell.points,
            "max_points": cell.max_points,
            "status": str(cell.status),
            "message": cell.message,
        }
        for cell in result.cells
    ]
    late = None if result.time_unknown else result.late_by
    return {**entry, "late_seconds": late, "late_penalty": result.penalty, "cells": cells}


def as_junit(found: ClassMarks) -> str:
    """Return JUnit's XML: a suite for each submission, a case for each cell that carries points.

    A cell that waits, or a submission that is missing or not graded, is skipped with its reason; it is no failure.
    """
    root = ElementTree.Element("testsuites", name="coursepack")
    for marks in found.assignments:
        for student in found.students:
            result = marks.results.get(student.id) or SubmissionResult(student.id, marks.assignment, submitted=False)
            root.append(_suite(marks, result))
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(marks: Marks, result: SubmissionResult) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=_xml_text(f"{marks.assignment}.{result.student}"))
    why, counts = marks.why_not(result.student), {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for cell in result.cells:
        if cell.max_points <= 0:
            continue
        case = ElementTree.SubElement(suite, "testcase", classname=suite.attrib["name"], name=_xml_text(cell.grade_id))
        counts["tests"] += 1
        if cell.status in WAITING:
            counts["skipped"] += 1
            ElementTree.SubElement(case, "skipped", message=why or str(cell.status))
        elif cell.points < cell.max_points:
            counts["failures"] += 1
            message = f"{points(cell.points)} of {points(cell.max_points)} points: {cell.status}"
            ElementTree.SubElement(case, "failure", message=message).text = _xml_text(cell.message)
    suite.attrib.update({name: str(count) for name, count in counts.items()})
    return suite


def _xml_text(text: str) -> str:
    """Return text without the characters that XML 1.0 has no place for."""
    return _NOT_XML.sub("", text)


def as_gradescope(found: ClassMarks) -> bytes:
    """Return a zip file with Gradescope's results.json of each submission that has a mark."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for marks in found.assignments:
            for student, result in sorted(marks.results.items()):
                if (score := marks.score(student)) is not None:
                    content = {"score": score, "visibility": "visible", "tests": _tests(result.cells)}
                    name = zipfile.ZipInfo(f"{marks.assignment}/{student}/results.json", LONG_AGO)
                    archive.writestr(name, json.dumps(content, indent=1, ensure_ascii=False), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _tests(cells: tuple[CellResult, ...]) -> list[dict[str, Any]]:
    return [
        {
            "name": cell.grade_id,
            "score": cell.points,
            "max_score": cell.max_points,
            "status": "passed" if cell.points >= cell.max_points else "failed",
            "output": cell.message,
        }
        for cell in cells
        if cell.max_points > 0
    ]
