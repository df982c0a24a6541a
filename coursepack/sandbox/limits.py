"""Limits for one notebook. Cells are limited in CPU time, so that a busy machine changes no verdict."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """Limits of one notebook.

    Attributes:
        cell_cpu_seconds: CPU time of one cell, all processes of the notebook together.
        cell_wall_seconds: wall-clock backstop of one cell, for code that sleeps.
        notebook_wall_seconds: wall-clock backstop of the whole notebook.
        grace_seconds: time between the interrupt at a cell's limit and the end of the kernel.
        memory_bytes: memory private to the notebook's processes, all together.
        processes: processes and threads.
        open_files: open files of one process.
        scratch_bytes: size of the scratch folder; a single file can be as large.
        scratch_files: number of files in it.
        cell_output_bytes: what one cell may show.
        output_bytes: what all cells together may show.
        cleaning_cpu_seconds: CPU time of making all outputs safe to show.
        cleaning_bytes: memory of the process that does it.
        restarts: kernels started again for the same cell after one died.
    """

    cell_cpu_seconds: float = 300.0
    cell_wall_seconds: float = 1200.0
    notebook_wall_seconds: float = 3600.0
    grace_seconds: float = 5.0
    memory_bytes: int = 2560 * MEBIBYTE
    processes: int = 256
    open_files: int = 512
    scratch_bytes: int = 512 * MEBIBYTE
    scratch_files: int = 20_000
    cell_output_bytes: int = 4 * MEBIBYTE
    output_bytes: int = 16 * MEBIBYTE
    cleaning_cpu_seconds: int = 5
    cleaning_bytes: int = 1024 * MEBIBYTE
    restarts: int = 3

    @classmethod
    def of_cells(cls, seconds: float) -> Limits:
        """Return the limits with the given CPU time per cell, and four times that in wall-clock time."""
        return cls(cell_cpu_seconds=float(seconds), cell_wall_seconds=4.0 * seconds)

    def resources(self) -> dict[str, int]:
        """Return the limits that the operating system enforces, by their names in the `resource` module."""
        return {
            "NPROC": self.processes,
            "NOFILE": self.open_files,
            "FSIZE": self.scratch_bytes,
            "CORE": 0,
            "MEMLOCK": MEBIBYTE,
            "MSGQUEUE": 0,
            "RTPRIO": 0,
        }
