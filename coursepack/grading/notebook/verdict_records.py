"""The results of one notebook: a verdict for every test cell. These records alone determine the points."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from coursepack.grading.results import CellResult, CellStatus
from coursepack.judge.verdict import Verdict
from coursepack.notebooks.cells import grade_id_of, is_solution

STATUS = {
    Verdict.PASSED: CellStatus.PASSED,
    Verdict.FAILED: CellStatus.FAILED,
    Verdict.STUDENT_ERROR: CellStatus.STUDENT_ERROR,
    Verdict.TIMED_OUT: CellStatus.TIMED_OUT,
    Verdict.OUT_OF_MEMORY: CellStatus.OUT_OF_MEMORY,
    Verdict.NOT_REACHED: CellStatus.NOT_REACHED,
    Verdict.GRADER_ERROR: CellStatus.NOT_GRADED,
}


@dataclass(frozen=True)
class VerdictRecord:
    """The verdict on one test cell.

    Attributes:
        grade_id: the cell's name.
        max_points: the points it carries; 0 for a visible test.
        verdict: its verdict.
        message: why it did not pass, in the check's words; empty if it passed.
        seconds: wall-clock time.
        cpu_seconds: CPU time of the student's processes.
        details: the traceback of a grader error, or of one in doubt; only for the instructor: it shows the test.
    """

    grade_id: str
    max_points: float
    verdict: Verdict
    message: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    details: str = ""

    @property
    def points(self) -> float:
        """Points earned: all or none."""
        return self.max_points if self.verdict is Verdict.PASSED else 0.0

    def as_result(self) -> CellResult:
        """Return the record in the form used in the class's results."""
        return CellResult(self.grade_id, self.points, self.max_points, STATUS[self.verdict], self.message)


@dataclass(frozen=True)
class GradedNotebook:
    """A notebook that was graded.

    Attributes:
        records: one for each test cell, in the notebook's order.
        notes: what was repaired or noticed, one sentence each, for the instructor.
        seconds: wall-clock time.
        cpu_seconds: CPU time of the student's processes.
        notebook: the notebook as it was run, with safe outputs; not part of the JSON.
        written: the text of the answers in code, by cell, as the JSON has it; None if that has none.
    """

    records: tuple[VerdictRecord, ...]
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    notebook: NotebookNode = dataclasses.field(default_factory=lambda: _empty_notebook(), compare=False, repr=False)
    written: Mapping[str, str] | None = dataclasses.field(default=None, compare=False, repr=False)

    @property
    def points(self) -> float:
        """Points earned."""
        return sum(record.points for record in self.records)

    @property
    def max_points(self) -> float:
        """Points that a perfect notebook earns."""
        return sum(record.max_points for record in self.records)

    @property
    def lost(self) -> tuple[str, ...]:
        """Names of the cells that carry points and earned none."""
        return tuple(record.grade_id for record in self.records if record.max_points and not record.points)

    @property
    def grader_errors(self) -> tuple[VerdictRecord, ...]:
        """The cells that a fault of ours kept from being graded; if there are any, the points mean nothing."""
        return tuple(record for record in self.records if record.verdict is Verdict.GRADER_ERROR)

    def to_json(self) -> str:
        """Return the records (without the notebook) as JSON text."""
        written = {
            grade_id_of(cell): cell.source
            for cell in self.notebook.cells
            if cell.cell_type == "code" and is_solution(cell)
        }
        fields = {"notes": self.notes, "seconds": self.seconds, "cpu_seconds": self.cpu_seconds, "written": written}
        records = [dataclasses.asdict(record) for record in self.records]
        return json.dumps({"records": records, **fields}, indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> GradedNotebook:
        """Read the records that `to_json` wrote.

        Raises:
            ValueError: the text is not such JSON.
        """
        try:
            content: dict[str, Any] = json.loads(text)
            records = [VerdictRecord(**{**one, "verdict": Verdict(one["verdict"])}) for one in content.pop("records")]
            return cls(records=tuple(records), **{**content, "notes": tuple(content["notes"])})
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"these are not grading records: {error}") from error


def _empty_notebook() -> NotebookNode:
    """Return a notebook without cells.

    nbformat's own function validates it: in reading the records of a class, that would be half of the work.
    """
    return NotebookNode(nbformat=4, nbformat_minor=5, metadata=NotebookNode(), cells=[])  # type: ignore[no-untyped-call]
