"""Run answers through jail and judge, as grading runs submissions, for `coursepack validate`.

Every run includes the solution, the untouched release, and for each graded test a wrong answer that loses it and right
answers that it tests. Wrong answers to different exercises share a notebook; if that notebook does not lose what its
parts should, they are judged one by one.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import secrets
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.grading.notebook.grade_notebook import grade_notebook
from coursepack.grading.notebook.verdict_records import GradedNotebook
from coursepack.grading.notebook.warm_imports import warm_imports
from coursepack.grading.notebook.worker import Worker
from coursepack.judge.verdict import Verdict
from coursepack.notebooks.reading import read_notebook
from coursepack.validation.answers import Answer, faults, in_groups, shortened, without_idle
from coursepack.validation.forking_runner import SKIP, CellOutcome, NotebookRun


@dataclass(frozen=True)
class Judged(Answer):
    """An answer to judge.

    Attributes:
        parts: the answers that it combines, if any.
    """

    parts: tuple[Answer, ...] = field(default=())


def selection(
    family: Sequence[Answer], runs: Sequence[NotebookRun], *, everything: bool = False, full: bool = False
) -> list[Judged]:
    """Return which of an assignment's answers go through jail and judge.

    Args:
        family: all answers; the solution comes first.
        runs: the result of each, for its cost.
        everything: choose them all.
        full: leave no cell out, not even those on which no test depends.
    """
    solution, others = family[0], list(zip(family[1:], runs[1:], strict=True))
    others.sort(key=lambda pair: pair[1].seconds)
    by_kind = {
        kind: [answer for answer, _ in others if answer.kind == kind]
        for kind in ("untouched", "right answer", "wrong answer")
    }
    whole = [(_alone if full else _without_irrelevant)(answer) for answer in (solution, *by_kind["untouched"])]
    variants, mutants = by_kind["right answer"], by_kind["wrong answer"]
    if not everything:
        variants = _cover(variants, _borne_on(solution, variants, mutants))
        mutants = _cover(mutants, [answer.loses for answer in mutants])
    return [*whole, *map(_alone, variants), *combined(solution, mutants, full)]


def _cover(candidates: Sequence[Answer], tests: Sequence[frozenset[str]]) -> list[Answer]:
    """Return a few candidates that together cover every test that any candidate covers, the widest first."""
    chosen: list[Answer] = []
    left = frozenset[str]().union(*tests)
    while left:
        best = max(range(len(candidates)), key=lambda place: len(tests[place] & left))
        chosen.append(candidates[best])
        left -= tests[best]
    return chosen


def _borne_on(solution: Answer, variants: Sequence[Answer], mutants: Sequence[Answer]) -> list[frozenset[str]]:
    """Return for each right answer the tests that a wrong answer in one of its cells loses."""
    lost_by: dict[str, frozenset[str]] = {}
    for mutant in mutants:
        for name in _replaced(solution, mutant):
            lost_by[name] = lost_by.get(name, frozenset()) | mutant.loses
    nothing = frozenset[str]()
    return [nothing.union(*(lost_by.get(name, nothing) for name in _replaced(solution, one))) for one in variants]


def combined(solution: Answer, mutants: Sequence[Answer], full: bool) -> list[Judged]:
    """Combine wrong answers that replace different cells and lose different ones."""
    groups = in_groups(mutants, functools.partial(_clash, solution))
    return [_merged(solution, group, full) for group in groups]


def _clash(solution: Answer, one: Answer, other: Answer) -> bool:
    return bool(one.loses & other.loses or _replaced(solution, one).keys() & _replaced(solution, other).keys())


def _replaced(solution: Answer, answer: Answer) -> dict[str, str]:
    """Return the cells in which an answer's text differs from the solution's."""
    pairs = zip(solution.notebook.cells, answer.notebook.cells, strict=True)
    return {new.id: new.source for old, new in pairs if old.source != new.source}


def _merged(solution: Answer, group: Sequence[Answer], full: bool) -> Judged:
    if len(group) == 1:
        return _alone(group[0])
    texts = {name: text for answer in group for name, text in _replaced(solution, answer).items()}
    notebook = copy.deepcopy(solution.notebook)
    for cell in notebook.cells:
        cell.source = texts.get(cell.id, cell.source)
    name, loses = " + ".join(answer.name for answer in group), frozenset[str]().union(*(a.loses for a in group))
    shorter = notebook if full else shortened(solution.notebook, notebook)
    count = sum(answer.count for answer in group)
    return Judged(solution.assignment, "wrong answer", name, loses, shorter, count, parts=tuple(group))


def _alone(answer: Answer) -> Judged:
    return Judged(answer.assignment, answer.kind, answer.name, answer.loses, answer.notebook, answer.count)


def _without_irrelevant(answer: Answer) -> Judged:
    """Return an answer of which all tests are run, but nothing that only draws or on which no test depends."""
    return replace(_alone(answer), notebook=without_idle(copy.deepcopy(answer.notebook)))


def judge_all(
    course: Course, answers: Sequence[Judged], jobs: int, *, unsafe_no_jail: bool = False
) -> Iterator[tuple[int, NotebookRun]]:
    """Let answers go through jail and judge, `jobs` at a time; yield (place, result) as each ends.

    Raises:
        CoursepackError: there is no jail on this machine, or a worker did not start.
    """
    places: dict[str, list[int]] = {}
    for place, answer in enumerate(answers):
        places.setdefault(answer.assignment, []).append(place)
    for assignment, theirs in places.items():
        source = read_notebook(course.notebook("source", assignment))
        runs = _judge_one(course, source, [answers[place] for place in theirs], jobs, unsafe_no_jail)
        yield from ((theirs[index], result) for index, result in runs)


def _judge_one(
    course: Course, source: NotebookNode, answers: Sequence[Judged], jobs: int, unsafe_no_jail: bool
) -> Iterator[tuple[int, NotebookRun]]:
    """Do the same for the answers to one assignment: they share fork server and judge, as the submissions of a run."""
    own, run, imports = threading.local(), secrets.token_hex(8), warm_imports(course, source)

    def judge(answer: Judged) -> NotebookRun:
        if not hasattr(own, "worker"):  # one for each thread, kept until the end
            own.worker = stack.enter_context(Worker(course, unsafe_no_jail=unsafe_no_jail, run=run, imports=imports))
        result = _judge(course, source, answer, own.worker)
        if answer.parts and faults(answer, result):
            result = _one_by_one(course, source, answer, own.worker)
        return result

    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(jobs))
        futures = {pool.submit(judge, answer): place for place, answer in enumerate(answers)}
        try:
            yield from ((futures[future], future.result()) for future in as_completed(futures))
        finally:
            pool.shutdown(cancel_futures=True)


def _judge(course: Course, source: NotebookNode, answer: Answer, worker: Worker) -> NotebookRun:
    left_out = [cell.id for cell in answer.notebook.cells if SKIP in cell.metadata]
    return as_notebook_run(
        grade_notebook(course, source, answer.notebook, worker=worker, redraw=True, left_out=left_out)
    )


def _one_by_one(course: Course, source: NotebookNode, answer: Judged, worker: Worker) -> NotebookRun:
    """Judge the parts of an answer separately; return what they lose, and their faults."""
    outcomes: dict[str, CellOutcome] = {}
    seconds, wrong = 0.0, []
    for part in answer.parts:
        result = _judge(course, source, part, worker)
        wrong += [f"{part.name}: {fault}" for fault in faults(part, result)]
        seconds += result.seconds
        outcomes |= {one.grade_id: one for one in result.outcomes if one.grade_id not in outcomes or not one.passed}
    return NotebookRun(tuple(outcomes.values()), (), seconds, "; ".join(wrong))


def as_notebook_run(graded: GradedNotebook) -> NotebookRun:
    """Return a graded notebook's result as a forked run's; a grader error counts as a fault, not as lost points."""
    outcomes = tuple(
        CellOutcome(one.grade_id, one.max_points, one.verdict is Verdict.PASSED, one.message) for one in graded.records
    )
    fault = "; ".join(f"grader error in {one.grade_id}: {one.message}" for one in graded.grader_errors)
    return NotebookRun(outcomes, (), graded.cpu_seconds, fault)
