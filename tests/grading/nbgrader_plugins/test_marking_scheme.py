"""Does formgrader show a marking scheme to the marker, and ask for nothing in it?"""

from __future__ import annotations

import copy
import logging
from typing import Any

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from coursepack.grading.nbgrader_plugins.marking_scheme import ShowMarkingScheme

SCHEME = """How it is marked: by hand.

### BEGIN MARK SCHEME
**Two points.** One for the sum.

1. First
### END MARK SCHEME"""
# What formgrader hands to the exporter, and what `nbgrader generate_feedback` does.
FORMGRADER = {
    **{"assignment_id": "tiny", "notebook_id": "tiny", "submission_id": "1", "index": 0, "total": 1, "base_url": ""},
    **{"student": "ann", "last_name": "", "first_name": "", "notebook_path": "tiny.ipynb"},
}
FEEDBACK = {"nbgrader": {"student": "ann"}, "submission_id": "1"}


def cell(name: str, source: str, points: int = 0, **marks: bool) -> Any:
    fields = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3, **marks}
    metadata = {"nbgrader": {**fields, "grade_id": name, "points": points}}
    return nbformat.v4.new_markdown_cell(source, id=name, metadata=metadata)


@pytest.fixture
def notebook() -> Any:
    answer = cell("why", "Because.", 2, grade=True, solution=True, locked=False)
    return nbformat.v4.new_notebook(
        cells=[answer, cell("why-marking", SCHEME, task=True), cell("draw", SCHEME, 3, task=True)]
    )


def test_the_marker_sees_the_scheme_and_boxes_only_where_points_are(notebook: Any) -> None:
    """Do the boxes for score and comment stand at the answer and at the task with points, and not at the scheme?"""
    config = Config()
    config.HTMLExporter.preprocessors = [ShowMarkingScheme]
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    page, _ = HTMLExporter(config=config).from_notebook_node(notebook, resources=dict(FORMGRADER))
    for name, boxes in (("why", True), ("why-marking", False), ("draw", True)):
        assert (f'id="{name}"' in page and f'id="{name}-comment"' in page) == boxes, name
    scheme = page[page.index("For the marker only") :]
    assert "<strong>Two points.</strong> One for the sum." in scheme
    assert "<li>First</li>" in scheme
    assert "MARK SCHEME" not in page.partition('id="draw"')[0]


def test_is_no_setting_of_nbconvert_unknown_to_it(caplog: pytest.LogCaptureFixture) -> None:
    """Or does formgrader warn of `display_data_priority`, which its exporter sets for all preprocessors?"""
    config = Config()
    config.HTMLExporter.preprocessors = [ShowMarkingScheme]
    logger = logging.getLogger("formgrader in a test")
    HTMLExporter(config=config, log=logger)
    assert not caplog.records


def test_feedback_still_finds_the_scheme_to_take_it_out(notebook: Any) -> None:
    before = copy.deepcopy(notebook)
    shown, _ = ShowMarkingScheme().preprocess(notebook, FEEDBACK)
    assert shown == before
