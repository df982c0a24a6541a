"""`coursepack validate`: proof that the pack gives right work its points and wrong work none.

Per assignment: the solution earns full marks, the untouched release nothing, every mutant (a wrong answer) loses
exactly the cells it names, every variant (a right answer written differently) loses none.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from coursepack.build.notebooks import read_notebook
from coursepack.build.snippets import Snippet, apply_snippet, load_snippets, released_notebook, solved_notebook
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.idle import idle_cells, unmoved_cells
from coursepack.grading.pictures import picture_cells
from coursepack.grading.rehearsal import SKIP, Rehearsal, rehearse_all


@dataclass(frozen=True)
class Answer:
    """One answer to prove the pack with.

    Attributes:
        assignment: the assignment it answers.
        kind: "solution", "untouched", "variant" or "mutant".
        name: the snippet's name, or the kind.
        loses: ids of the cells it must lose, no more and no fewer.
        notebook: what is run: the answer's cells with all hidden tests; what cannot matter is marked to be left out.
        count: how many snippets it combines.
    """

    assignment: str
    kind: str
    name: str
    loses: frozenset[str]
    notebook: NotebookNode
    count: int = 1


def answers(course: Course, assignment: str, only: str = "") -> Iterator[Answer]:
    """Yield the solution and all answers of an assignment whose name contains `only`.

    Variants are right answers, so several that answer different cells make one notebook: it must lose nothing.
    """
    source = read_notebook(course.notebook("source", assignment))
    solved, released = solved_notebook(source), released_notebook(source)
    carrying = frozenset(points_of(source))
    solution = with_tests(source, solved)
    yield Answer(assignment, "solution", "solution", frozenset(), solution)
    if not only:
        yield Answer(assignment, "untouched", "untouched", carrying, with_tests(source, released))
    variants = [snippet for snippet in load_snippets(course, "variants", assignment) if only in snippet.name]
    for group in _combine(variants):
        notebook = functools.reduce(apply_snippet, group, solved)
        name = " + ".join(snippet.name for snippet in group)
        shortened = _shortened(solution, with_tests(source, notebook))
        yield Answer(assignment, "variant", name, frozenset(), shortened, len(group))
    for snippet in load_snippets(course, "mutants", assignment):
        unknown = set(snippet.loses) - carrying
        if unknown:
            raise CoursepackError(
                f"no cell with points is called {', '.join(sorted(unknown))}",
                where=str(snippet.path),
                remedy=f"`# loses:` may name {', '.join(sorted(carrying))}",
            )
        if only in snippet.name:
            notebook = _shortened(solution, with_tests(source, apply_snippet(solved, snippet)))
            yield Answer(assignment, "mutant", snippet.name, frozenset(snippet.loses), notebook)


def _shortened(solution: NotebookNode, notebook: NotebookNode) -> NotebookNode:
    """Mark cells of an answer that are to be left out: nothing in them can tell it from the solution.

    What it looks like in a picture, or brings about in an experiment, decides no points.
    """
    left_out = picture_cells(notebook) | idle_cells(notebook) | unmoved_cells(solution, notebook)
    for cell in notebook.cells:
        if cell.id in left_out:
            cell.metadata[SKIP] = True
    return notebook


def _combine(variants: Sequence[Snippet]) -> list[list[Snippet]]:
    """Put variants that replace different cells together, in as few groups as come from taking them in turn."""
    groups: list[list[Snippet]] = []
    for variant in variants:
        for group in groups:
            if not any(variant.cells.keys() & other.cells.keys() for other in group):
                group.append(variant)
                break
        else:
            groups.append([variant])
    return groups


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
        # Stock nbgrader takes that for a failure: it costs a cell's points. Our own answer never writes there; another
        # right one may warn in a cell without points, of what its own code does.
        costly = [o for o in result.outcomes if o.stderr and (o.points or answer.kind == "solution")]
        found += [f"{o.grade_id} writes to stderr: {o.stderr[:200]}" for o in costly]
    return found


def prove_pack(course: Course, assignments: list[str], *, jobs: int, only: str = "") -> int:
    """Run all answers, print a table, and return 0 if the pack is proven, else 1."""
    console = Console()
    families = [list(answers(course, name, only)) for name in assignments]
    todo = [answer for family in families for answer in family]
    if only and not any(only in answer.name for answer in todo):
        raise CoursepackError(f"no answer's name contains “{only}”", where=str(course.root / "tests"))
    results: dict[tuple[int, int], Rehearsal] = {}
    columns = (
        TextColumn("proving"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=len(todo), now="")
        notebooks = [[answer.notebook for answer in family] for family in families]
        for place, result in rehearse_all(course, notebooks, jobs):
            results[place] = result
            answer = families[place[0]][place[1]]
            progress.update(task, advance=1, now=f"{answer.assignment} {answer.name}")
            for fault in faults(answer, result):
                line = f"✗ {answer.assignment} {answer.kind} {answer.name}: {fault}"
                progress.console.print(line, markup=False, highlight=False, style="red", soft_wrap=True)
    pairs = [(families[place[0]][place[1]], result) for place, result in sorted(results.items())]
    console.print(_table(pairs))
    total = sum(answer.count for answer in todo)
    failed = sum(answer.count for answer, result in pairs if faults(answer, result))
    console.print(f"{total - failed} of {total} answers judged as they should be")
    return 1 if failed else 0


def _table(pairs: list[tuple[Answer, Rehearsal]]) -> Table:
    """Summarise by assignment and kind of answer."""
    table = Table(title="Proof of the pack")
    for heading in ("assignment", "answers", "what must hold"):
        table.add_column(heading)
    for heading in ("right", "of", "CPU s"):
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
                total = sum(answer.count for answer, _ in group)
                right = sum(answer.count for answer, result in group if not faults(answer, result))
                style = "" if right == total else "red"
                seconds = sum(result.seconds for _, result in group)
                table.add_row(assignment, kind, claim, str(right), str(total), f"{seconds:.0f}", style=style)
    return table
