"""Is the page on performance what was measured?"""

from __future__ import annotations

import importlib.util

from coursepack.course import Course


def test_is_the_page_in_docs_made_from_the_measurements(repository: Course) -> None:
    path = repository.root / "benchmarks" / "grading_page.py"
    spec = importlib.util.spec_from_file_location("grading_page", path)
    assert spec is not None and spec.loader is not None
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    docs = repository.root / "docs"
    assert (docs / "performance.md").read_text(encoding="utf-8") == page.page(page.read(docs / "performance.csv"))
