"""Does the site's navigation name every page, and does MkDocs load nothing from other hosts?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from coursepack.course import Course
from scripts.docs_site import worked_notebooks

# Made from README.md, CHANGELOG.md, CONTRIBUTING.md and from the command line.
GENERATED = {"index.md", "changelog.md", "contributing.md", "commands.md", "worked/index.md"}


@pytest.fixture(scope="module")
def settings(repository: Course) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((repository.root / "mkdocs.yml").read_text(encoding="utf-8"))
    return loaded


def pages(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    else:
        for inner in entry.values() if isinstance(entry, dict) else entry:
            yield from pages(inner)


def test_does_the_navigation_name_every_page_once(repository: Course, settings: dict[str, Any]) -> None:
    docs = repository.root / "docs"
    written = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    left_out = set(settings["exclude_docs"].split())
    worked = {f"worked/{name}.md" for name in repository.assignments}
    named = list(pages(settings["nav"]))
    assert sorted(named) == sorted((written - left_out) | GENERATED | worked)


def test_is_nothing_set_that_loads_from_other_hosts(repository: Course, settings: dict[str, Any]) -> None:
    assert settings["theme"]["font"] is False
    # With `repo_url`, Material asks GitHub for stars; with mathematics or diagrams of its own, scripts come from a CDN.
    assert "repo_url" not in settings
    added = [*settings["extra_javascript"], *settings["extra_css"]]
    assert [name for name in added if not (repository.root / "scripts" / "docs_site" / "theme" / name).is_file()] == []
    assert [name for name in settings["extra_css"] if "//" in name] == []
    assert set(settings["validation"]["links"].values()) == {"warn"}


def test_is_every_worked_version_a_page(repository: Course) -> None:
    found = worked_notebooks.targets(repository.root / "solutions")
    assert set(found) - {"solutions"} == {f"solutions/{name}/{name}.ipynb" for name in repository.assignments}
