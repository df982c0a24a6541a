"""Prepare the answers that validate a course's tests, and find the faults in their results."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.cells import grade_id_of, is_graded_code, is_solution, points_of
from coursepack.notebooks.dependencies import irrelevant_cells, unaffected_cells
from coursepack.notebooks.plot_cells import plot_cells
from coursepack.notebooks.reading import read_notebook
from coursepack.validation.forking_runner import SKIP, NotebookRun
from coursepack.validation.snippets import Snippet, apply_snippet, load_snippets, released_notebook, solved_notebook

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """One answer for validating the tests.

    Attributes:
        assignment: the assignment it answers.
        kind: "solution", "untouched", "right answer" or "wrong answer".
        name: the snippet's name, or the kind.
        loses: ids of the cells it must lose, no more and no fewer.
        notebook: the notebook to run: the answer's cells with all hidden tests; irrelevant cells are marked to skip.
        count: how many snippets it combines.
    """

    assignment: str
    kind: str
    name: str
    loses: frozenset[str]
    notebook: NotebookNode
    count: int = 1


def answers(course: Course, assignment: str, only: str = "", *, full: bool = False) -> Iterator[Answer]:
    """Yield the solution and all answers of an assignment whose name contains `only`.

    Several right answers to different cells make one notebook: it must lose nothing.

    Args:
        course: the course.
        assignment: the assignment's name.
        only: a text that the names contain.
        full: leave no cell out, not even those on which no test depends.
    """
    shorten = (lambda _, notebook: notebook) if full else shortened
    source = read_notebook(course.notebook("source", assignment))
    solved, released = solved_notebook(source), released_notebook(source)
    carrying = frozenset(grade_id_of(cell) for cell in source.cells if is_graded_code(cell) and points_of(cell))
    solution = with_tests(source, solved)
    yield Answer(assignment, "solution", "solution", frozenset(), solution)
    if not only:
        yield Answer(assignment, "untouched", "untouched", carrying, with_tests(source, released))
    variants = [snippet for snippet in load_snippets(course, "right", assignment) if only in snippet.name]
    for group in _combine(variants):
        notebook = functools.reduce(apply_snippet, group, solved)
        name = " + ".join(snippet.name for snippet in group)
        shorter = shorten(solution, with_tests(source, notebook))
        yield Answer(assignment, "right answer", name, frozenset(), shorter, len(group))
    for snippet in load_snippets(course, "wrong", assignment):
        unknown = set(snippet.loses) - carrying
        if unknown:
            raise CoursepackError(
                f"no cell with points is called {', '.join(sorted(unknown))}",
                where=str(snippet.path),
                remedy=f"`# loses:` may name {', '.join(sorted(carrying))}",
            )
        if only in snippet.name:
            notebook = shorten(solution, with_tests(source, apply_snippet(solved, snippet)))
            yield Answer(assignment, "wrong answer", snippet.name, frozenset(snippet.loses), notebook)


def shortened(solution: NotebookNode, notebook: NotebookNode) -> NotebookNode:
    """Mark the cells of an answer to leave out: nothing in them can distinguish it from the solution.

    Pictures and experiments decide no points.
    """
    return without_idle(notebook, besides=unaffected_cells(solution, notebook))


def without_idle(notebook: NotebookNode, besides: Collection[str] = ()) -> NotebookNode:
    """Mark, in place, what is to be left out: cells that only draw, on which no test depends, or that are named."""
    left_out = plot_cells(notebook) | irrelevant_cells(notebook) | set(besides)
    for cell in notebook.cells:
        if cell.id in left_out:
            cell.metadata[SKIP] = True
    return notebook


def _combine(variants: Sequence[Snippet]) -> list[list[Snippet]]:
    """Combine variants that replace different cells, assigning them greedily to groups."""
    return in_groups(variants, lambda one, other: bool(one.cells.keys() & other.cells.keys()))


def in_groups(items: Sequence[T], clash: Callable[[T, T], bool]) -> list[list[T]]:
    """Put each item, in turn, into the first group in which it clashes with no other."""
    groups: list[list[T]] = []
    for item in items:
        fitting = (group for group in groups if not any(clash(item, other) for other in group))
        group = next(fitting, None)
        if group is None:
            groups.append([item])
        else:
            group.append(item)
    return groups


def with_tests(source: NotebookNode, submission: NotebookNode) -> NotebookNode:
    """Return the source notebook with the submission's text in every solution cell, as nbgrader would run it."""
    texts = {cell.get("id"): cell.source for cell in submission.cells}
    graded = copy.deepcopy(source)
    for cell in graded.cells:
        if is_solution(cell):
            cell.source = texts[cell.id]
    return graded


def faults(answer: Answer, result: NotebookRun) -> list[str]:
    """Return the faults that one result shows; nothing if it is as expected."""
    if result.fault:
        return [result.fault]
    lost = set(result.lost)
    found = [f"should lose {name}, but passes" for name in sorted(answer.loses - lost)]
    by_name = {outcome.grade_id: outcome for outcome in result.outcomes}
    found += [f"loses {name}: {by_name[name].message}" for name in sorted(lost - answer.loses)]
    if answer.kind == "solution":
        found += [f"{name} raises {error}" for name, error in result.broken]
        found += [f"{o.grade_id} fails: {o.message}" for o in result.outcomes if not o.points and not o.passed]
    if not answer.loses:
        # Stock nbgrader takes that for a failure: it costs a cell's points. Our own answer never writes there; another
        # right one may warn in a cell without points, of what its own code does.
        costly = [o for o in result.outcomes if o.stderr and (o.points or answer.kind == "solution")]
        found += [f"{o.grade_id} writes to stderr: {o.stderr[:200]}" for o in costly]
    return found
