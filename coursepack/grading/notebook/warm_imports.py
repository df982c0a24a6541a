"""Find what can be imported before an assignment's first cell runs: by the judge, and by the kernels' fork server."""

from __future__ import annotations

import functools
from typing import NamedTuple

from nbformat import NotebookNode

from coursepack.course import Course
from coursepack.notebooks.cells import code_cells, is_graded_code
from coursepack.notebooks.imports import imported_at_once, imported_modules
from coursepack.settings import read_settings
from coursepack.subject.magics import parse_cells


class WarmImports(NamedTuple):
    """What is imported once, before any notebook runs.

    Attributes:
        judge: modules of coursepack and of the course's own package that the assignment's test cells import.
        kernels: those of the course's `preload` that its cells import.
    """

    judge: tuple[str, ...]
    kernels: tuple[str, ...]


def all_imports(course: Course) -> WarmImports:
    """Return what to import before it is known for which assignment."""
    return WarmImports((), read_settings(course.root).preload)


def warm_imports(course: Course, source_nb: NotebookNode) -> WarmImports:
    """Return what to import for an assignment."""
    settings = read_settings(course.root)
    cells = code_cells(source_nb)
    tests = tuple(cell.source for cell in cells if is_graded_code(cell))
    rest = tuple(cell.source for cell in cells if not is_graded_code(cell))
    return WarmImports(_of_tests(settings.package or "coursepack", tests), _of_kernels(settings.preload, rest))


# A run asks for each submission, and to parse all cells takes longer than 20 ms.
@functools.lru_cache(maxsize=32)
def _of_tests(own: str, tests: tuple[str, ...]) -> tuple[str, ...]:
    found = dict.fromkeys(name for test in tests for name in imported_modules(test))
    return tuple(name for name in found if name.split(".")[0] in ("coursepack", own))


@functools.lru_cache(maxsize=32)
def _of_kernels(preload: tuple[str, ...], cells: tuple[str, ...]) -> tuple[str, ...]:
    """Return the modules to preload whose library is imported: a library's parts are often reached without an import.

    An import that a cell reaches only under a condition, or in a function, does not count: it may never be needed.
    """
    trees = parse_cells(cell for cell in cells if "import" in cell)
    libraries = {name.split(".")[0] for tree in trees for name in imported_at_once(tree)}
    return tuple(name for name in preload if name.split(".")[0] in libraries)
