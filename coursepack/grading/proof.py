"""`coursepack validate`: proof that the pack gives right work its points and wrong work none.

Per assignment: the solution earns full marks, the untouched release nothing, every mutant (a wrong answer) loses
exactly the cells it names, every variant (a right answer written differently) loses none.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nbformat import NotebookNode
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from coursepack.build.notebooks import read_notebook
from coursepack.build.snippets import apply_snippet, load_snippets, released_notebook, solved_notebook
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.rehearsal import Rehearsal, rehearse_all


@dataclass(frozen=True)
class Answer:
    """One answer to prove the pack with.

    Attributes:
        assignment: the assignment it answers.
        kind: "solution", "untouched", "variant" or "mutant".
        name: the snippet's name, or the kind.
        loses: ids of the cells it must lose, no more and no fewer.
        notebook: what is run: the answer's cells with all hidden tests.
    """

    assignment: str
    kind: str
    name: str
    loses: frozenset[str]
    notebook: NotebookNode


def answers(course: Course, assignment: str) -> Iterator[Answer]:
    """Yield all answers of an assignment."""
    source = read_notebook(course.notebook("source", assignment))
    solved, released = solved_notebook(source), released_notebook(source)
    carrying = frozenset(points_of(source))
    yield Answer(assignment, "solution", "solution", frozenset(), with_tests(source, solved))
    yield Answer(assignment, "untouched", "untouched", carrying, with_tests(source, released))
    kinds: tuple[Literal["variants", "mutants"], ...] = ("variants", "mutants")
    for kind in kinds:
        for snippet in load_snippets(course, kind, assignment):
            unknown = set(snippet.loses) - carrying
            if unknown:
                raise CoursepackError(
                    f"no cell with points is called {', '.join(sorted(unknown))}",
                    where=str(snippet.path),
                    remedy=f"`# loses:` may name {', '.join(sorted(carrying))}",
                )
            notebook = with_tests(source, apply_snippet(solved, snippet))
            yield Answer(assignment, kind.rstrip("s"), snippet.name, frozenset(snippet.loses), notebook)


def points_of(source: NotebookNode) -> dict[str, float]:
    """Return the points of the automatically graded cells that carry any."""
    cells = [cell.metadata.get("nbgrader", {}) for cell in source.cells if cell.cell_type == "code"]
    return {meta["grade_id"]: meta["points"] for meta in cells if meta.get("grade") and meta.get("points")}


def with_tests(source: NotebookNode, submission: NotebookNode) -> NotebookNode:
    """Return the source notebook with the submission's text in every solution cell, as nbgrader would run it."""
    texts = {cell.get("id"): cell.source for cell in submission.cells}
    graded = copy.deepcopy(source)
    for cell in graded.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = texts[cell.id]
    return graded


def faults(answer: Answer, result: Rehearsal) -> list[str]:
    """Return what speaks against the pack in one result; nothing if it is as it should be."""
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
        found += [f"{o.grade_id} writes to stderr: {o.stderr[:200]}" for o in result.outcomes if o.stderr]
    return found


def prove_pack(course: Course, assignments: list[str], *, jobs: int, only: str = "") -> int:
    """Run all answers, print a table, and return 0 if the pack is proven, else 1."""
    console = Console()
    todo = [answer for name in assignments for answer in answers(course, name) if only in answer.name]
    if not todo:
        raise CoursepackError(f"no answer's name contains “{only}”", where=str(course.root / "tests"))
    results: dict[int, Rehearsal] = {}
    columns = (
        TextColumn("proving"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=len(todo), now="")
        for index, result in rehearse_all(course, [answer.notebook for answer in todo], jobs):
            results[index] = result
            progress.update(task, advance=1, now=f"{todo[index].assignment} {todo[index].name}")
            for fault in faults(todo[index], result):
                progress.console.print(
                    f"✗ {todo[index].assignment} {todo[index].kind} {todo[index].name}: {fault}",
                    markup=False,
                    highlight=False,
                    style="red",
                )
    pairs = [(answer, results[index]) for index, answer in enumerate(todo)]
    console.print(_table(pairs))
    failed = sum(bool(faults(answer, result)) for answer, result in pairs)
    console.print(f"{len(pairs) - failed} of {len(pairs)} answers judged as they should be")
    return 1 if failed else 0


def _table(pairs: list[tuple[Answer, Rehearsal]]) -> Table:
    """Summarise by assignment and kind of answer."""
    table = Table(title="Proof of the pack")
    for heading in ("assignment", "answers", "what must hold"):
        table.add_column(heading)
    for heading in ("right", "of", "seconds each"):
        table.add_column(heading, justify="right")
    claims = {
        "solution": "earns full marks",
        "untouched": "earns 0",
        "variant": "right, written differently: loses nothing",
        "mutant": "wrong: loses exactly what it names",
    }
    for assignment in dict.fromkeys(answer.assignment for answer, _ in pairs):
        for kind, claim in claims.items():
            group = [pair for pair in pairs if pair[0].assignment == assignment and pair[0].kind == kind]
            if group:
                right = sum(not faults(*pair) for pair in group)
                seconds = sum(result.seconds for _, result in group) / len(group)
                style = "" if right == len(group) else "red"
                table.add_row(assignment, kind, claim, str(right), str(len(group)), f"{seconds:.1f}", style=style)
    return table
