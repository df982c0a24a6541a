"""`coursepack lint`: find in source notebooks what a build would refuse, without running them; mend what can be."""

from __future__ import annotations

from rich.console import Console

from coursepack.authoring import leaks, source_checks
from coursepack.authoring.fixes import fix
from coursepack.authoring.problems import RuleError
from coursepack.authoring.script_fixes import mend_script
from coursepack.authoring.scripts import read_source
from coursepack.authoring.solution_notebook import worked_inputs, written
from coursepack.course import Course
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook
from coursepack.settings import read_settings
from coursepack.whole_file import write_whole

# Where one of these is broken, nobody can say yet what students will see.
HIDES_THE_REST = {"markers-paired", "region-kind", "id-missing", "id-unique", "points-number", "nbgrader"}
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
    found = source_checks.find_mistakes(source, name, read_settings(course.root).package)
    if any(mistake.rule in HIDES_THE_REST for mistake in found):
        return found
    shown = leaks.release_leaks(source, released_notebook(source), f"release/{assignment}/{assignment}.ipynb")
    shown += leaks.solution_leaks(source, worked_inputs(source), f"solutions/{assignment}/{assignment}.ipynb")
    return [*found, *(RuleError("leak", leak.what, where=leak.where, remedy=leak.remedy) for leak in shown)]


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
