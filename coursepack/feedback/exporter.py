"""Make nbgrader's own command write our feedback page.

In `nbgrader_config.py`: `c.GenerateFeedback.exporter_class = FeedbackExporter` and no preprocessors. The exporter reads
the gradebook and hides tests itself, so that `nbgrader generate_feedback` and `coursepack feedback` give the same page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbgrader.api import Gradebook
from traitlets import default

from coursepack.feedback.facts import facts_of
from coursepack.feedback.page import Inputs, make_page
from coursepack.grading.nbgrader_plugins.judged_execute import course_of
from coursepack.grading.submission.unknown_times import read_unknown_times
from coursepack.grading.workspace import Workspace
from coursepack.settings import read_settings


class FeedbackExporter(Exporter):
    """Export a graded notebook as a feedback page."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_filename(self, filename: str, resources: Any = None, **_: Any) -> tuple[Any, Any]:
        """Return the page of a graded notebook.

        Args:
            filename: the notebook in `autograded/`.
            resources: what nbgrader's converter says about it: student, assignment, notebook, gradebook.

        Raises:
            CoursepackError: the gradebook does not know the submission, or a file cannot be read.
        """
        names = resources["nbgrader"]
        path = Path(filename).resolve()
        course = course_of(self.config)
        root, workspace = course.root, Workspace(course, names["assignment"])
        source = root / "source" / names["assignment"] / f"{names['notebook']}.ipynb"
        with Gradebook(names["db_url"], self._course_id()) as gradebook:
            unknown = read_unknown_times(course, workspace.assignment)
            facts = facts_of(gradebook, workspace, names["student"], names["notebook"], unknown)
        resources["output_extension"] = self.file_extension
        return make_page(Inputs(path, source, facts, read_settings(root).time_zone)), resources

    def _course_id(self) -> str:
        folders = getattr(self.parent, "coursedir", None)
        return str(folders.course_id) if folders is not None else ""
