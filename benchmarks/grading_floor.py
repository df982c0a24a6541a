"""The floor: the CPU time that the cells of a notebook take alone, in a process that has imported everything."""

from __future__ import annotations

import io
import os
import resource
from contextlib import redirect_stderr, redirect_stdout

from coursepack.course import Course
from coursepack.grading.notebook.kept_pictures import own_pictures
from coursepack.grading.notebook.warm_imports import warm_imports
from coursepack.kernel_environment import GRADED, IN_A_KERNEL
from coursepack.notebooks.cells import points_of
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import solved_notebook
from coursepack.sandbox.in_jail import preload
from coursepack.settings import grading_environment


def floor_seconds(course: Course, assignment: str, *, redraw: bool = True) -> float:
    """Return the CPU seconds that the solved notebook's cells take in a fork of a warm process, kernel start excluded.

    Pictures are drawn and encoded as in a notebook, by the assignment's own cells that only draw if `redraw` says so;
    nothing is sent anywhere, and no test cell with points is run.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, str(_run_cells(course, assignment, redraw)).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        seconds = float(answer.read() or "nan")
    os.waitpid(child, 0)
    return seconds


def _run_cells(course: Course, assignment: str, redraw: bool) -> float:
    os.environ |= grading_environment(course) | GRADED | IN_A_KERNEL
    source = read_notebook(course.notebook("source", assignment))
    preload.import_all(warm_imports(course, source).kernels)
    shell = _shell()
    notebook = solved_notebook(source)
    left_out = frozenset() if redraw else own_pictures(notebook)
    cells = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and not points_of(cell) and cell.id not in left_out
    ]
    before = _own_seconds()
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        for source in cells:
            shell.run_cell(source)
    return _own_seconds() - before


def _shell():
    from ipykernel.inprocess.manager import InProcessKernelManager

    manager = InProcessKernelManager()
    manager.start_kernel()
    manager.kernel.gui = "inline"
    return manager.kernel.shell


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
