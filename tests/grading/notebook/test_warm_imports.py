"""Does the judge know what to import before the first cell?"""

from __future__ import annotations

from pathlib import Path

from lab import as_notebook
from tiny_course import make_tiny_course, source_notebook

from coursepack.grading.notebook.warm_imports import warm_imports


def test_is_what_the_tests_import_of_ours_known_before_they_run(tmp_path: Path) -> None:
    """Are modules of coursepack and of the course's package named, and neither others nor those of answers?"""
    course = make_tiny_course(tmp_path / "course")
    (course.root / "pyproject.toml").write_text('[tool.coursepack]\npackage = "own"\n', encoding="utf-8")
    source = source_notebook()
    source["cells"][3]["source"] += "\nimport coursepack.errors"
    source["cells"][8]["source"] += "\nimport json, own.part\nfrom coursepack.checks import arrays"
    found = warm_imports(course, as_notebook(source)).judge
    assert found == ("own.part", "coursepack.checks", "coursepack.checks.arrays")
