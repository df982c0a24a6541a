"""Print a class's verdicts: a table of scores, then what failed and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coursepack.grading.batch.misplaced import Misplaced
from coursepack.grading.results import CellStatus, Status, SubmissionResult
from coursepack.notebooks.exercises import Exercise

COLOURS = {
    Status.GRADED: "green",
    Status.TO_MARK: "cyan",
    Status.NOT_GRADED: "red",
    Status.MISSING: "dim",
}

CHANGED = "the answer changed since it was marked; look at it again"
# If at least this many submissions fail a check, and none passes it, we suspect the check itself.
CROWD = 5


@dataclass(frozen=True)
class Failure:
    """One way in which one check failed.

    Attributes:
        grade_id: the check's cell.
        message: its message.
        students: the students who got it, as named in the class list.
    """

    grade_id: str
    message: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Suspect:
    """A check that nobody passed.

    Attributes:
        grade_id: the check's cell.
        count: how many submissions it judged.
    """

    grade_id: str
    count: int

    @property
    def sentence(self) -> str:
        """The sentence for the instructor."""
        return f"all {self.count} submissions fail {self.grade_id}: try it with `coursepack validate`"


def group_failures(results: Iterable[SubmissionResult]) -> list[Failure]:
    """Return the failing checks, in the notebook's order, each with its messages, the most frequent first."""
    groups: dict[str, dict[str, list[str]]] = {}
    order: dict[str, int] = {}
    for result in results:
        for place, cell in enumerate(result.cells):
            order.setdefault(cell.grade_id, place)
        for cell in result.lost:
            # A mark that a person gave has its reason in the person's comment.
            if not cell.by_hand:
                groups.setdefault(cell.grade_id, {}).setdefault(cell.message, []).append(result.display_name)
    return [
        Failure(grade_id, message, tuple(students))
        for grade_id in sorted(groups, key=lambda name: order[name])
        for message, students in sorted(groups[grade_id].items(), key=lambda item: -len(item[1]))
    ]


def print_verdicts(results: Sequence[SubmissionResult], console: Console) -> None:
    """Print the table of scores, the failing checks, the problems and the notes."""
    console.print(score_table(results))
    _print_failures(group_failures(results), console)
    _print_suspects(suspect_checks(results), console)
    _print_lines("Not graded", _by_problem(results), console)
    notes = ((result.display_name, note) for result in results for note in result.notes)
    _print_lines("Noticed", notes, console)


def print_changed(results: Iterable[SubmissionResult], exercises: Iterable[Exercise], console: Console) -> None:
    """Print which answers are no longer those that a person marked."""
    titles = {cell.grade_id: exercise.title for exercise in exercises for cell in exercise.cells}
    lines = [
        (result.display_name, f"{titles.get(cell.grade_id, cell.grade_id)}: {CHANGED}")
        for result in results
        for cell in result.changed
    ]
    _print_lines("To mark again", lines, console)


def print_misplaced(misplaced: Sequence[Misplaced], console: Console) -> None:
    """Print which notebooks lie where no grader looks."""
    if misplaced:
        console.print("\n[bold]In a wrong place[/]")
    for one in misplaced:
        console.print(f"  {escape(one.sentence)}", highlight=False, soft_wrap=True)


def suspect_checks(results: Iterable[SubmissionResult]) -> list[Suspect]:
    """Return the checks that nobody passed, if at least `CROWD` submissions tried."""
    tried: dict[str, int] = {}
    earned: dict[str, float] = {}
    for result in results:
        judged = result.cells if result.has_score else ()
        for cell in judged:
            if cell.max_points and cell.status is not CellStatus.TO_MARK and not cell.by_hand:
                tried[cell.grade_id] = tried.get(cell.grade_id, 0) + 1
                earned[cell.grade_id] = earned.get(cell.grade_id, 0.0) + cell.points
    return [Suspect(name, count) for name, count in tried.items() if count >= CROWD and not earned[name]]


def _print_suspects(suspects: Sequence[Suspect], console: Console) -> None:
    if suspects:
        console.print("\n[bold]Is the check right?[/]")
    for suspect in suspects:
        console.print(f"  {escape(suspect.sentence)}", highlight=False, soft_wrap=True)


def _by_problem(results: Iterable[SubmissionResult]) -> Iterator[tuple[str, str]]:
    """Yield the students who share a problem, and the problem."""
    groups: dict[str, list[str]] = {}
    for result in results:
        if result.problem:
            groups.setdefault(result.problem, []).append(result.display_name)
    yield from ((", ".join(names), problem) for problem, names in groups.items())


def score_table(results: Iterable[SubmissionResult]) -> Table:
    """Return the table of scores."""
    table = Table("student", title="Scores", title_justify="left")
    for column in ("score", "max"):
        table.add_column(column, justify="right")
    table.add_column("late")
    table.add_column("status")
    for result in results:
        score = f"{result.score:g}{' so far' if result.waiting else ''}" if result.has_score else "–"
        late = how_late(result)
        status = f"[{COLOURS[result.status]}]{result.status}[/]"
        table.add_row(escape(result.display_name), score, f"{result.max_score:g}", late, status)
    return table


def how_late(result: SubmissionResult) -> str:
    """Return how late a submission is, in words; nothing if it was on time."""
    return "time not known" if result.time_unknown and result.late_by > 0 else duration(result.late_by)


def duration(seconds: float) -> str:
    """Return a time span in its two largest units, as "1 d 2 h"; nothing for 0."""
    if seconds <= 0:
        return ""
    left, parts = max(1, round(seconds / 60)), []
    for unit, minutes in (("d", 24 * 60), ("h", 60), ("min", 1)):
        count, left = divmod(left, minutes)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def _print_failures(failures: Sequence[Failure], console: Console) -> None:
    if not failures:
        return
    console.print("\n[bold]What failed and why[/]")
    shown = ""
    for failure in failures:
        if failure.grade_id != shown:
            shown = failure.grade_id
            console.print(f"[cyan]{escape(shown)}[/]")
        lines = (failure.message or "no message").splitlines()
        console.print(f"  {len(failure.students)} × {escape(lines[0])}", highlight=False)
        for line in lines[1:6]:
            console.print(f"      {escape(line)}", highlight=False)
        console.print(f"      [dim]{escape(', '.join(failure.students))}[/]", highlight=False)


def _print_lines(title: str, lines: Iterable[tuple[str, str]], console: Console) -> None:
    shown = list(lines)
    if shown:
        console.print(f"\n[bold]{title}[/]")
    for name, text in shown:
        console.print(f"  {escape(name)}: {escape(text)}", highlight=False)
