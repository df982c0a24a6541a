"""How far a long run is: a bar in a terminal, a line now and then in a file."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

# Where the output is a file: seconds between two lines.
EVERY = 30.0


class Pace:
    """Shows how many of a number of things are done; a context manager.

    Args:
        console: where it is shown.
        title: what is done, one word.
        total: how many there are.
    """

    def __init__(self, console: Console, title: str, total: int) -> None:
        self._console, self._title, self._total = console, title, total
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, TextColumn("{task.fields[now]}"), console=console, transient=True)
        self._task = self._bar.add_task(title, total=total, now="")
        self._done, self._begun, self._told = 0, 0.0, 0.0

    def __enter__(self) -> Pace:
        self._begun = self._told = time.monotonic()
        if self._console.is_terminal:
            self._bar.start()
        else:
            self._say("")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def advance(self, now: str) -> None:
        """Count one thing more; `now` names it."""
        self._done += 1
        self._bar.update(self._task, advance=1, now=now)
        if not self._console.is_terminal and (self._done == self._total or time.monotonic() - self._told >= EVERY):
            self._say(now)

    def _say(self, now: str) -> None:
        self._told = time.monotonic()
        passed = f"{self._told - self._begun:.0f} s"
        line = f"{self._title}: {self._done} of {self._total} ({passed}) {now}"
        self._console.print(line.rstrip(), markup=False, highlight=False, soft_wrap=True)
