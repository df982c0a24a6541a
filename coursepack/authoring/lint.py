"""`coursepack lint`: find in source notebooks what a build would refuse, without running them; mend what can be."""

from __future__ import annotations

import copy
import re

from nbformat import NotebookNode
from rich.console import Console

from coursepack.authoring import leaks, source_checks
from coursepack.authoring.fixes import fix
from coursepack.authoring.problems import RuleError
from coursepack.authoring.script_fixes import mend_script
from coursepack.authoring.scripts import read_source
from coursepack.authoring.solution_notebook import worked_inputs, written
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.cells import cell_name, is_graded, is_task, marks_of, points_of
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook
from coursepack.settings import read_settings
from coursepack.whole_file import write_whole

# Where one of these is broken, nobody can say yet what students will see.
HIDES_THE_REST = {"markers-paired", "region-kind", "nbgrader"}
_console = Console(highlight=False, soft_wrap=True, markup=False)


def lint(course: Course, assignments: list[str], *, mend: bool = False) -> int:
    """Print the mistakes in assignments, each with its rule, and return how many there are.

    Args:
        course: the course.
        assignments: the names of the assignments.
        mend: first mend what can be, and write the notebooks that change.

    Raises:
        CoursepackError: a notebook cannot be read.
    """
    found: list[RuleError] = []
    for assignment in assignments:
        if mend:
            _mend(course, assignment)
        found += mistakes(course, assignment)
    told = set[str]()
    for mistake in found:
        _console.print(f"{mistake.where}: {mistake.what} [{mistake.rule}]")
        remedy = mistake.remedy or f"`coursepack lint --explain {mistake.rule}` says what to do"
        if remedy not in told:
            _console.print(f"  remedy: {remedy}")
        told.add(remedy)
    if found:
        _console.print(f"{len(found)} problem(s); `coursepack lint --explain RULE` says why")
    else:
        _console.print(f"{', '.join(assignments)}: no problem found")
    return len(found)


def mistakes(course: Course, assignment: str) -> list[RuleError]:
    """Return the mistakes in an assignment's source notebook that show without running it.

    Raises:
        CoursepackError: it cannot be read.
    """
    source, name = read_source(course, assignment)
    package = read_settings(course.root).package
    found = source_checks.find_mistakes(source, name, package)
    if not found:
        return _leaks(source, assignment)
    # What --fix can mend would hide the rest: look behind it, first without the points that it takes from headings.
    for points in (False, True):
        mended = copy.deepcopy(source)
        fix(mended, points=points)
        behind = source_checks.find_mistakes(mended, name, package)
        if points and not {mistake.rule for mistake in behind} & HIDES_THE_REST:
            behind += _leaks(mended, assignment)
        known = {(mistake.rule, mistake.where) for mistake in found}
        told = (_in_words_of(source, mended, mistake) for mistake in behind)
        found += [mistake for mistake in told if (mistake.rule, mistake.where) not in known]
    return found


def _leaks(source: NotebookNode, assignment: str) -> list[RuleError]:
    """Return what students would see of hidden tests, marking schemes and solutions; the cells may lack points."""
    whole = copy.deepcopy(source)
    for cell in whole.cells:
        if is_graded(cell) or is_task(cell):
            marks_of(cell)["points"] = points_of(cell)  # nbgrader insists on a number
    try:
        released = released_notebook(whole)
    except CoursepackError as error:
        return [RuleError("nbgrader", error.what, where=f"source/{assignment}/{assignment}.ipynb")]
    shown = leaks.release_leaks(source, released, f"release/{assignment}/{assignment}.ipynb")
    shown += leaks.solution_leaks(source, worked_inputs(source), f"solutions/{assignment}/{assignment}.ipynb")
    return [RuleError("leak", leak.what, where=leak.where, remedy=leak.remedy) for leak in shown]


def _in_words_of(source: NotebookNode, mended: NotebookNode, mistake: RuleError) -> RuleError:
    """Return a mistake in a mended notebook with the names that its cells have in the source."""
    pairs = enumerate(zip(source.cells, mended.cells, strict=True))
    names = {cell_name(new, index): cell_name(old, index) for index, (old, new) in pairs}

    def in_old(text: str) -> str:
        return re.sub("(?<=cell “)[^”]+", lambda found: names.get(found[0], found[0]), text)

    return RuleError(mistake.rule, in_old(mistake.what), where=in_old(mistake.where), remedy=mistake.remedy)


def _mend(course: Course, assignment: str) -> None:
    """Mend an assignment's notebook, or the script that it is written in."""
    script = course.script(assignment)
    path = script if script.is_file() else course.notebook("source", assignment)
    where = str(path.relative_to(course.root))
    if script.is_file():
        mended, changes = mend_script(script.read_text(encoding="utf-8"), where=where)
    else:
        notebook = read_notebook(path)
        changes = fix(notebook)
        mended = written(notebook)
    for change in changes:
        _console.print(f"{where}: {change}")
    if changes:
        write_whole(path, mended)
