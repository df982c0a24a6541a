"""Replace nbgrader's first step on a submission: repair and report what would stop a whole batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from coursepack.grading.nbgrader_plugins.judged_execute import course_of
from coursepack.grading.nbgrader_plugins.notes import take_down
from coursepack.grading.submission.sanitize import sanitize_notebook
from coursepack.grading.submission.timestamps import unreadable_time
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook


class SanitizeSubmission(NbGraderPreprocessor):  # type: ignore[misc]
    """Give a submission the assignment's own metadata; the first of `c.Autograde.sanitize_preprocessors`."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Repair a submission; note what was done in the log and in the records."""
        names = resources["nbgrader"]
        source = course_of(self.config).root / "source" / names["assignment"] / f"{names['notebook']}.ipynb"
        notes = sanitize_notebook(nb, released_notebook(read_notebook(source)))
        notes += unreadable_time(Path(resources["metadata"]["path"]))
        take_down(self.log, resources, notes)
        return nb, resources
