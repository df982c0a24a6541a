"""Made-up notebooks to grade: an assignment of two exercises, and submissions that try things."""

from __future__ import annotations

import copy
import json
import time
from dataclasses import dataclass, replace
from typing import Any

import nbformat
import psutil
from nbformat import NotebookNode
from tiny_course import answered, code, source_notebook

from coursepack.grading.notebook.grade_notebook import grade_notebook
from coursepack.grading.notebook.verdict_records import GradedNotebook
from coursepack.grading.notebook.worker import Worker
from coursepack.sandbox.limits import MEBIBYTE, Limits

# Short limits: a test of a limit should not take long to reach it.
LIMITS = Limits(
    cell_cpu_seconds=1.0,
    cell_wall_seconds=8.0,
    notebook_wall_seconds=120.0,
    grace_seconds=0.5,
    memory_bytes=600 * MEBIBYTE,
    processes=64,
    scratch_bytes=32 * MEBIBYTE,
)


@dataclass
class Lab:
    """Grades notebooks with one worker."""

    worker: Worker

    def grade(self, submission: Any, *, source: Any = None, redraw: bool = False, **limits: Any) -> GradedNotebook:
        """Grade a submission of the tiny assignment (or of `source`) under short limits."""
        first = as_notebook(source if source is not None else source_notebook())
        second = as_notebook(submission)
        short = replace(LIMITS, **limits)
        return grade_notebook(self.worker.course, first, second, limits=short, worker=self.worker, redraw=redraw)

    def shown(self, *cells: str, **limits: Any) -> list[str]:
        """Run cells in one notebook; return what each wrote to standard output, or its error."""
        source = source_notebook()
        submission = copy.deepcopy(source)
        submission["cells"] = [added(text) for text in cells]
        graded = self.grade(submission, source=source, **limits)
        return [said(cell) for cell in graded.notebook.cells if cell.id.startswith("added-")]


def gone(pids: list[int]) -> bool:
    """Wait until processes have ended."""
    until = time.monotonic() + 20
    while any(psutil.pid_exists(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(psutil.pid_exists(pid) for pid in pids)


def as_notebook(content: Any) -> NotebookNode:
    """Return a dictionary as a notebook, without looking at it."""
    return nbformat.from_dict(json.loads(json.dumps(content)))


def added(text: str) -> dict[str, Any]:
    """Return a cell that a student adds."""
    cell = code("x", text, "given")
    return {**cell, "id": f"own-{abs(hash(text)) % 10**8}", "metadata": {}}


def with_cell(text: str, *, before: str = "double", **answers: str) -> dict[str, Any]:
    """Return a submission (right answers, unless given) with one more cell in front of another."""
    notebook = answered(**answers)
    place = next(index for index, cell in enumerate(notebook["cells"]) if cell["id"] == before)
    notebook["cells"].insert(place, added(text))
    return notebook


def said(cell: NotebookNode) -> str:
    """Return what a cell wrote to standard output, and the errors below it."""
    texts = [out.text for out in cell.outputs if out.output_type == "stream"]
    texts += [f"{out.ename}: {out.evalue}" for out in cell.outputs if out.output_type == "error"]
    return "".join(texts).strip()


def verdicts(graded: GradedNotebook) -> dict[str, str]:
    """Return the verdict of each test cell by name."""
    return {record.grade_id: str(record.verdict) for record in graded.records}
