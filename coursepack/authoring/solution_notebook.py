"""Make the worked version: the source, executed, without hidden tests."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearMarkScheme, LockCells

from coursepack import kernel_environment
from coursepack.authoring.nbgrader_converters import make_solution
from coursepack.authoring.pictures import with_palette
from coursepack.authoring.worked_on import KEY, WorkedData, find_data, is_small_output, with_note
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.cells import cell_name, is_graded
from coursepack.notebooks.markers import split, without_marker_lines, without_regions
from coursepack.notebooks.missing_modules import remedy_for
from coursepack.notebooks.reading import read_notebook
from coursepack.settings import GRADING_DATA

MAX_BYTES = 2_000_000


def worked_notebook(course: Course, scratch: Course, assignment: str, data: WorkedData) -> NotebookNode:
    """Execute an assignment's source through nbgrader and return the version for readers.

    Outputs of cells with the tag `grading-data-output` come from a run on the grading data, whatever the data. Hidden
    tests, whose thresholds are those of the grading data, are left out on others.

    Args:
        course: the course.
        scratch: a throw-away copy of it, in which the notebook runs; its gradebook knows the assignment.
        assignment: the assignment.
        data: what the notebook runs on. Data other than those of grading lift the configuration's time limits.

    Raises:
        CoursepackError: a cell raises, a graded cell writes to stderr or ends in a value, or the result is too big.
    """
    worked = _executed(course, scratch, assignment, data)
    if data.name != GRADING_DATA and any(map(is_small_output, worked.cells)):
        small = _executed(course, scratch, assignment, find_data(course, assignment, GRADING_DATA))
        for cell, other in zip(worked.cells, small.cells, strict=True):
            if is_small_output(cell):
                cell.outputs = other.outputs
    worked = with_note(worked, data)
    _refuse_bulk(worked, f"solutions/{assignment}/{assignment}.ipynb")
    return worked


def _executed(course: Course, scratch: Course, assignment: str, data: WorkedData) -> NotebookNode:
    """Execute the source on some data, and tidy it."""
    source_path = scratch.notebook("source", assignment)
    source, limited = read_notebook(source_path), data.name == GRADING_DATA
    # Hidden tests judge what the grading data give.
    left_out = nullcontext() if limited else _without_hidden_tests(source_path)
    with left_out, _environment(course, data.folder) as environment:
        run = make_solution(scratch, assignment, environment, limited=limited)
    executed = read_notebook(run / source_path.name)
    for index, cell in enumerate(executed.cells):
        _refuse_failure(cell, f"source/{assignment}/{source_path.name}, cell “{cell_name(cell, index)}”")
    folders = [] if data.folder is None else [data.folder]
    hide = [f"{folder}{os.sep}" for folder in (course.root, *folders)]
    return _tidy(executed, source, hide)


@contextmanager
def _without_hidden_tests(path: Path) -> Iterator[None]:
    """Leave hidden tests out of a notebook's file inside the block; a file without any is not written."""
    before, notebook = path.read_bytes(), read_notebook(path)
    kept = [without_regions(cell.source, "HIDDEN TESTS") for cell in notebook.cells]
    if kept == [cell.source for cell in notebook.cells]:
        yield
        return
    for cell, text in zip(notebook.cells, kept, strict=True):
        cell.source = text
    write_notebook(notebook, path)
    try:
        yield
    finally:
        path.write_bytes(before)


def worked_inputs(source: NotebookNode) -> NotebookNode:
    """Return the worked version of a source as it is before execution."""
    notebook = copy.deepcopy(source)
    for step in (LockCells, ClearMarkScheme):
        notebook, _ = step().preprocess(notebook, ResourcesDict())
    return _tidy(notebook, source)


def written(notebook: NotebookNode) -> str:
    """Return a notebook as it is written to disk."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"  # type: ignore[no-untyped-call, no-any-return]


@contextmanager
def _environment(course: Course, data: Path | None) -> Iterator[dict[str, str]]:
    """Give kernels started inside the block the data, one thread, no GPU, and the course's own package."""
    found = [path for path in (os.environ.get("PYTHONPATH"), str(course.root)) if path]
    settings = kernel_environment.ordinary(data) | {"PYTHONPATH": os.pathsep.join(found)}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield settings
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _refuse_failure(cell: NotebookNode, where: str) -> None:
    """Raise if a cell of the executed source would cost a right answer its points."""
    for output in cell.get("outputs", []):
        if output.output_type == "error" and output.ename in ("KeyboardInterrupt", "CellTimeoutError"):
            remedy = "make the cell faster, or raise c.Execute.timeout in nbgrader_config.py"
            raise CoursepackError("the cell was stopped because it took too long", where=where, remedy=remedy)
        if output.output_type == "error":
            raised = f"{output.ename}: {output.evalue}"
            remedy = remedy_for(raised) or "run the source notebook and mend the cell"
            raise CoursepackError(f"the solution raises {raised}", where=where, remedy=remedy)
        if is_graded(cell) and output.output_type == "stream" and output.name == "stderr":
            what = f"the graded cell writes to stderr: {output.text.strip()[:200]}"
            raise CoursepackError(what, where=where, remedy="nbgrader gives 0 points for any stderr; silence it")
        if is_graded(cell) and output.output_type == "execute_result":
            what = "the graded cell ends in a value, which nbgrader reads as points"
            raise CoursepackError(what, where=where, remedy="end the cell with an assert or a call without result")


def _refuse_bulk(worked: NotebookNode, where: str) -> None:
    size = len(written(worked).encode())
    if size > MAX_BYTES:
        biggest = max(worked.cells, key=lambda cell: len(str(cell.get("outputs", ""))))
        raise CoursepackError(
            f"the worked notebook has {size:,} bytes, more than {MAX_BYTES:,}",
            where=where,
            remedy=f"draw cell “{biggest.get('id')}”, the biggest, with fewer dots per inch or fewer panels",
        )


def _tidy(notebook: NotebookNode, source: NotebookNode, hide: Sequence[str] = ()) -> NotebookNode:
    """Return the notebook without hidden tests, markers, times, counts, stderr and the author's own paths."""
    coalesce = CoalesceStreamsPreprocessor()  # type: ignore[no-untyped-call]
    tidied: NotebookNode = copy.deepcopy(notebook)
    tidied.metadata = copy.deepcopy(source.metadata)  # a kernel adds its own version numbers
    # In a source, our own entry says which script made it; in a worked version, which data it ran on.
    tidied.metadata.pop(KEY, None)
    for index, cell in enumerate(tidied.cells):
        coalesce.preprocess_cell(cell, ResourcesDict(), index)  # type: ignore[no-untyped-call]
        hidden = bool(split(cell.source, where="").of("HIDDEN TESTS"))
        cell.source = without_marker_lines(without_regions(cell.source, "HIDDEN TESTS"), "SOLUTION")
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [] if hidden else [_clean(o, hide) for o in cell.outputs if o.get("name") != "stderr"]
    return tidied


def _clean(output: NotebookNode, hide: Sequence[str]) -> NotebookNode:
    """Return an output without its count, with paths relative to the course or the data, and small pictures."""
    if "execution_count" in output:
        output.execution_count = None
    if output.output_type == "stream":
        output.text = _without(output.text, hide)
    for kind, value in output.get("data", {}).items():
        if isinstance(value, str) and kind.startswith("text/"):
            output.data[kind] = _without(value, hide)
        if kind == "image/png":
            output.data[kind] = with_palette(value)
    return output


def _without(text: str, hide: Sequence[str]) -> str:
    for folder in hide:
        text = text.replace(folder, "")
    return text


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook, making its folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written(notebook), encoding="utf-8")
