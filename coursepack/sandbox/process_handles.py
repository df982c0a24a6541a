"""Handles of running processes: Linux tells through them whether a process has ended, whoever gets its number later."""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Sequence


class ProcessHandles:
    """Handles of some processes. A process that is only waited for has ended.

    Args:
        pids: their numbers.

    Raises:
        OSError: this process may open no more files.
    """

    def __init__(self, pids: Sequence[int]) -> None:
        self._gone, self._handles, self._poll = False, list[int](), select.poll()
        try:
            for pid in pids:
                self._open(pid)
        except OSError:
            self.close()
            raise

    def _open(self, pid: int) -> None:
        try:
            self._handles.append(os.pidfd_open(pid))
        except ProcessLookupError:
            self._gone = True
        else:
            self._poll.register(self._handles[-1], select.POLLIN)

    def any_ended(self) -> bool:
        """Tell whether any of the processes has ended."""
        return self._gone or bool(self._poll.poll(0))

    def all_ended(self) -> bool:
        """Tell whether all of them have ended."""
        return len(self._poll.poll(0)) == len(self._handles)

    def close(self) -> None:
        """Give the handles back; the processes count as ended from now on."""
        handles, self._gone, self._handles, self._poll = self._handles, True, [], select.poll()
        for handle in handles:
            with contextlib.suppress(OSError):
                os.close(handle)
