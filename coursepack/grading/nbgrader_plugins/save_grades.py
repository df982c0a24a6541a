"""Write the points of `nbgrader autograde` into the gradebook, and ask for no mark where there is none to give.

In `nbgrader_config.py`, `SaveGrades` replaces `SaveAutoGrades` among `c.Autograde.autograde_preprocessors`.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades

from coursepack.grading.workspace import is_worth_nothing


class SaveGrades(SaveAutoGrades):  # type: ignore[misc]
    """Save points and comments as nbgrader does; then give cells worth 0 points, such as marking schemes, their 0.

    By itself nbgrader leaves such a cell without a score: every submission of the assignment then "needs manual
    grade" for ever, unless somebody types a 0 into each of them.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Save a graded notebook's points."""
        nb, resources = super().preprocess(nb, resources)
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            found = gradebook.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
            for grade in filter(is_worth_nothing, found.grades):
                grade.auto_score, grade.needs_manual_grade = 0.0, False
            gradebook.db.commit()
        return nb, resources
