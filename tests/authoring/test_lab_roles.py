"""Does JupyterLab start by role: a student's on copies and without formgrader, an instructor's with it?"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from lab_process import ask, released_course, running
from tiny_course import ASSIGNMENT

from coursepack.authoring.lab import TEACHERS_PLUGINS
from coursepack.course import Course

pytestmark = pytest.mark.long
NOTEBOOK = f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return released_course(tmp_path / "course")


def page_config(address: str) -> dict[str, Any]:
    found = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', ask(address, "/lab"), re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def names_in(address: str, folder: str = "") -> set[str]:
    return {entry["name"] for entry in json.loads(ask(address, f"/api/contents/{folder}"))["content"]}


def test_does_a_student_work_on_copies_without_what_is_for_teachers(course: Course, tmp_path: Path) -> None:
    with running(course, "lab", tmp_path) as address:
        assert names_in(address) == {ASSIGNMENT}
        assert set(TEACHERS_PLUGINS) <= set(page_config(address)["disabledExtensions"])
        with pytest.raises(HTTPError, match="404"):
            ask(address, "/formgrader")
    assert (course.root / "work" / NOTEBOOK).read_bytes() == course.notebook("release", ASSIGNMENT).read_bytes()


def test_does_an_instructor_get_formgrader_for_this_course(course: Course, tmp_path: Path) -> None:
    with running(course, "instructor", tmp_path) as address:
        assert {"source", "release"} <= names_in(address)
        assert not set(TEACHERS_PLUGINS) & set(page_config(address)["disabledExtensions"])
        assignments = json.loads(ask(address, "/formgrader/api/assignments"))
        assert [one["name"] for one in assignments] == [ASSIGNMENT]
        # Where formgrader's links lead: its prefix is below the server's folder.
        linked = assignments[0]["source_path"]
        assert names_in(address, linked) == {f"{ASSIGNMENT}.ipynb"}
        assert "Manage Assignments" in ask(address, "/formgrader/manage_assignments")
    assert not (course.root / "work").exists()
    said = (tmp_path / "server.log").read_text(encoding="utf-8")
    assert "formgrader" in said and "config is not serializable" not in said
