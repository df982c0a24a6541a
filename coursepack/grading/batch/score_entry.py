"""What is entered in the gradebook for a graded submission: scores, automatic comments, and what a person must mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils

from coursepack.grading.batch.submission_rows import GradedCell, HeldGrade, NotebookRows
from coursepack.grading.batch.task import Graded
from coursepack.notebooks.cells import is_task, marks_of

NO_RESPONSE = "No response."


@dataclass(frozen=True)
class ScoreEntry:
    """What is entered for a submission.

    Attributes:
        cells: the named cells of the graded notebook, without outputs.
        points: the records' points, by cell name.
        digests: digests of the answers, by cell name; see `answer_digests`.
    """

    cells: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    points: Mapping[str, float] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, graded: Graded) -> ScoreEntry:
        """Return what a worker's answer says."""
        points = {record.grade_id: record.points for record in graded.verdicts.records}
        return cls(graded.cells, points, graded.answers)


def grade_columns(rows: NotebookRows, entry: ScoreEntry, marked: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the columns of a notebook's grades by the grade's key; `marked` has digests of the answers with a mark."""
    graded = rows.layout.graded
    return {
        key: _score(
            graded[grade.cell],
            entry.cells.get(grade.name),
            entry.points,
            _asks_again(grade, marked, entry.digests),
        )
        for key, grade in rows.grades.items()
    }


def comment_columns(rows: NotebookRows, entry: ScoreEntry) -> dict[str, dict[str, Any]]:
    """Return the columns of a notebook's automatic comments by the comment's key."""
    commented = rows.layout.commented
    return {
        key: {"auto_comment": NO_RESPONSE if _untouched(entry.cells.get(commented[cell])) else None}
        for key, cell in rows.comments.items()
    }


def _score(
    graded: GradedCell, cell: Mapping[str, Any] | None, points: Mapping[str, float], asks: bool | None
) -> dict[str, Any]:
    """Return a grade's automatic score and whether a person must mark it.

    The score is the record's points, 0 for what is missing, None for what a person must mark. A cell worth nothing,
    such as a marking scheme, has nothing to mark.

    Args:
        graded: the cell as the gradebook knows it.
        cell: the cell in the graded notebook; None if it is not there.
        points: the records' points, by cell name.
        asks: whether a mark that a person gave is asked for again; None if there is no such mark.
    """
    settled = cell is None or not graded.max_score
    auto: float | None = 0.0
    if graded.name in points:
        auto = points[graded.name]
    elif not settled and not _untouched(cell):
        auto = None
    return {"auto_score": auto, "needs_manual_grade": not settled and (auto is None if asks is None else asks)}


def _asks_again(grade: HeldGrade, marked: Mapping[str, str], digests: Mapping[str, str]) -> bool | None:
    """Tell whether a mark is to be asked for again; None if there is none."""
    if grade.manual_score is None:
        return None
    # Without a digest nobody knows what was marked; nbgrader asks again then, and so do we.
    return grade.name not in marked or marked[grade.name] != digests.get(grade.name)


def _untouched(cell: Mapping[str, Any] | None) -> bool:
    """Tell whether an answer is still as released; a task never is: a person looks at it in any case."""
    if cell is None or is_task(cell):
        return False
    marks = NotebookNode(marks_of(cell))  # type: ignore[no-untyped-call]
    metadata = NotebookNode(nbgrader=marks)  # type: ignore[no-untyped-call]
    node = NotebookNode({**cell, "metadata": metadata})  # type: ignore[no-untyped-call]
    return bool(marks.get("checksum") == utils.compute_checksum(node))
