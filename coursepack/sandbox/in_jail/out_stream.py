"""The kernel's standard output and error, without waiting for a thread that has nothing to send."""

from __future__ import annotations

from ipykernel import iostream


class OutStream(iostream.OutStream):
    """Flush only what was written: ipykernel flushes both streams three times for each cell, and waits each time.

    What is no longer in the buffers is with the thread that sends everything, in order.
    """

    def flush(self) -> None:
        """Send what was written."""
        if self._buffers:
            super().flush()  # type: ignore[no-untyped-call]
