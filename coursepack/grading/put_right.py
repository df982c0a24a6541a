"""nbgrader's first step on a submission, by our intake: what would stop a whole batch is put right and told."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from coursepack.build.notebooks import read_notebook, released_notebook
from coursepack.grading.engine.execute import course_of
from coursepack.grading.intake import put_right


class PutRight(NbGraderPreprocessor):  # type: ignore[misc]
    """Gives a submission the assignment's own metadata: first of `c.Autograde.sanitize_preprocessors`."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Put a submission right; what was done goes to the log."""
        names = resources["nbgrader"]
        source = course_of(self.config).root / "source" / names["assignment"] / f"{names['notebook']}.ipynb"
        for note in put_right(nb, released_notebook(read_notebook(source))):
            self.log.warning("%s, %s: %s", names["student"], names["notebook"], note)
        return nb, resources
