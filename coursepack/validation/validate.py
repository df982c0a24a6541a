"""`coursepack validate`: check that the tests give right work its points and wrong work none.

Per assignment: the solution earns full marks, the untouched release nothing, every wrong answer loses
exactly the cells it names, every right answer (written differently) loses none. All answers run in
forked processes, those to different exercises in one notebook; some of each kind also go through jail and judge, like a
submission, with the same result.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rich.console import Console
from rich.table import Table

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.name_list import MOST, name_list
from coursepack.notebooks.missing_modules import remedy_for
from coursepack.sandbox import jail
from coursepack.validation.answer_messages import StudentsSee, message_lines
from coursepack.validation.answers import Answer, answers, faults, with_tests
from coursepack.validation.forking_runner import NotebookRun, run_all
from coursepack.validation.judged_answers import Judged, combined, judge_all, selection
from coursepack.validation.pace import Pace

__all__ = ["Answer", "Proof", "answers", "faults", "prove_pack", "with_tests"]

Place = tuple[int, int]
Pairs = Sequence[tuple[Answer, NotebookRun]]
CLAIMS = {
    "solution": "earns full marks",
    "untouched": "earns 0",
    "right answer": "written differently: loses nothing",
    "wrong answer": "loses exactly what it names",
}


@dataclass(frozen=True)
class Proof:
    """Options of a validation.

    Attributes:
        jobs: how many notebooks run at once.
        only: run only the answers whose name contains this text.
        quick: let some answers of every kind go through jail and judge, and run no others.
        skip_quick: run all answers, but none in jail and judge: for a run that comes after one with `quick`.
        full: run every cell of every answer, also those on which no test depends.
        all_judged: let all answers go through jail and judge, not only some of each kind.
        unsafe_no_jail: let the judge's kernels run without any wall.
        students_see: print what the failed tests of each wrong answer tell students; this takes an assignment's name
            and a message, and returns what students see of it.
    """

    jobs: int = 2
    only: str = ""
    quick: bool = False
    skip_quick: bool = False
    full: bool = False
    all_judged: bool = False
    unsafe_no_jail: bool = False
    students_see: StudentsSee | None = None


def prove_pack(course: Course, assignments: list[str], proof: Proof) -> int:
    """Run all answers, print tables, and return 0 if all results are as expected, else 1.

    Raises:
        CoursepackError: no answer has such a name, or there is no jail on this machine.
    """
    console = Console()
    _refuse_no_match(course, assignments, proof.only)
    families = [list(answers(course, name, proof.only, full=proof.full)) for name in assignments]
    if not (proof.unsafe_no_jail or proof.skip_quick):
        jail.check_jail()
    runs = {} if proof.quick else _run_in_forks(course, families, proof, console)
    failed = 0
    if not proof.quick:
        pairs = [(families[place[0]][place[1]], result) for place, result in sorted(runs.items())]
        console.print(_table("Proof of the pack", pairs))
        _tell_messages(pairs, proof, console)
        failed = _count_failed(pairs, "", console)
    if proof.skip_quick:
        console.print("--skip-quick: no answer went through jail and judge; `coursepack validate --quick` does that")
        return 1 if failed else 0
    chosen = _chosen(families, runs, proof)
    judged = _judged(course, chosen, proof, console)
    console.print(_table("Through jail and judge", judged))
    if proof.quick:
        _tell_messages(judged, proof, console)
        left_out = _sum(one for family in families for one in family) - _sum(chosen)
        console.print(f"--quick: {left_out} answers were left out; without it, all are run")
    failed += _count_failed(judged, " in jail and judge", console)
    return 1 if failed else 0


def _refuse_no_match(course: Course, assignments: Sequence[str], only: str) -> None:
    """Raise an error if no answer's name contains a text, with the names that come closest.

    Raises:
        CoursepackError: none does.
    """
    home = course.root / "answers"
    paths = [path for name in assignments for kind in ("right", "wrong") for path in (home / name / kind).glob("*.py")]
    names = sorted({"solution", *(path.stem for path in paths if path.stem != "__init__")})
    if any(only in name for name in names):
        return
    close = difflib.get_close_matches(only, names, MOST, cutoff=0.3)
    remedy = f"use a part of one of: {name_list(dict.fromkeys([*close, *names]), len(close) or MOST)}"
    raise CoursepackError(f"no answer's name contains “{only}”", where=str(home), remedy=remedy)


def _chosen(families: Sequence[Sequence[Answer]], runs: Mapping[Place, NotebookRun], proof: Proof) -> list[Judged]:
    """Return the answers that go through jail and judge."""
    chosen: list[Judged] = []
    for number, family in enumerate(families):
        results = [runs.get((number, index), NotebookRun()) for index in range(len(family))]
        chosen += selection(family, results, everything=proof.all_judged, full=proof.full)
    return [answer for answer in chosen if proof.only in answer.name]


def _count_failed(pairs: Pairs, where: str, console: Console) -> int:
    """Print how many answers were judged as they should be, and return how many were not."""
    total, failed = _sum(answer for answer, _ in pairs), _sum(one for one, result in pairs if faults(one, result))
    console.print(f"{total - failed} of {total} answers judged as they should be{where}")
    return failed


def _run_in_forks(
    course: Course, families: Sequence[Sequence[Answer]], proof: Proof, console: Console
) -> dict[Place, NotebookRun]:
    """Run all answers in forked processes; return the results by place.

    Wrong answers to different exercises share a notebook, unless all cells are to run or what their tests say is read.
    If that notebook does not lose what its parts should, they are run one by one.
    """
    places = {(f, one.kind, one.name): (f, i) for f, family in enumerate(families) for i, one in enumerate(family)}
    results: dict[Place, NotebookRun] = {}
    alone: list[list[Answer]] = [[] for _ in families]
    by_itself = proof.full or proof.students_see is not None
    for number, answer, result in _each(
        course, [family if by_itself else _shared(family) for family in families], proof, console, "proving"
    ):
        parts = _parts(answer)
        if len(parts) > 1 and faults(answer, result):
            alone[number] += parts
            continue
        for part in parts:
            results[places[number, part.kind, part.name]] = (
                _part_of(result, part, len(parts)) if len(parts) > 1 else result
            )
        _tell(console, answer, result)
    if any(alone):
        # A family begins with its base run.
        again = [[families[number][0], *some] if some else [] for number, some in enumerate(alone)]
        for number, answer, result in _each(course, again, proof, console, "proving one by one"):
            results[places[number, answer.kind, answer.name]] = result
            if answer is not families[number][0]:  # that one has been told of before
                _tell(console, answer, result)
    return results


def _each(
    course: Course, families: Sequence[Sequence[Answer]], proof: Proof, console: Console, doing: str
) -> Iterator[tuple[int, Answer, NotebookRun]]:
    """Run answers; yield each with its family's number and its result as it ends."""
    numbers = [number for number, family in enumerate(families) if family]
    notebooks = [[answer.notebook for answer in families[number]] for number in numbers]
    with Pace(console, doing, sum(map(len, notebooks))) as pace:
        for (place, index), result in run_all(course, notebooks, proof.jobs):
            answer = families[numbers[place]][index]
            pace.advance(f"{answer.assignment} {answer.name}")
            yield numbers[place], answer, result


def _shared(family: Sequence[Answer]) -> list[Answer]:
    """Put the wrong answers of an assignment that do not meet into one notebook; the solution comes first."""
    mutants = [answer for answer in family if answer.kind == "wrong answer"]
    others = [answer for answer in family if answer.kind != "wrong answer"]
    return [*others, *(combined(family[0], mutants, full=False) if mutants else ())]


def _parts(answer: Answer) -> tuple[Answer, ...]:
    return (answer.parts if isinstance(answer, Judged) else ()) or (answer,)


def _part_of(result: NotebookRun, part: Answer, count: int) -> NotebookRun:
    """Return what one of `count` wrong answers in a notebook lost, where together they lost what they should."""
    outcomes = tuple(replace(one, passed=one.passed or one.grade_id not in part.loses) for one in result.outcomes)
    return replace(result, outcomes=outcomes, seconds=result.seconds / count)


def _judged(course: Course, chosen: Sequence[Judged], proof: Proof, console: Console) -> Pairs:
    """Run answers through jail and judge; return them with their results, in order."""
    results: dict[int, tuple[Answer, NotebookRun]] = {}
    with Pace(console, "judging", len(chosen)) as pace:
        for place, result in judge_all(course, chosen, proof.jobs, unsafe_no_jail=proof.unsafe_no_jail):
            answer = chosen[place]
            results[place] = answer, result
            pace.advance(f"{answer.assignment} {answer.name}")
            _tell(console, answer, result, "in jail and judge: ")
    return [results[place] for place in sorted(results)]


def _tell(console: Console, answer: Answer, result: NotebookRun, where: str = "") -> None:
    # The solution, and the untouched notebook, have no name but their kind.
    which = answer.kind if answer.kind == answer.name else f"{answer.kind} {answer.name}"
    for fault in faults(answer, result):
        line = f"✗ {answer.assignment} {which}: {where}{fault}"
        # The solution is run first: what is missing for it is missing for all answers.
        if answer.kind == "solution" and (remedy := remedy_for(fault)):
            line += f"\n  remedy: {remedy}"
        console.print(line, markup=False, highlight=False, style="red", soft_wrap=True)


def _tell_messages(pairs: Pairs, proof: Proof, console: Console) -> None:
    """Print what the failed tests of each wrong answer tell students, if that is asked for."""
    wrong = [(answer, result) for answer, result in pairs if answer.kind == "wrong answer"]
    if proof.students_see is None or not wrong:
        return
    console.print("What students read about each wrong answer:")
    for answer, result in wrong:
        for line in message_lines(_parts(answer), result, proof.students_see):
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def _sum(some: Iterable[Answer]) -> int:
    return sum(answer.count for answer in some)


def _table(title: str, pairs: Pairs) -> Table:
    """Summarise by assignment and kind of answer."""
    table = Table(title=title)
    for heading in ("assignment", "answers"):
        table.add_column(heading, no_wrap=True)
    table.add_column("what must hold")
    for heading in ("right", "of", "CPU s"):
        table.add_column(heading, justify="right")
    for assignment in dict.fromkeys(answer.assignment for answer, _ in pairs):
        for kind, claim in CLAIMS.items():
            group = [pair for pair in pairs if pair[0].assignment == assignment and pair[0].kind == kind]
            if group:
                total = _sum(answer for answer, _ in group)
                right = total - _sum(answer for answer, result in group if faults(answer, result))
                style = "" if right == total else "red"
                seconds = sum(result.seconds for _, result in group)
                table.add_row(assignment, kind, claim, str(right), str(total), f"{seconds:.0f}", style=style)
    return table
