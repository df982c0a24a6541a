"""The floor: the CPU time that the cells of a notebook take alone, in a process that has imported everything."""

from __future__ import annotations

import io
import os
import resource
from contextlib import redirect_stderr, redirect_stdout

from convnet_course.datasets.grading_data import grading_data
from coursepack.course import Course
from coursepack.notebooks.cells import points_of
from coursepack.notebooks.versions import read_notebook, solved_notebook
from coursepack.sandbox.in_jail import preload


def floor_seconds(course: Course, assignment: str) -> float:
    """Return the CPU seconds that the solved notebook's cells take in a fork of a warm process, kernel start excluded.

    Pictures are drawn and encoded as in a notebook; nothing is sent anywhere, and no test cell with points is run.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, str(_run_cells(course, assignment)).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        seconds = float(answer.read() or "nan")
    os.waitpid(child, 0)
    return seconds


def _run_cells(course: Course, assignment: str) -> float:
    os.environ["COURSE_DATA"] = str(grading_data(course))
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # the debugger, which every kernel imports, would warn
    preload.import_all()
    shell = _shell()
    notebook = solved_notebook(read_notebook(course.notebook("source", assignment)))
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code" and not points_of(cell)]
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
