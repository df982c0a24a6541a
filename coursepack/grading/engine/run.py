"""Grade one notebook: run its cells in a jailed kernel, let the judge decide the test cells, never lose a result."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.grading.engine import outputs
from coursepack.grading.engine.assemble import assemble, own_name
from coursepack.grading.engine.judge import FAULT, LOST
from coursepack.grading.engine.limits import Limits
from coursepack.grading.engine.records import CellRecord, GradedNotebook, Verdict
from coursepack.grading.engine.session import Session, Stay, Stop
from coursepack.grading.engine.worker import Worker

MESSAGES = {
    Stop.TIME: "stopped at the time limit: does a loop never end?",
    Stop.MEMORY: "stopped at the memory limit: is an array or a list far too large?",
    Stop.DIED: "the notebook's process ended while this cell ran",
}
VERDICTS = {Stop.TIME: Verdict.TIMED_OUT, Stop.MEMORY: Verdict.OUT_OF_MEMORY, Stop.DIED: Verdict.STUDENT_ERROR}
NOT_REACHED = "not reached: the notebook's process ended too often, or its time was over"
ERROR_NAMES = {
    Verdict.TIMED_OUT: "TimedOut",
    Verdict.OUT_OF_MEMORY: "OutOfMemory",
    Verdict.NOT_REACHED: "NotReached",
    Verdict.STUDENT_ERROR: "CheckFailed",
    Verdict.FAILED: "CheckFailed",
}


def grade_notebook(
    course: Course,
    source_nb: NotebookNode,
    submission_nb: NotebookNode,
    *,
    limits: Limits | None = None,
    worker: Worker,
    files: Mapping[str, bytes] | None = None,
) -> GradedNotebook:
    """Grade a submission.

    Args:
        course: the course.
        source_nb: the assignment's source notebook, with solutions and hidden tests.
        submission_nb: what was handed in; nothing about it is believed.
        limits: what the notebook may take.
        worker: a running worker.
        files: what was handed in beside the notebook, by relative path.

    Returns:
        A record for every test cell, whatever the submission does, and the notebook as it was run.
    """
    assembly = assemble(source_nb, submission_nb)
    run = _Run(worker, assembly.notebook, limits or Limits(), files or {})
    run.notes.extend(assembly.notes)
    return asyncio.run(run.grade())


@dataclass
class _Run:
    """One notebook on its way through."""

    worker: Worker
    notebook: NotebookNode
    limits: Limits
    files: Mapping[str, bytes]
    notes: list[str] = field(default_factory=list)
    records: list[CellRecord] = field(default_factory=list)
    completed: list[int] = field(default_factory=list)
    session: Session | None = None
    starts: int = 0
    cpu_seconds: float = 0.0
    until: float = 0.0

    async def grade(self) -> GradedNotebook:
        """Go through all cells."""
        started = time.monotonic()
        self.until = started + self.limits.notebook_wall_seconds
        try:
            for index, cell in enumerate(self.notebook.cells):
                if cell.cell_type == "code":
                    await self._cell(index, cell)
        finally:
            await self._leave()
        self._clean()
        notes = tuple(dict.fromkeys(self.notes))
        return GradedNotebook(
            tuple(self.records), notes, time.monotonic() - started, self.cpu_seconds, notebook=self.notebook
        )

    async def _cell(self, index: int, cell: NotebookNode) -> None:
        session = await self._kernel() if time.monotonic() < self.until else None
        if session is None:
            self._not_reached(cell)
        elif _points(cell):
            await self._judge(session, cell)
        else:
            stay = await session.run(cell, index, self.until)
            self._after_run(index, cell, stay)
            await self._bury_if_dead(cell, stay)

    def _after_run(self, index: int, cell: NotebookNode, stay: Stay) -> None:
        """Record a test that students see; remember a cell that a new kernel can run again."""
        if stay.stop is None:
            self.completed.append(index)
        else:
            cell.outputs.append(outputs.error(ERROR_NAMES[VERDICTS[stay.stop]], MESSAGES[stay.stop]))
        if _is_test(cell):
            errors = [out for out in cell.outputs if out.output_type == "error"]
            verdict = VERDICTS[stay.stop] if stay.stop else Verdict.FAILED if errors else Verdict.PASSED
            message = outputs.clean_text(f"{errors[-1].ename}: {errors[-1].evalue}", 4_000) if errors else ""
            self._record(cell, verdict, message, stay)

    async def _judge(self, session: Session, cell: NotebookNode) -> None:
        """Let the judge run a test cell; what stopped the kernel counts for more than what the judge says."""
        stay, (verdict, message) = await session.judge(cell.source, self._student_code(), self.until)
        name = own_name(cell)
        if stay.stop is not None:
            verdict, message = VERDICTS[stay.stop], MESSAGES[stay.stop]
        elif verdict == FAULT:
            self.notes.append(f"{name}: {message}")
            verdict = Verdict.FAILED
        elif verdict == LOST:
            verdict = Verdict.STUDENT_ERROR
        cell.outputs, cell.execution_count = [], None
        self._record(cell, Verdict(verdict), outputs.clean_text(message, 4_000), stay)
        if verdict != Verdict.PASSED:
            cell.outputs = [outputs.error(ERROR_NAMES[Verdict(verdict)], message)]
        await self._bury_if_dead(cell, stay)

    def _record(self, cell: NotebookNode, verdict: Verdict, message: str, stay: Stay) -> None:
        points = round(stay.seconds, 3), round(stay.cpu_seconds, 3)
        self.records.append(CellRecord(own_name(cell), _points(cell), verdict, message, *points))

    def _not_reached(self, cell: NotebookNode) -> None:
        cell.outputs = [outputs.error("NotReached", NOT_REACHED)]
        if _is_test(cell):
            self._record(cell, Verdict.NOT_REACHED, NOT_REACHED, Stay(0.0, 0.0))

    def _student_code(self) -> list[str]:
        return [cell.source for cell in self.notebook.cells if cell.cell_type == "code" and not _is_test(cell)]

    async def _kernel(self) -> Session | None:
        """Return a living kernel in which the cells so far have run; None where there can be none."""
        while self.session is None:
            if self.starts > self.limits.restarts:
                return None
            self.starts += 1
            session = Session(self.worker.server, self.worker.judge, self.notebook, self.limits, self.files)
            self.session = session
            try:
                await session.start()
            except RuntimeError as error:
                self.notes.append(f"a kernel did not start: {outputs.clean_text(str(error), 500)}")
                await self._leave()
                continue
            await self._replay(session)
        return self.session

    async def _replay(self, session: Session) -> None:
        """Run again what had run in the kernel that died; a cell that now ends the kernel is left out next time."""
        for index in list(self.completed):
            stay = await session.run(copy.deepcopy(self.notebook.cells[index]), index, self.until)
            if stay.stop is not None:
                self.completed.remove(index)
            if not await session.alive():
                await self._leave()
                return

    async def _bury_if_dead(self, cell: NotebookNode, stay: Stay) -> None:
        if self.session is None or await self.session.alive():
            return
        why = {Stop.TIME: "would not stop at its time limit", Stop.MEMORY: "took too much memory"}
        name = own_name(cell) or cell.id
        self.notes.append(f"cell {name} {why.get(stay.stop or Stop.DIED, 'ended the kernel')}; a new one took over")
        await self._leave()

    async def _leave(self) -> None:
        if self.session is not None:
            self.cpu_seconds += self.session.cpu_seconds()
            await self.session.close()
            self.session = None

    def _clean(self) -> None:
        """Make all outputs safe to show."""
        room = self.limits.output_bytes
        for cell in self.notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, used = outputs.safe_outputs(cell.outputs, room=min(room, self.limits.cell_output_bytes))
                room = max(0, room - used)


def _is_test(cell: NotebookNode) -> bool:
    marks = cell.metadata.get("nbgrader", {})
    return bool(marks.get("grade")) and not marks.get("solution")


def _points(cell: NotebookNode) -> float:
    """Return the points of an automatically judged cell; 0 for any other."""
    return float(cell.metadata.nbgrader.get("points", 0)) if _is_test(cell) else 0.0
