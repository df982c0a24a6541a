"""A kernel session: run cells through nbclient, let the judge run test cells, and enforce the limits."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode

from coursepack.errors import CoursepackError
from coursepack.judge.judge_cell import LOST, Answer
from coursepack.judge.process import JudgeConnection
from coursepack.judge.verdict import Verdict
from coursepack.sandbox.cell_runner import REMAINDER_SECONDS, CellRunner, number
from coursepack.sandbox.fork_server import ServerConnection
from coursepack.sandbox.kernels import ForkedKernelManager
from coursepack.sandbox.limits import Limits
from coursepack.sandbox.resource_usage import ResourceUsage
from coursepack.subject.bindings import RanCell

POLL_SECONDS = 0.1
FAREWELL_SECONDS = 5.0
DYING_SECONDS = 0.3
GONE_SECONDS = 10.0
ENDLESS = "the check did not end, although it was not waiting for the notebook"


class StopReason(StrEnum):
    """Reasons why a cell was stopped before its end."""

    TIME = "time"
    MEMORY = "memory"
    DIED = "died"
    SERVER = "server"


class UnheardError(Exception):
    """The kernel answers but no longer sends outputs; we ended it."""


@dataclass(frozen=True)
class CellRun:
    """What one cell used, why it was stopped, if it was, and whether it exceeded the output limit."""

    seconds: float
    cpu_seconds: float
    stop: StopReason | None = None
    reason: str = ""
    cut_short: bool = False


class Session:
    """A kernel with its client.

    Args:
        server: the fork server that starts kernels.
        judge: the judge of test cells.
        notebook: the notebook to run.
        limits: limits on time, memory and output.
        files: the files beside the notebook.
    """

    def __init__(
        self,
        server: ServerConnection,
        judge: JudgeConnection,
        notebook: NotebookNode,
        limits: Limits,
        files: Mapping[str, bytes],
    ) -> None:
        self._server, self._judge, self._limits = server, judge, limits
        self._manager = ForkedKernelManager(server, limits, files)
        self._client = CellRunner(
            notebook,
            km=self._manager,
            allow_errors=True,
            timeout=None,
            startup_timeout=180,
            iopub_timeout=REMAINDER_SECONDS,
            raise_on_iopub_timeout=True,
            record_timing=True,  # tells us when the kernel has answered
            store_widget_state=False,
            on_cell_executed=number,
        )
        # A kernel that took over shows the earlier outputs again.
        self._client.total = 2 * limits.output_bytes
        self._meter: ResourceUsage | None = None

    async def start(self) -> None:
        """Start the kernel and wait until it answers."""
        await self._client.async_start_new_kernel()
        await self._client.async_start_new_kernel_client()
        assert self._manager.fork.guard is not None
        self._meter = ResourceUsage(self._manager.fork.guard.pid)

    async def run(self, cell: NotebookNode, index: int, until: float) -> CellRun:
        """Run a cell in the kernel; its outputs are in the cell afterwards.

        Args:
            cell: the cell.
            index: its index in the notebook.
            until: the notebook's deadline, on the monotonic clock.
        """
        self._client.room, self._client.full = self._limits.cell_output_bytes, False
        cell_run, _ = await self._watch(self._execute(cell, index), until)
        return replace(cell_run, cut_short=self._client.full)

    async def _execute(self, cell: NotebookNode, index: int) -> None:
        """Run a cell, then wait until the kernel answers again: if it ends a moment later, this cell is the cause."""
        try:
            await self._client.async_execute_cell(cell, index)
        except CellTimeoutError:  # it answered, but the end of its outputs never arrived
            if await self.alive():
                try:
                    await self._client.listen_again()
                except RuntimeError as error:
                    raise UnheardError from error
                self._client.leave_out(cell)
        finally:
            cell.metadata.pop("execution", None)
        await self._manager.attends()

    async def idle(self, seconds: float, until: float) -> CellRun:
        """Leave the kernel alone for some time, or until it ends."""
        cell_run, _ = await self._watch(self._outlasts(min(seconds, self._limits.cell_wall_seconds / 2)), until)
        return cell_run

    async def judge(
        self, source: str, cells: Sequence[RanCell], until: float, answers: Collection[str] | None = None
    ) -> tuple[CellRun, Answer]:
        """Let the judge run a test cell against this kernel; return how it went and the judge's answer.

        If the judge stays silent even after the kernel was ended, it was not waiting for it: the check does not end.
        """
        await self._judge.ensure_running()  # does not count towards the cell's time
        seconds = max(1.0, min(self._limits.cell_wall_seconds, until - time.monotonic()))
        # We end the kernel first: if the judge gave up, the next cell would get a kernel that answers nobody.
        patience = seconds + self._limits.grace_seconds + FAREWELL_SECONDS
        call = self._judge.judge(source, self._manager.subject_socket, cells, patience, answers)
        cell_run, found = await self._watch(call, until)
        silent = (
            Answer(Verdict.GRADER_ERROR, ENDLESS) if cell_run.stop is StopReason.TIME else Answer(LOST, cell_run.reason)
        )
        answer: Answer = found or silent
        if answer.verdict == LOST and cell_run.stop is None and not await self._outlasts(DYING_SECONDS):
            cell_run = replace(cell_run, stop=self._end())
        return cell_run, answer

    async def _outlasts(self, seconds: float) -> bool:
        """Tell whether the kernel is still alive a moment later: its sockets close shortly before it exits."""
        until = time.monotonic() + seconds
        while await self.alive():
            if time.monotonic() > until:
                return True
            await asyncio.sleep(0.02)
        return False

    def _end(self) -> StopReason:
        return StopReason.DIED if self._server.alive() else StopReason.SERVER

    async def _watch(self, work: Any, until: float) -> tuple[CellRun, Any]:
        """Wait for `work` while the kernel stays within its limits; interrupt it, then end it, if it does not."""
        assert self._meter is not None
        started, cpu_before = time.monotonic(), self._meter.cpu_seconds()
        task = asyncio.ensure_future(work)
        stop: StopReason | None = None
        stop_at, ended = 0.0, False
        while not (await asyncio.wait({task}, timeout=POLL_SECONDS))[0]:
            now = time.monotonic()
            if stop is None:
                stop = self._exceeded(now, until, started, cpu_before)
                if stop is not None:
                    stop_at, ended = now, stop is not StopReason.TIME
                    await self._manager.fork.send_signal(signal.SIGKILL if ended else signal.SIGINT)
            elif now > stop_at + self._limits.grace_seconds + FAREWELL_SECONDS:
                task.cancel()
            elif not ended and now > stop_at + self._limits.grace_seconds:
                ended = True
                await self._manager.fork.kill()
        reason, value = _ending(task)
        if stop is None and (reason or not await self.alive()):
            stop = self._end()
        cpu = self._meter.cpu_seconds() - cpu_before
        if ended:  # even if the cell completed: the next one must not get a kernel that is about to exit
            await self._gone()
        return CellRun(time.monotonic() - started, cpu, stop, reason), value

    def _exceeded(self, now: float, until: float, started: float, cpu_before: float) -> StopReason | None:
        assert self._meter is not None
        processes = self._meter.processes()
        late = now > min(until, started + self._limits.cell_wall_seconds)
        if late or self._meter.cpu_seconds(processes) - cpu_before > self._limits.cell_cpu_seconds:
            return StopReason.TIME
        if self._meter.memory(self._limits.memory_bytes, processes) > self._limits.memory_bytes:
            return StopReason.MEMORY
        return None

    async def alive(self) -> bool:
        """Tell whether the kernel is alive."""
        return await self._manager.fork.poll() is None

    def cpu_seconds(self) -> float:
        """Return the CPU time that the notebook's processes have used."""
        return self._meter.cpu_seconds() if self._meter else 0.0

    async def _gone(self) -> None:
        """Wait until a kernel that was told to exit is gone."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._manager.fork.wait(), GONE_SECONDS)

    async def close(self) -> None:
        """End the kernel and every process it started, and wait until they are gone."""
        await self._manager.fork.kill()
        await self._gone()
        with contextlib.suppress(Exception):
            await self._client._async_cleanup_kernel()


def _ending(task: asyncio.Future[Any]) -> tuple[str, Any]:
    """Return (the reason for its failure, its result) of a finished task."""
    if task.cancelled():
        return "it did not end", None
    error = task.exception()
    if isinstance(error, CoursepackError):
        raise error
    return (f"{type(error).__name__}", None) if error is not None else ("", task.result())
