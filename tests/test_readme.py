"""Does the README say what is true?"""

from __future__ import annotations

import re

import pytest

from coursepack.course import Course
from coursepack.notebooks.cells import points_of
from coursepack.notebooks.reading import read_notebook

PAGES = (
    *("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/student.md", "docs/instructor.md"),
    *("docs/author.md", "docs/course.md", "docs/references.md", "docs/security.md"),
)


@pytest.mark.parametrize("page", PAGES)
def test_does_every_link_lead_somewhere(repository: Course, page: str) -> None:
    path = repository.root / page
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    local = [target for target in targets if not target.startswith("http")]
    assert [target for target in local if not (path.parent / target).exists()] == []


def test_does_the_readme_list_every_assignment_with_its_points(repository: Course) -> None:
    text = (repository.root / "README.md").read_text(encoding="utf-8")
    for assignment in repository.assignments:
        cells = read_notebook(repository.notebook("source", assignment)).cells
        points = sum(map(points_of, cells))
        assert re.search(rf"`{assignment}`.*\| {points:.0f} \| \d+ \|", text), assignment


@pytest.mark.parametrize("page", PAGES)
def test_does_every_make_target_that_is_named_exist(repository: Course, page: str) -> None:
    targets = set(re.findall(r"^(\w+):", (repository.root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make (\w+)", (repository.root / page).read_text(encoding="utf-8")))
    assert named <= targets


@pytest.mark.parametrize("page", ["README.md", "docs/instructor.md"])
def test_is_it_said_that_this_repository_shows_its_tests(repository: Course, page: str) -> None:
    text = (repository.root / page).read_text(encoding="utf-8")
    warning = re.search(r"\*\*This repository shows its .*?\n## ", text, re.DOTALL)
    assert warning
    assert "private" in warning[0] and "secret" in warning[0] and "coursepack publish" in warning[0]
