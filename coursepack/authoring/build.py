"""`coursepack build`: make `release/` and `solutions/` from `source/`, or check that they match it.

nbgrader's converter makes the release and enters the assignment into `gradebook.db`, so that stock
`nbgrader autograde` works right after a build. Everything that can fail happens in a temporary course or before the
first file is replaced, so a mistake leaves `release/` and `solutions/` unchanged.

A worked version that ran on other data than those of grading is run again only if its code changed, or if the data are
named.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode
from rich.console import Console

from coursepack.authoring import leaks, source_checks
from coursepack.authoring.drift import folder_drift, input_drift
from coursepack.authoring.nbgrader_converters import make_release, scratch_course
from coursepack.authoring.own_repository import warnings
from coursepack.authoring.problems import raise_together
from coursepack.authoring.solution_notebook import worked_inputs, worked_notebook, write_notebook
from coursepack.authoring.worked_on import WorkedData, find_data, name_in, with_outputs_of, without_note
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.reading import read_notebook
from coursepack.settings import GRADING_DATA, package_files, read_settings

_console = Console(highlight=False, soft_wrap=True)
# What failed is said where its reasons are, also where the two are redirected.
_error_console = Console(highlight=False, soft_wrap=True, stderr=True)


def build_pack(course: Course, assignments: list[str], data: str | None = None) -> None:
    """Make the student and the worked version of every assignment; a faulty assignment does not stop the others.

    Args:
        course: the course.
        assignments: the assignments.
        data: the data that worked versions run on, by name. By default those of grading; what ran on other data keeps
            its outputs while its code stays the same.

    Raises:
        CoursepackError: the author's mistakes, all together.
    """
    _for_each(course, assignments, lambda course, assignment: _build(course, assignment, data), "built")


def check_pack(course: Course, assignments: list[str]) -> None:
    """Check that `release/` and `solutions/` are what a build would write, and leak nothing.

    Notebooks are not executed: a worked version's inputs are compared, its outputs only searched for leaks.

    Raises:
        CoursepackError: everything that is out of date or leaks.
    """
    _for_each(course, assignments, _check, "in step")


def check_release(course: Course, assignments: list[str]) -> None:
    """Check that student versions are what a build would write now, and leak nothing.

    Raises:
        CoursepackError: everything that is missing, out of date or leaks.
    """
    problems = []
    # One gradebook for all of them: nbgrader takes seconds to make one.
    with scratch_course(course, *assignments) as scratch:
        for assignment in assignments:
            try:
                raise_together(_release_problems(course, scratch, assignment))
            except CoursepackError as problem:
                problems.append(problem)
    raise_together(problems)


def _release_problems(course: Course, scratch: Course, assignment: str) -> list[CoursepackError]:
    source, path = _sound_source(course, assignment), course.notebook("release", assignment)
    if not path.is_file():
        remedy = f"run `coursepack build {assignment}`"
        return [CoursepackError("there is no student version", where=str(path), remedy=remedy)]
    drift = folder_drift(make_release(scratch, assignment), path.parent, course.root)
    return [*drift, *leaks.release_leaks(source, read_notebook(path), _name("release", assignment))]


def _for_each(course: Course, assignments: list[str], task: Callable[[Course, str], None], done: str) -> None:
    package_files(course)
    for warning in warnings(course):
        _console.print(warning, style="bold red", markup=False)
    problems = []
    for assignment in assignments:
        start = time.monotonic()
        try:
            task(course, assignment)
        except CoursepackError as problem:
            problems.append(problem)
            _error_console.print(f"{assignment}: failed after {time.monotonic() - start:.0f} s")
        else:
            _console.print(f"{assignment}: {done} ({time.monotonic() - start:.0f} s)")
    raise_together(problems)


def _build(course: Course, assignment: str, data: str | None) -> None:
    source = _sound_source(course, assignment)
    with scratch_course(course, assignment) as scratch:
        make_release(scratch, assignment)  # also enters it into the gradebook, for the worked version
        worked = None if data else _kept(course, assignment, source)
        if worked is None:
            worked = _run(course, scratch, assignment, find_data(course, assignment, data or GRADING_DATA))
        release = read_notebook(scratch.notebook("release", assignment))
        raise_together(_leaks(source, release, worked, assignment))
        # Enters the cells into the course's gradebook; nbgrader refuses if they changed and there are grades already.
        fresh = make_release(course, assignment, into=scratch.root / "fresh")
        _replace(course.root / "release" / assignment, fresh)
        solution = course.notebook("solutions", assignment)
        _replace(solution.parent, fresh, solution.name)
        write_notebook(worked, solution)


def _run(course: Course, scratch: Course, assignment: str, data: WorkedData) -> NotebookNode:
    on = "" if data.name == GRADING_DATA else f" on the data “{data.name}”"
    _console.print(f"{assignment}: executing the worked notebook{on} …")
    return worked_notebook(course, scratch, assignment, data)


def _kept(course: Course, assignment: str, source: NotebookNode) -> NotebookNode | None:
    """Return the worked version with its old outputs, if it ran on other data than those of grading; else None."""
    try:
        old = read_notebook(course.notebook("solutions", assignment))
    except CoursepackError:  # missing or damaged: it is made again
        return None
    if name_in(old) == GRADING_DATA:
        return None
    again = f"coursepack build --data {name_in(old)} {assignment}"
    kept = with_outputs_of(old, worked_inputs(source))
    if kept is not None:
        _console.print(f"{assignment}: keeping outputs from the data “{name_in(old)}”; to run it again: {again}")
    else:
        what = f"its code has changed, so outputs from the data “{name_in(old)}” are lost; to get them again: {again}"
        _console.print(f"{assignment}: {what}", style="bold red")
    return kept


def _check(course: Course, assignment: str) -> None:
    source = _sound_source(course, assignment)
    paths = {folder: course.notebook(folder, assignment) for folder in ("release", "solutions")}
    missing = [
        CoursepackError("the notebook is missing", where=str(path), remedy="run `coursepack build`")
        for path in paths.values()
        if not path.is_file()
    ]
    raise_together(missing)
    release, worked = (read_notebook(path) for path in paths.values())
    with scratch_course(course, assignment) as scratch:
        fresh = make_release(scratch, assignment)
        problems = folder_drift(fresh, paths["release"].parent, course.root)
        problems += folder_drift(fresh, paths["solutions"].parent, course.root, besides=paths["solutions"].name)
    problems += input_drift(worked_inputs(source), without_note(worked), _name("solutions", assignment))
    raise_together([*problems, *_leaks(source, release, worked, assignment)])


def _sound_source(course: Course, assignment: str) -> NotebookNode:
    """Read the source notebook; raise the author's mistakes that show without running it."""
    path = course.notebook("source", assignment)
    others = [other.name for other in path.parent.glob("*.ipynb") if other != path]
    if others or not path.is_file():
        raise CoursepackError(
            f"the folder must hold exactly one notebook, {path.name}",
            where=f"source/{assignment}",
            remedy=f"move away {', '.join(others)}" if others else "rename the notebook",
        )
    source = read_notebook(path)
    package = read_settings(course.root).package
    raise_together(source_checks.find_mistakes(source, _name("source", assignment), package))
    return source


def _leaks(source: NotebookNode, release: NotebookNode, worked: NotebookNode, assignment: str) -> list[CoursepackError]:
    return [
        *leaks.release_leaks(source, release, _name("release", assignment)),
        *leaks.solution_leaks(source, worked, _name("solutions", assignment)),
    ]


def _replace(old: Path, new: Path, *left_out: str) -> None:
    """Replace the folder `old` by a copy of `new`, without some files."""
    shutil.rmtree(old, ignore_errors=True)
    shutil.copytree(new, old, ignore=shutil.ignore_patterns(*left_out))


def _name(folder: str, assignment: str) -> str:
    return f"{folder}/{assignment}/{assignment}.ipynb"
