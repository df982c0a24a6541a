"""Replace nbgrader's step `Execute` by our engine: student code runs in a jail, the judge decides the points.

In `nbgrader_config.py`: `c.Autograde.autograde_preprocessors = [JudgedExecute, LimitOutput, SaveGrades, …]`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Integer

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.nbgrader_plugins.notes import NOTES, take_down
from coursepack.grading.notebook.grade_notebook import grade_notebook
from coursepack.grading.notebook.merge import with_marks
from coursepack.grading.notebook.verdict_records import GradedNotebook
from coursepack.grading.notebook.warm_imports import warm_imports
from coursepack.grading.notebook.worker import shared_worker
from coursepack.grading.submission.folder_files import VERDICTS_FILE, files_beside
from coursepack.notebooks.reading import read_notebook
from coursepack.sandbox.limits import Limits


class JudgedExecute(NbGraderPreprocessor):  # type: ignore[misc]
    """Run a submission in place of `Execute`, so that `nbgrader autograde` and the engine give the same points."""

    timeout = Integer(int(Limits.cell_cpu_seconds), help="CPU seconds that one cell may take.").tag(config=True)
    redraw = Bool(False, help="Draw again what the assignment's own cells draw; no point depends on it.").tag(
        config=True
    )
    unsafe_no_jail = Bool(False, help="Run student code without any wall.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Grade a submission; return a notebook with outputs from which nbgrader reads the records' points."""
        course, names = course_of(self.config), resources["nbgrader"]
        source = read_notebook(course.root / "source" / names["assignment"] / f"{names['notebook']}.ipynb")
        imports = warm_imports(course, source)
        files, notes = files_beside(Path(resources["metadata"]["path"]), ())
        graded = grade_notebook(
            course,
            source,
            nb,
            limits=Limits.of_cells(self.timeout),
            worker=shared_worker(course, unsafe_no_jail=self.unsafe_no_jail, imports=imports),
            files=files,
            redraw=self.redraw,
        )
        _refuse_grader_errors(graded, f"{names['student']}, {names['notebook']}")
        take_down(self.log, resources, (*notes, *graded.notes))
        graded = replace(graded, notes=tuple(dict.fromkeys(resources[NOTES])))
        resources.setdefault("outputs", {})[VERDICTS_FILE] = graded.to_json().encode("utf-8")
        return with_marks(graded, nb), resources


def _refuse_grader_errors(graded: GradedNotebook, where: str) -> None:
    """Make nbgrader count a submission with a grader error as failed.

    Raises:
        CoursepackError: there is a grader error; the message contains the tracebacks, for nbgrader's log.
    """
    found = graded.grader_errors
    if found:
        told = "\n".join(f"grader error in {one.grade_id}: {one.message}\n{one.details}".strip() for one in found)
        remedy = "this is not the student's fault: fix the test, then grade the submission again"
        raise CoursepackError(told, where=where, remedy=remedy)


def course_of(config: Any) -> Course:
    """Return the course that nbgrader's configuration names, or else the one of the working directory."""
    root = config.CourseDirectory.get("root") if "CourseDirectory" in config else None
    return Course.find(Path(root)) if isinstance(root, str) and root else Course.find()
