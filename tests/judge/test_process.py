"""Does the judge know what to import before the first cell?"""

from __future__ import annotations

import json
from pathlib import Path

from tiny_course import ASSIGNMENT, make_tiny_course, source_notebook

from coursepack.judge.process import imports_of_tests


def test_is_an_assignment_judged_beside_one_whose_source_is_broken(tmp_path: Path) -> None:
    course = make_tiny_course(tmp_path / "course")
    source = source_notebook()
    source["cells"][8]["source"] += "\nimport json\nfrom coursepack.checks import arrays"
    course.notebook("source", ASSIGNMENT).write_text(json.dumps(source), encoding="utf-8")
    broken = course.notebook("source", "another")
    broken.parent.mkdir()
    broken.write_text("{", encoding="utf-8")
    assert imports_of_tests(course) == ["coursepack.checks", "coursepack.checks.arrays"]
