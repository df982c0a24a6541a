"""A preprocessor for feedback pages of nbgrader's own design, without hidden tests and marking schemes.

`nbgrader generate_feedback` shows cells as they were graded: marking schemes and hidden tests in full, the latter in
the source and again in tracebacks. Our own page (`exporter.py`) hides them by itself; a course that keeps nbgrader's
page adds this preprocessor to `GenerateFeedback`.
"""

from __future__ import annotations

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from coursepack.feedback.hidden_parts import remove_hidden_parts


class HideTests(NbGraderPreprocessor):  # type: ignore[misc]
    """Remove marking schemes and hidden tests from a graded notebook, and from the output of failing tests."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Clean every cell of an autograded notebook, whose own cells are whole again after grading."""
        remove_hidden_parts(nb)
        return nb, resources
