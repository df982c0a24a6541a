"""A subclass of nbclient's client for untrusted kernels."""

from __future__ import annotations

import asyncio
import contextlib
import queue
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode

from coursepack.sandbox.kernels import ForkedKernelManager
from coursepack.sandbox.outputs import TRUNCATED, stream

LISTEN_SECONDS = 20
LOOK_SECONDS = 0.1
# After a cell's end: how long a kernel may be silent before it counts as unreachable, and how long it may go on sending
# outputs. A busy machine is slow, so only silence counts.
SILENCE_SECONDS = 4.0
REMAINDER_SECONDS = 240
# What a message of each kind shows.
SHOWN = {
    "stream": ("name", "text"),
    "display_data": ("metadata", "data"),
    "execute_result": ("metadata", "data", "execution_count"),
    "error": ("ename", "evalue", "traceback"),
}
SHOWING = (*SHOWN, "update_display_data", "clear_output")
# The minimum cost of a message, in characters: each takes time to read.
LEAST = 100
UNSHOWN = "\n… an output that Jupyter cannot show was left out\n"


def number(cell: NotebookNode, cell_index: int, execute_reply: Any) -> None:
    """Give a cell the number that the kernel's reply tells; our kernels tell it nowhere else."""
    with contextlib.suppress(Exception):  # student code can send anything
        count = execute_reply["content"]["execution_count"]
        cell.execution_count = count if type(count) is int else None


class CellRunner(NotebookClient):
    """nbclient's client without trust in messages: it limits outputs, and ignores widgets and other comms.

    Attributes:
        room: how many characters the cell may still show.
        total: how many characters all cells of this kernel may still show.
        full: whether the cell exceeded its limit.
    """

    room = 0
    total = 0
    full = False

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Process a message, unless the cell has already shown too much, or it is none of Jupyter's form."""
        if msg["msg_type"] in SHOWING and not self._charge(len(str(msg["content"]))):
            self.leave_out(cell)
            return None
        try:
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception as error:  # student code can send anything; the kernel is as well as before
            self.log.debug("no valid message: %s", error)
            if self._charge(LEAST):
                cell.outputs.append(stream(UNSHOWN))
            else:
                self.leave_out(cell)
            return None

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Add what a message shows, as it is: whatever it holds is made safe to show once the notebook has run.

        nbclient would validate each output, which costs more than all else that is done with it.
        """
        if msg["msg_type"] not in SHOWN:
            return None
        content = {name: msg["content"][name] for name in SHOWN[msg["msg_type"]]}
        if self.clear_before_next_output:
            outs.clear()
            self.clear_display_id_mapping(cell_index)
            self.clear_before_next_output = False
        if display_id:
            self._display_id_map.setdefault(display_id, {}).setdefault(cell_index, []).append(len(outs))
        shown = NotebookNode(content, output_type=msg["msg_type"])  # type: ignore[no-untyped-call]
        outs.append(shown)
        return shown

    def _charge(self, size: int) -> bool:
        """Subtract a message's cost from the remaining room; tell whether there was enough."""
        self.room -= max(size, LEAST)
        self.total -= max(size, LEAST)
        return self.room >= 0 and self.total >= 0

    def _update_display_id(self, display_id: str, msg: dict[str, Any]) -> None:
        """Update the outputs with one display id, while there is room: each of them is shown again."""
        places = sum(map(len, self._display_id_map.get(display_id, {}).values()))
        if places <= 1 or self._charge(max(LEAST, len(str(msg["content"]))) * (places - 1)):
            super()._update_display_id(display_id, msg)

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: NotebookNode, cell_index: int) -> None:
        """Read the cell's outputs to their end.

        Raises:
            queue.Empty: the kernel has answered, but has shown nothing for a while; nbclient's caller expects it.
        """
        assert isinstance(self.kc, AsyncKernelClient)
        while True:
            try:
                message = await self.kc.get_iopub_msg(timeout=SILENCE_SECONDS)
            except queue.Empty:
                if "shell.execute_reply" in cell.metadata["execution"]:
                    raise
                continue
            if message["parent_header"].get("msg_id") == parent_msg_id:
                try:
                    self.process_message(message, cell, cell_index)
                except CellExecutionComplete:
                    return

    async def _async_poll_kernel_alive(self) -> None:
        """Stop waiting for a kernel that is gone; nbclient looks for it only once a second."""
        assert isinstance(self.km, ForkedKernelManager)
        while await self.km.fork.poll() is None:
            await asyncio.sleep(LOOK_SECONDS)
        await asyncio.sleep(LOOK_SECONDS)  # what the cell showed last may still be on its way
        if self.task_poll_for_reply is not None:
            self.task_poll_for_reply.cancel()

    def leave_out(self, cell: NotebookNode) -> None:
        """Note below a cell that the rest of its output was left out."""
        if not self.full:
            cell.outputs.append(stream(TRUNCATED))
        self.full = True

    async def listen_again(self) -> None:
        """Reconnect to the kernel after a message that was too large: ZeroMQ drops the connection.

        Raises:
            RuntimeError: the kernel cannot be reached; it is ended.
        """
        assert self.kc is not None
        self.kc.stop_channels()
        self.startup_timeout = LISTEN_SECONDS
        await self.async_start_new_kernel_client()

    def handle_comm_msg(self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int) -> None:
        """Ignore widgets."""
