"""Grant extra time in nbgrader's own commands: a step before lateness is counted."""

from __future__ import annotations

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from coursepack.grading.nbgrader_plugins.judged_execute import course_of
from coursepack.grading.submission.extra_time import extra_time, has_extra_times


class GrantExtraTime(NbGraderPreprocessor):  # type: ignore[misc]
    """Enters a student's extra time into the gradebook, where nbgrader counts it."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Enter the time of `extra_time.csv`; the notebook stays as it is."""
        course = course_of(self.config)
        ours = resources["nbgrader"]
        if has_extra_times(course):
            with Gradebook(ours["db_url"]) as gradebook:
                submission = gradebook.find_submission(ours["assignment"], ours["student"])
                submission.extension = extra_time(course, ours["student"], ours["assignment"])
                gradebook.db.commit()
        return nb, resources
