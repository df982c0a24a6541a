"""Turn the cells of a graded notebook into what the page shows of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from coursepack.feedback.code_html import CodeWriter
from coursepack.feedback.facts import Facts
from coursepack.feedback.hidden_parts import is_test_cell
from coursepack.feedback.markdown_html import MarkdownWriter, plain
from coursepack.feedback.messages import Message, failures_in
from coursepack.grading.outcomes import CheckOutcome, ExerciseOutcome
from coursepack.grading.results import CellStatus
from coursepack.notebooks.cells import grade_id_of, is_graded, is_solution, is_task, marks_of
from coursepack.notebooks.exercises import shown

LEFT_OUT = "The rest of this notebook is too long to be shown here."
# Of all cells' HTML, without pictures and other outputs.
MAX_HTML = 8 * 2**20


@dataclass(frozen=True)
class Failure:
    """A check that did not pass, and where to look.

    Attributes:
        anchor: the place of its message in the page.
        check: how it did.
        message: why it did not pass.
        cell: number of the check's cell; 0 if the notebook has none.
        answer: number of the cell with the student's code that it checks, or of the written answer; 0 if there is none.
    """

    anchor: str
    check: CheckOutcome
    message: Message
    cell: int
    answer: int


@dataclass(frozen=True)
class CellView:
    """One cell as the page shows it.

    Attributes:
        number: its place in the notebook, from 1.
        kind: "prose", "note", "given", "answer", "own" or "test".
        label: what it is, in the reader's words.
        body: HTML of a text.
        code: HTML of code.
        outputs: HTML of what came out.
        status: how it did; None for a cell that nobody judges.
        points: points and what it is worth; None if it is worth nothing.
        failures: the checks of this cell's code that did not pass.
        comment: HTML of what the marker wrote.
        remark: what was entered automatically.
        stopped: whether it ended in an error.
        changed: whether it has changed since a person marked it.
    """

    number: int
    kind: str
    label: str = ""
    body: str = ""
    code: str = ""
    outputs: str = ""
    status: CellStatus | None = None
    points: tuple[float, float] | None = None
    failures: tuple[Failure, ...] = ()
    comment: str = ""
    remark: str = ""
    stopped: bool = False
    changed: bool = False


def failures_of(notebook: NotebookNode, exercises: Sequence[ExerciseOutcome]) -> dict[str, tuple[Failure, ...]]:
    """Return the failures of each exercise, by its title, with the cells to look at."""
    numbers: dict[str, int] = {}
    answers: dict[str, int] = {}
    answer = 0
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code" and is_solution(cell):
            answer = number
        if is_graded(cell):
            written = is_solution(cell)
            numbers[grade_id_of(cell)], answers[grade_id_of(cell)] = (0, number) if written else (number, answer)
    found: dict[str, tuple[Failure, ...]] = {}
    count = 0
    for exercise in exercises:
        failures = []
        for check, message in failures_in(exercise):
            count += 1
            name = check.cell.grade_id
            failures.append(Failure(f"failed-{count}", check, message, numbers.get(name, 0), answers.get(name, 0)))
        if failures:
            found[exercise.title] = tuple(failures)
    return found


class CellViewer:
    """Shows the cells of one notebook, within the page's limits.

    Args:
        source: the assignment's own notebook, which tells given cells from the student's.
        facts: what the gradebook says.
        checks: how each graded cell did, by name.
        failures: all failures, by exercise.
        writers: of markdown and of code.
    """

    def __init__(
        self,
        source: NotebookNode,
        facts: Facts,
        checks: Mapping[str, CheckOutcome],
        failures: Mapping[str, Sequence[Failure]],
        writers: tuple[MarkdownWriter, CodeWriter],
    ) -> None:
        self._facts, self._checks = facts, checks
        self._given = {(cell.cell_type, shown(cell.source).strip()) for cell in source.cells}
        self._failures = [failure for several in failures.values() for failure in several]
        self._markdown, self._code = writers

    def views(self, notebook: NotebookNode) -> list[CellView]:
        """Return what the page shows of each cell that is not empty."""
        views: list[CellView] = []
        room = MAX_HTML
        for number, cell in enumerate(notebook.cells, 1):
            if not cell.source.strip() and not cell.get("outputs"):
                continue
            view = self._text(number, cell) if cell.cell_type != "code" else self._code_cell(number, cell)
            room -= len(view.code) + len(view.comment) + (len(view.body) if "base64" not in view.body else 0)
            if room < 0:
                return [*views, CellView(number, "note", "Left out", body=f"<p>{LEFT_OUT}</p>")]
            views.append(view)
        return views

    def _text(self, number: int, cell: NotebookNode) -> CellView:
        name, text = grade_id_of(cell), cell.source
        given = (cell.cell_type, text.strip()) in self._given or bool(marks_of(cell).get("locked"))
        if cell.cell_type == "raw":
            return CellView(number, "note", "Your text", body=plain(text))
        body = self._markdown.write(text, cell.get("attachments"), given=given)
        if not (is_solution(cell) or (is_task(cell) and not given)):
            return CellView(number, "prose" if given else "note", "" if given else "Your note", body=body)
        check = self._checks.get(name)
        return CellView(
            number,
            "answer",
            "Your answer",
            body=body,
            status=check.status if check else None,
            points=self._points(name),
            comment=self._comment(name),
            remark=self._facts.remarks.get(name, ""),
            changed=self._changed(name),
        )

    def _code_cell(self, number: int, cell: NotebookNode) -> CellView:
        name, test = grade_id_of(cell), is_test_cell(cell)
        kind, label = self._kind(cell)
        outputs = cell.outputs if not test else [one for one in cell.outputs if one.output_type != "error"]
        failures = tuple(one for one in self._failures if one.answer == number) if kind == "answer" else ()
        if test:
            failures = tuple(one for one in self._failures if one.cell == number)
        return CellView(
            number,
            kind,
            label,
            code=self._code.code(cell.source),
            outputs=self._code.outputs(outputs, f"cell {number}"),
            status=self._checks[name].status if name in self._checks else None,
            points=self._points(name),
            failures=failures,
            comment=self._comment(name),
            remark=self._facts.remarks.get(name, ""),
            stopped=not test and any(output.output_type == "error" for output in cell.outputs),
            changed=self._changed(name),
        )

    def _kind(self, cell: NotebookNode) -> tuple[str, str]:
        if is_test_cell(cell):
            check = self._checks.get(grade_id_of(cell))
            return "test", (check.cell.about if check else "") or "Check"
        if is_solution(cell):
            return "answer", "Your code"
        if marks_of(cell).get("locked") or ("code", cell.source.strip()) in self._given:
            return "given", "Given code"
        return "own", "Your own cell"

    def _points(self, name: str) -> tuple[float, float] | None:
        mark = self._facts.marks.get(name)
        return (mark.points, mark.max_points) if mark and mark.max_points else None

    def _changed(self, name: str) -> bool:
        mark = self._facts.marks.get(name)
        return mark is not None and mark.changed

    def _comment(self, name: str) -> str:
        comment = self._facts.comments.get(name, "")
        return self._markdown.write(comment) if comment else ""
