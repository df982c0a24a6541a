"""Grade one notebook: run its cells in a jailed kernel, let the judge decide the test cells, and lose no result."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.grading.notebook.kept_pictures import KeptPictures, own_pictures
from coursepack.grading.notebook.merge import assemble
from coursepack.grading.notebook.missing_names import explained
from coursepack.grading.notebook.recovery import Kernels
from coursepack.grading.notebook.session import CellRun, Session, StopReason
from coursepack.grading.notebook.suspect_tests import in_doubt, passed_by_solution, settled
from coursepack.grading.notebook.verdict_records import GradedNotebook, VerdictRecord
from coursepack.grading.notebook.warm_imports import warm_imports
from coursepack.grading.notebook.worker import Worker
from coursepack.judge.judge_cell import LOST, Answer
from coursepack.judge.verdict import Verdict
from coursepack.notebooks.cells import code_cells, grade_id_of, is_solution, is_test, points_of
from coursepack.notebooks.unknown_names import answer_names
from coursepack.sandbox import outputs
from coursepack.sandbox.limits import Limits
from coursepack.subject.bindings import RanCell

_log = logging.getLogger(__name__)

MESSAGES = {
    StopReason.TIME: "stopped at the time limit: does a loop never end?",
    StopReason.MEMORY: "stopped at the memory limit: is an array or a list much too large?",
    StopReason.DIED: "the notebook's process ended while this cell ran",
    StopReason.SERVER: "the grading server ended twice while the notebook ran",
}
VERDICTS = {
    StopReason.TIME: Verdict.TIMED_OUT,
    StopReason.MEMORY: Verdict.OUT_OF_MEMORY,
    StopReason.DIED: Verdict.STUDENT_ERROR,
    StopReason.SERVER: Verdict.GRADER_ERROR,
}
SERVER_LOST = "the grading server ended while cell {} ran; a new one ran the cell again"
UNSTARTED = "no kernel could be started"
NOT_GRADED = "This test was not graded, for a reason that is not in your notebook."
NOT_REACHED = "not reached: the notebook's process ended too often, or its time ran out"
ERROR_NAMES = {
    Verdict.TIMED_OUT: "TimedOut",
    Verdict.OUT_OF_MEMORY: "OutOfMemory",
    Verdict.NOT_REACHED: "NotReached",
    Verdict.GRADER_ERROR: "NotGraded",
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
    redraw: bool = False,
    left_out: Collection[str] = (),
) -> GradedNotebook:
    """Grade a submission.

    Args:
        course: the course.
        source_nb: the assignment's source notebook, with solutions and hidden tests.
        submission_nb: the submitted notebook; nothing in it is trusted.
        limits: limits on time, memory and output.
        worker: a running worker.
        files: files submitted with the notebook, by relative path.
        redraw: whether to run the assignment's own cells that only draw, on which no point depends, rather than to show
            the pictures that were handed in.
        left_out: ids of further cells not to run; tests among them get no record.

    Returns:
        A record for every test cell, whatever the submission does, and the notebook that was run.
    """
    take, beside = limits or Limits(), files or {}
    worker.judge.require(warm_imports(course, source_nb).judge)
    given = frozenset(cell.source for cell in code_cells(source_nb) if not is_solution(cell))

    def grade(submission: NotebookNode, redraw: bool = False) -> GradedNotebook:
        assembly = assemble(source_nb, submission)
        drawing = frozenset() if redraw else frozenset(own_pictures(assembly.notebook))
        kept = KeptPictures(drawing, assembly.pictures)
        run = _Run(
            worker, assembly.notebook, take, beside, drawing | set(left_out), given, answer_names(source_nb), kept
        )
        run.notes.extend(assembly.notes)
        return _wait_for(run.grade())

    graded = grade(submission_nb, redraw)
    if in_doubt(graded):
        passed = passed_by_solution(source_nb, beside, worker.solutions, lambda: grade(source_nb))
        graded = settled(graded, passed)
    return graded


def _wait_for(work: Coroutine[None, None, GradedNotebook]) -> GradedNotebook:
    """Run a coroutine to its end, even if the thread already runs an event loop, as formgrader's does."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, work).result()


@dataclass
class _Run:
    """The grading of one notebook."""

    worker: Worker
    notebook: NotebookNode
    limits: Limits
    files: Mapping[str, bytes]
    skipped: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()  # the texts of the assignment's own cells
    answers: frozenset[str] | None = None
    kept: KeptPictures = field(default_factory=KeptPictures)
    notes: list[str] = field(default_factory=list)
    records: list[VerdictRecord] = field(default_factory=list)
    server_lost: bool = False
    # Our fault, if any, after which no failure counts against the student.
    ours: str = ""

    def __post_init__(self) -> None:
        self.kernels = Kernels(self.worker, self.notebook, self.limits, self.files, self.notes)

    async def grade(self) -> GradedNotebook:
        """Run or judge all cells in order."""
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
        session = await self._kernel()
        if session is None:
            self._not_reached(cell)
            return
        answer = Answer("")
        if _points(cell):
            cell_run, answer = await session.judge(cell.source, self._ran(index), self.kernels.until, self.answers)
        else:
            cell_run = await session.run(cell, index, self.kernels.until)
            self._note_if_cut_short(cell, cell_run)
        if cell_run.stop is not None:
            name = grade_id_of(cell) or cell.id
            _log.info("cell %s was stopped after %.1f s: %s", name, cell_run.seconds, cell_run.stop.name)
        if cell_run.stop is StopReason.SERVER and not self.server_lost:
            await self._again(index, cell)
            return
        if cell_run.stop is StopReason.SERVER:
            self.ours = MESSAGES[StopReason.SERVER]
        if await self.kernels.acquits(index, cell_run):
            cell.outputs = []
            await self._cell(index, cell)
            return
        if _points(cell):
            self._after_judging(cell, cell_run, answer)
        else:
            self._after_run(index, cell, cell_run)
        self.kernels.settled(index, cell_run)
        await self._bury_if_dead(cell, cell_run, session)

    async def _again(self, index: int, cell: NotebookNode) -> None:
        """Run a cell again because the server ended; record it if that happens again."""
        self.server_lost, cell.outputs = True, []
        self.notes.append(SERVER_LOST.format(grade_id_of(cell) or cell.id))
        await self.kernels.leave()
        await self._cell(index, cell)

    def _after_run(self, index: int, cell: NotebookNode, cell_run: CellRun) -> None:
        """Record a visible test; remember a cell that a new kernel can run again."""
        if cell_run.stop is None:
            self.kernels.came_to_its_end(index)
        else:
            cell.outputs.append(outputs.error(ERROR_NAMES[VERDICTS[cell_run.stop]], MESSAGES[cell_run.stop]))
        if is_test(cell):
            errors = [out for out in cell.outputs if out.output_type == "error"]
            if cell_run.stop is not None:
                self._record(cell, VERDICTS[cell_run.stop], MESSAGES[cell_run.stop], cell_run)
                return
            message = outputs.clean_text(f"{errors[-1].ename}: {errors[-1].evalue}", 4_000) if errors else ""
            self._record(cell, Verdict.FAILED if errors else Verdict.PASSED, message, cell_run)

    def _after_judging(self, cell: NotebookNode, cell_run: CellRun, answer: Answer) -> None:
        """Record a judged test cell; the reason why the kernel stopped overrides the judge's verdict."""
        if cell_run.stop is not None and answer.verdict != Verdict.GRADER_ERROR:
            answer = Answer(VERDICTS[cell_run.stop], MESSAGES[cell_run.stop])
        elif answer.verdict == LOST:
            answer = answer._replace(verdict=Verdict.STUDENT_ERROR)
        cell.outputs, cell.execution_count = [], None
        message = outputs.clean_text(explained(answer.message, self.notebook.cells), 4_000)
        self._record(cell, Verdict(answer.verdict), message, cell_run, answer.details)

    def _record(self, cell: NotebookNode, verdict: Verdict, message: str, cell_run: CellRun, details: str = "") -> None:
        """Record a test cell; if it fails after a fault of ours, that fault may be the cause."""
        if self.ours and verdict is not Verdict.PASSED:
            verdict, message = Verdict.GRADER_ERROR, self.ours
        took = round(cell_run.seconds, 3), round(cell_run.cpu_seconds, 3)
        self.records.append(VerdictRecord(grade_id_of(cell), _points(cell), verdict, message, *took, details))
        if _points(cell) and verdict is not Verdict.PASSED:
            shown = NOT_GRADED if verdict is Verdict.GRADER_ERROR else message
            cell.outputs = [outputs.error(ERROR_NAMES[verdict], shown)]

    def _not_reached(self, cell: NotebookNode) -> None:
        cell.outputs = [outputs.error("NotReached", NOT_REACHED)]
        if is_test(cell):
            self._record(cell, Verdict.NOT_REACHED, NOT_REACHED, CellRun(0.0, 0.0))

    def _ran(self, index: int) -> list[RanCell]:
        """Return the cells that have run in the kernel before the cell at `index`."""
        ran = []
        for place, cell in enumerate(self.notebook.cells[:index]):
            if cell.cell_type == "code" and not _points(cell) and cell.id not in self.skipped:
                raised = any(out.output_type == "error" for out in cell.outputs)
                whole = place in self.kernels.completed and not raised
                ran.append(RanCell(cell.source, whole, cell.source in self.given))
        return ran

    async def _kernel(self) -> Session | None:
        """Return a running kernel in which the cells so far have run; None if there can be none."""
        if time.monotonic() >= self.kernels.until:
            return None
        session = await self.kernels.ready()
        if session is None and self.kernels.unstarted:
            self.ours = UNSTARTED
        return session

    async def _bury_if_dead(self, cell: NotebookNode, cell_run: CellRun, session: Session) -> None:
        if await session.alive():
            self._note_if_interrupted(cell, cell_run)
            return
        if cell_run.stop is StopReason.SERVER:
            self.notes.append(MESSAGES[StopReason.SERVER])
        why = {StopReason.TIME: "would not stop at its time limit", StopReason.MEMORY: "took too much memory"}
        name = grade_id_of(cell) or cell.id
        _log.info("the kernel ended in cell %s", name)
        self.notes.append(
            f"cell {name} {why.get(cell_run.stop or StopReason.DIED, 'ended the kernel')}; a new one took over"
        )
        if self.kernels.session is session:
            await self.kernels.leave()

    def _note_if_cut_short(self, cell: NotebookNode, cell_run: CellRun) -> None:
        if cell_run.cut_short:
            most = self.limits.cell_output_bytes / 2**20
            self.notes.append(
                f"cell {grade_id_of(cell) or cell.id} showed more than {most:g} MiB; the rest was left out"
            )

    def _note_if_interrupted(self, cell: NotebookNode, cell_run: CellRun) -> None:
        if cell_run.stop is StopReason.TIME:
            self.notes.append(f"cell {grade_id_of(cell) or cell.id} ran into its time limit and was interrupted")

    def _clean(self) -> None:
        """Make all outputs safe to show."""
        self.kept.put_into(self.notebook)
        self.notes.extend(outputs.clean_outputs(code_cells(self.notebook), self.limits))
        self.kept.caption(self.notebook)


def _points(cell: NotebookNode) -> float:
    """Return the points of an automatically judged cell; 0 for any other."""
    return points_of(cell) if is_test(cell) else 0.0
