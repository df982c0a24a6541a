"""Recover from a kernel that ends: find the cell that ended it, and continue in a new kernel without that cell.

A kernel may end long after the cell that caused it: a thread or a timer outlives its cell. So we do not simply blame
the cell that ran at that moment. A new kernel runs all earlier cells again and then waits as long as the old one
lived: if it ends as well, one of the earlier cells is the cause, and bisection finds which. If it survives, the cell
runs again in it, and is the cause if the kernel ends again.
"""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode

from coursepack.grading.notebook.session import CellRun, Session, StopReason, UnheardError
from coursepack.grading.notebook.worker import Worker
from coursepack.notebooks.cells import grade_id_of
from coursepack.sandbox import outputs
from coursepack.sandbox.limits import Limits

_log = logging.getLogger(__name__)

LATER = "cell {} ended the kernel some time after its own end; it was left out from then on"
AGAIN = "cell {} ended the kernel when a new one ran it again; it was left out from then on"
ONCE = "the kernel ended while cell {} ran; in a new one the cell ran to its end"
LEFT_OUT = "this cell ended the notebook's process after its own end; it was left out from then on"
# How long to watch a new kernel: longer than the old one lived, because a busy machine is slow; but not for ever.
SLACK, MARGIN_SECONDS, LONGEST_SECONDS = 1.25, 0.5, 60.0
# Maximum number of searches per notebook. Each leaves a cell out, and costs as many kernels as bisection needs.
SEARCHES = 10


@dataclass
class Kernels:
    """Keep one running kernel in which all completed cells have run.

    Attributes:
        until: the notebook's deadline, on the monotonic clock.
        notes: notes for the instructor.
        completed: the cells that a new kernel runs again, by their index in the notebook.
        session: the present kernel, if there is one.
        cpu_seconds: CPU time used by the kernels that have ended.
    """

    worker: Worker
    notebook: NotebookNode
    limits: Limits
    files: Mapping[str, bytes]
    notes: list[str]
    until: float = 0.0
    completed: list[int] = field(default_factory=list)
    session: Session | None = None
    cpu_seconds: float = 0.0
    _starts: int = 0
    _failures: int = 0
    _searches: int = 0
    _ended: dict[int, float] = field(default_factory=dict)
    _suspect: int | None = None

    async def ready(self) -> Session | None:
        """Return a running kernel in which the completed cells have run; None if there can be none."""
        while self.session is None:
            if max(self._starts, self._failures) > self.limits.restarts:
                return None
            self._starts += 1
            if await self._start():
                await self._replay()
        return self.session

    @property
    def unstarted(self) -> bool:
        """Tell whether there is no kernel because none starts, which is never the notebook's fault."""
        return self.session is None and self._failures > 0

    def came_to_its_end(self, index: int) -> None:
        """Remember a cell that a new kernel runs again."""
        self.completed.append(index)
        self._ended[index] = time.monotonic()

    def settled(self, index: int, cell_run: CellRun) -> None:
        """Reset the number of kernels allowed for a cell: this cell is settled."""
        if self._suspect == index and cell_run.stop is None:
            self.notes.append(ONCE.format(self._name(index)))
        self._suspect, self._starts = None, 0

    async def acquits(self, index: int, cell_run: CellRun) -> bool:
        """Tell whether to try a cell again in which the kernel ended: an earlier cell ended it, or we do not know yet.

        Args:
            index: the cell that ran.
            cell_run: how it went.
        """
        if (
            cell_run.stop not in (StopReason.DIED, StopReason.MEMORY)
            or self.session is None
            or await self.session.alive()
        ):
            return False
        known = index == self._suspect or cell_run.reason == UnheardError.__name__
        if known or self._starts > self.limits.restarts:
            return False
        if await self._leave_out_earlier(time.monotonic()):
            return True
        if cell_run.stop is StopReason.DIED:
            self._suspect = index
        return cell_run.stop is StopReason.DIED

    async def _leave_out_earlier(self, died: float) -> bool:
        """Find the cell, among those that had run in the dead kernel, that ended it, and leave it out."""
        ended = dict(self._ended)
        if self._searches >= SEARCHES:
            await self.leave()
            return False
        culprit = await self._culprit(list(ended), [died - moment for moment in ended.values()])
        if culprit is None:
            return False
        self._searches += 1
        self._leave_out(culprit, LATER)
        self.notebook.cells[culprit].outputs.append(outputs.error("KernelDied", LEFT_OUT))
        return True

    async def _culprit(self, cells: Sequence[int], lived: Sequence[float]) -> int | None:
        """Return the last cell needed to end a kernel in which nothing else runs; None if all together do not end it.

        Args:
            cells: the cells that had run.
            lived: how many seconds the kernel lived after the end of each.
        """
        self._starts += 1
        if await self._outlives(cells, lived[-1] if lived else 0.0):
            return None
        lives, ends = 0, len(cells)
        while ends - lives > 1:
            middle = (lives + ends) // 2
            if await self._outlives(cells[:middle], lived[middle - 1]):
                lives = middle
            else:
                ends = middle
        await self.leave()
        return cells[ends - 1] if time.monotonic() < self.until else None

    async def _outlives(self, cells: Sequence[int], seconds: float) -> bool:
        """Tell whether a new kernel runs the cells and survives for some time; if so, make it the current one."""
        await self.leave()
        if time.monotonic() > self.until or not await self._start():
            return True
        dead = await self._run_again(cells)
        if dead is None and cells:
            assert self.session is not None
            cell_run = await self.session.idle(min(LONGEST_SECONDS, SLACK * seconds + MARGIN_SECONDS), self.until)
            dead = None if await self.session.alive() else (cells[-1], cell_run)
        if dead is None:
            return True
        await self.leave()
        return dead[1].stop is StopReason.SERVER

    async def _start(self) -> bool:
        """Start a kernel; tell whether it did."""
        session = Session(self.worker.server, self.worker.judge, self.notebook, self.limits, self.files)
        self.session, self._ended = session, {}
        try:
            await session.start()
        except RuntimeError as error:
            self._failures += 1
            _log.warning("a kernel did not start")
            _log.debug("the kernel did not start: %s", error)
            self.notes.append(f"a kernel did not start: {outputs.clean_text(str(error), 500)}")
            await self.leave()
            return False
        _log.debug("a kernel started")
        return True

    async def _run_again(self, cells: Sequence[int]) -> tuple[int, CellRun] | None:
        """Run cells; return the one in which the kernel ended. A cell that is interrupted now is not run again."""
        assert self.session is not None
        for index in cells:
            cell_run = await self.session.run(copy.deepcopy(self.notebook.cells[index]), index, self.until)
            if not await self.session.alive():
                return index, cell_run
            self._ended[index] = time.monotonic()
            if cell_run.stop is not None:
                self._forget(index)
        return None

    async def _replay(self) -> None:
        """Run again what had run in the dead kernel; if the new one ends, leave out the cell that ends it."""
        dead = await self._run_again(list(self.completed))
        if dead is None:
            return
        index, cell_run = dead
        if cell_run.stop is StopReason.SERVER:
            await self.leave()
        elif cell_run.stop is StopReason.TIME or not await self._leave_out_earlier(time.monotonic()):
            await self.leave()
            self._leave_out(index, AGAIN)

    def _leave_out(self, index: int, note: str) -> None:
        self._forget(index)
        self._starts = 0
        _log.info("cell %s is left out from now on: it ends the kernel", self._name(index))
        self.notes.append(note.format(self._name(index)))

    def _forget(self, index: int) -> None:
        self.completed = [other for other in self.completed if other != index]

    def _name(self, index: int) -> str:
        cell = self.notebook.cells[index]
        return str(grade_id_of(cell) or cell.id)

    async def leave(self) -> None:
        """End the current kernel."""
        if self.session is not None:
            self.cpu_seconds += self.session.cpu_seconds()
            await self.session.close()
            self.session = None
