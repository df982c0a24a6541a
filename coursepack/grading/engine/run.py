"""Grade one notebook: run its cells in a jailed kernel, let the judge decide the test cells, never lose a result."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.grading.engine import outputs
from coursepack.grading.engine.assemble import assemble, own_name
from coursepack.grading.engine.judge import FAULT, LOST
from coursepack.grading.engine.limits import Limits
from coursepack.grading.engine.records import CellRecord, GradedNotebook, Verdict
from coursepack.grading.engine.recovery import Kernels
from coursepack.grading.engine.session import Session, Stay, Stop
from coursepack.grading.engine.worker import Worker
from coursepack.grading.pictures import picture_cells

MESSAGES = {
    Stop.TIME: "stopped at the time limit: does a loop never end?",
    Stop.MEMORY: "stopped at the memory limit: is an array or a list far too large?",
    Stop.DIED: "the notebook's process ended while this cell ran",
    Stop.SERVER: "the grading server ended twice while the notebook ran; that is no fault of the student's",
}
VERDICTS = {
    Stop.TIME: Verdict.TIMED_OUT,
    Stop.MEMORY: Verdict.OUT_OF_MEMORY,
    Stop.DIED: Verdict.STUDENT_ERROR,
    Stop.SERVER: Verdict.NOT_REACHED,
}
SERVER_LOST = "the grading server ended while cell {} ran; a new one ran the cell again"
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
    pictures: bool = True,
) -> GradedNotebook:
    """Grade a submission.

    Args:
        course: the course.
        source_nb: the assignment's source notebook, with solutions and hidden tests.
        submission_nb: what was handed in; nothing about it is believed.
        limits: what the notebook may take.
        worker: a running worker.
        files: what was handed in beside the notebook, by relative path.
        pictures: whether to run the assignment's own cells that only draw; points do not depend on them.

    Returns:
        A record for every test cell, whatever the submission does, and the notebook as it was run.
    """
    assembly = assemble(source_nb, submission_nb)
    skipped = set() if pictures else own_pictures(assembly.notebook)
    run = _Run(worker, assembly.notebook, limits or Limits(), files or {}, skipped)
    run.notes.extend(assembly.notes)
    return _wait_for(run.grade())


def _wait_for(work: Coroutine[None, None, GradedNotebook]) -> GradedNotebook:
    """Run a coroutine to its end, also where the thread has a loop running: formgrader calls from one."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, work).result()


def own_pictures(notebook: NotebookNode) -> set[str]:
    """Return the ids of the assignment's own cells that only draw what no other cell uses, the student's included."""
    own = {cell.id for cell in notebook.cells if own_name(cell)}
    return picture_cells(notebook) & own


@dataclass
class _Run:
    """One notebook on its way through."""

    worker: Worker
    notebook: NotebookNode
    limits: Limits
    files: Mapping[str, bytes]
    skipped: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    records: list[CellRecord] = field(default_factory=list)
    server_lost: bool = False

    def __post_init__(self) -> None:
        self.kernels = Kernels(self.worker, self.notebook, self.limits, self.files, self.notes)

    async def grade(self) -> GradedNotebook:
        """Go through all cells."""
        started = time.monotonic()
        self.kernels.until = started + self.limits.notebook_wall_seconds
        try:
            for index, cell in enumerate(self.notebook.cells):
                if cell.cell_type == "code" and cell.id not in self.skipped:
                    await self._cell(index, cell)
        finally:
            await self.kernels.leave()
        self._clean()
        notes = tuple(dict.fromkeys(self.notes))
        seconds = time.monotonic() - started
        return GradedNotebook(tuple(self.records), notes, seconds, self.kernels.cpu_seconds, notebook=self.notebook)

    async def _cell(self, index: int, cell: NotebookNode) -> None:
        session = await self.kernels.ready() if time.monotonic() < self.kernels.until else None
        if session is None:
            self._not_reached(cell)
            return
        answer = "", ""
        if _points(cell):
            stay, answer = await session.judge(cell.source, self._student_code(), self.kernels.until)
        else:
            stay = await session.run(cell, index, self.kernels.until)
            self._note_if_cut_short(cell, stay)
        if stay.stop is Stop.SERVER and not self.server_lost:
            await self._again(index, cell)
            return
        if await self.kernels.acquits(index, stay):
            cell.outputs = []
            await self._cell(index, cell)
            return
        if _points(cell):
            self._after_judging(cell, stay, *answer)
        else:
            self._after_run(index, cell, stay)
        self.kernels.settled(index, stay)
        await self._bury_if_dead(cell, stay, session)

    async def _again(self, index: int, cell: NotebookNode) -> None:
        """Run a cell once more, for the server ended; if that happens again, it is recorded."""
        self.server_lost, cell.outputs = True, []
        self.notes.append(SERVER_LOST.format(own_name(cell) or cell.id))
        await self.kernels.leave()
        await self._cell(index, cell)

    def _after_run(self, index: int, cell: NotebookNode, stay: Stay) -> None:
        """Record a test that students see; remember a cell that a new kernel can run again."""
        if stay.stop is None:
            self.kernels.came_to_its_end(index)
        else:
            cell.outputs.append(outputs.error(ERROR_NAMES[VERDICTS[stay.stop]], MESSAGES[stay.stop]))
        if _is_test(cell):
            errors = [out for out in cell.outputs if out.output_type == "error"]
            verdict = VERDICTS[stay.stop] if stay.stop else Verdict.FAILED if errors else Verdict.PASSED
            message = outputs.clean_text(f"{errors[-1].ename}: {errors[-1].evalue}", 4_000) if errors else ""
            self._record(cell, verdict, message, stay)

    def _after_judging(self, cell: NotebookNode, stay: Stay, verdict: str, message: str) -> None:
        """Record a test cell that was judged; what stopped the kernel counts for more than what the judge says."""
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

    def _record(self, cell: NotebookNode, verdict: Verdict, message: str, stay: Stay) -> None:
        points = round(stay.seconds, 3), round(stay.cpu_seconds, 3)
        self.records.append(CellRecord(own_name(cell), _points(cell), verdict, message, *points))

    def _not_reached(self, cell: NotebookNode) -> None:
        cell.outputs = [outputs.error("NotReached", NOT_REACHED)]
        if _is_test(cell):
            self._record(cell, Verdict.NOT_REACHED, NOT_REACHED, Stay(0.0, 0.0))

    def _student_code(self) -> list[str]:
        return [cell.source for cell in self.notebook.cells if cell.cell_type == "code" and not _is_test(cell)]

    async def _bury_if_dead(self, cell: NotebookNode, stay: Stay, session: Session) -> None:
        if await session.alive():
            self._note_if_interrupted(cell, stay)
            return
        if stay.stop is Stop.SERVER:
            self.notes.append(MESSAGES[Stop.SERVER])
        why = {Stop.TIME: "would not stop at its time limit", Stop.MEMORY: "took too much memory"}
        name = own_name(cell) or cell.id
        self.notes.append(f"cell {name} {why.get(stay.stop or Stop.DIED, 'ended the kernel')}; a new one took over")
        if self.kernels.session is session:
            await self.kernels.leave()

    def _note_if_cut_short(self, cell: NotebookNode, stay: Stay) -> None:
        if stay.cut_short:
            most = self.limits.cell_output_bytes / 2**20
            self.notes.append(f"cell {own_name(cell) or cell.id} showed more than {most:g} MiB; the rest was left out")

    def _note_if_interrupted(self, cell: NotebookNode, stay: Stay) -> None:
        if stay.stop is Stop.TIME:
            self.notes.append(f"cell {own_name(cell) or cell.id} ran into its time limit and was interrupted")

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
