"""`coursepack new`: begin an assignment in the form of the house, with an exercise and a written answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources

from nbformat import NotebookNode

from coursepack.authoring.solution_notebook import written
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.text_form import notebook_of
from coursepack.whole_file import write_whole

TEMPLATES = resources.files("coursepack.authoring") / "templates"
EXERCISES = {
    "assignment.py.txt": '    (1, "mean"): ["mean"],\n    (2, "one value far away"): "– answered in words",',
    "first_assignment.py.txt": '    (1, "median"): ["median"],\n    (2, "mean or median?"): "– answered in words",',
}


def new_assignment(course: Course, assignment: str, title: str, *, script: bool = False) -> str:
    """Write the source of a new assignment.

    Args:
        course: the course.
        assignment: its name, which is also that of its folder and its notebook.
        title: the notebook's title; empty: made from the name.
        script: write it as a script instead of a notebook.

    Returns:
        The path of what was written, as seen from the course folder.

    Raises:
        CoursepackError: the name cannot be one, or there is such an assignment.
    """
    if re.fullmatch(r"[A-Za-z0-9][\w.-]*", assignment) is None or "+" in assignment:
        remedy = "use letters, digits, hyphens and underscores, for example `week2`"
        raise CoursepackError(f"“{assignment}” cannot be the name of an assignment", remedy=remedy)
    path = course.script(assignment) if script else course.notebook("source", assignment)
    for taken in (course.script(assignment), course.root / "source" / assignment):
        if taken.exists():
            remedy = "choose another name, or go on with that one"
            raise CoursepackError("there is such an assignment already", where=str(taken), remedy=remedy)
    text = filled("assignment.py.txt", TITLE=title or assignment.replace("_", " ").replace("-", " ").capitalize())
    write_whole(path, text if script else written(source_of(text)))
    return str(path.relative_to(course.root))


def source_of(text: str) -> NotebookNode:
    """Return the notebook that a filled template holds."""
    return notebook_of(text, where="the template")


def filled(template: str, **values: str) -> str:
    """Return an assignment's template with its parts and the given values in it."""
    values = {
        "SETUP": _read("setup.txt").rstrip("\n"),
        "WHERE": _read("where_you_stand.txt").rstrip("\n"),
        "EXERCISES": EXERCISES[template],
        **values,
    }
    return substituted(_read(template), values)


def substituted(text: str, values: Mapping[str, str]) -> str:
    """Return a template's text with each `@@NAME@@` replaced by its value."""
    for name, value in values.items():
        text = text.replace(f"@@{name}@@", value)
    return text


def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
