"""How a class is graded: what the options of `coursepack grade` ask for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coursepack.grading.workspace import Workspace
from coursepack.sandbox.limits import Limits


@dataclass(frozen=True)
class Options:
    """How a class is graded.

    Attributes:
        jobs: how many submissions are graded at once on this machine.
        scheduler: a Dask scheduler's address; None grades on this machine.
        timeout: CPU seconds a cell may take; None for the course's setting.
        force: grade again what is already graded.
        redraw: run the assignment's own cells that only draw, rather than keep the submitted pictures.
        unsafe_no_jail: run student code without any wall.
        verbose: show what happens, and log its details.
        log_file: where the log goes; None for a new file in the course's `.coursepack/logs/`.
    """

    jobs: int = 1
    scheduler: str | None = None
    timeout: int | None = None
    force: bool = False
    redraw: bool = False
    unsafe_no_jail: bool = False
    verbose: bool = False
    log_file: Path | None = None

    def limits(self, workspace: Workspace) -> Limits:
        """Return the limits of a notebook."""
        return Limits.of_cells(self.timeout or workspace.timeout)
