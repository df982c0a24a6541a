"""Assignments that are written as scripts: `source/week3.py` makes `source/week3/week3.ipynb`.

The script lies beside the assignment's folder, not in it: nbgrader copies whatever lies in that folder to students and
into graded submissions. Everything but build, lint and validate reads the notebook, as of any assignment.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursepack.authoring.solution_notebook import written
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.text_form import read_script
from coursepack.whole_file import write_whole

# In a notebook's metadata: which script made it, and the digest of what it made.
MARK = "coursepack"


def read_source(course: Course, assignment: str) -> tuple[NotebookNode, str]:
    """Return an assignment's source notebook, from its script if it has one, and the name of the file in messages.

    Raises:
        CoursepackError: it cannot be read.
    """
    script = course.script(assignment)
    if script.is_file():
        return read_script(script), f"source/{script.name}"
    return read_notebook(course.notebook("source", assignment)), f"source/{assignment}/{assignment}.ipynb"


def refresh(course: Course, assignments: list[str], *, check: bool = False) -> None:
    """Write the notebooks of those assignments that have a script, where they are not what it says.

    Args:
        course: the course.
        assignments: the names of the assignments.
        check: write nothing; fail where there would be something to write.

    Raises:
        CoursepackError: a script cannot be read, or a notebook holds changes that its script does not.
    """
    for assignment in assignments:
        script, path = course.script(assignment), course.notebook("source", assignment)
        if not script.is_file():
            continue
        made = _marked(read_script(script), script.name)
        if path.is_file():
            there = read_notebook(path)
            if there == made:
                continue
            _refuse_changes(there, path, script)
        if check:
            what = f"the notebook is out of step with source/{script.name}"
            raise CoursepackError(what, where=str(path), remedy="run `coursepack build` and commit the result")
        write_whole(path, written(made))


def _marked(notebook: NotebookNode, script: str) -> NotebookNode:
    mark = {"script": script, "digest": _digest(notebook)}
    notebook.metadata[MARK] = nbformat.from_dict(mark)  # type: ignore[no-untyped-call]
    return notebook


def _digest(notebook: NotebookNode) -> str:
    """Return a digest of all but our own mark."""
    metadata = {name: value for name, value in notebook.metadata.items() if name != MARK}
    plain = nbformat.from_dict({**notebook, "metadata": metadata})  # type: ignore[no-untyped-call]
    return hashlib.sha256(written(plain).encode("utf-8")).hexdigest()


def _refuse_changes(there: NotebookNode, path: Path, script: Path) -> None:
    """Raise if a notebook is not as its script made it: whatever was changed there would be lost."""
    mark = there.metadata.get(MARK, {})
    if mark.get("digest") != _digest(there):
        remedy = f"carry the changes over to source/{script.name}, then delete the notebook; or delete the script"
        what = f"the notebook was not made from source/{script.name}, or was changed since"
        raise CoursepackError(what, where=str(path), remedy=remedy)
