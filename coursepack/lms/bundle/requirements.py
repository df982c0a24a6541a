"""The libraries that grading an assignment needs, each pinned to the version that is installed here."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from nbformat import NotebookNode
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.cells import code_cells
from coursepack.notebooks.imports import imported_modules
from coursepack.settings import package_files, read_settings

TOOL = "coursepack"
# PyTorch asks for these itself where it needs them; a build for the processor alone does not.
LEFT_TO_TORCH = ("nvidia-", "cuda-", "triton")
HEAD = """\
# Every library that grading this assignment needs, in the versions of the machine that made this bundle.
# What a graphics card needs is left to PyTorch: a build of it for the processor alone fits as well.
"""


def locked_requirements(course: Course, source: NotebookNode) -> str:
    """Return a requirements file for pip.

    Args:
        course: the course, whose package and preloaded modules count.
        source: the assignment's source notebook, whose imports count.

    Raises:
        CoursepackError: a module that one of them imports is not installed.
    """
    wanted = [*_of_the_tool(), *map(Requirement, distributions_of(course, _imports(course, source)))]
    pins = {
        canonicalize_name(found.metadata["Name"]): found.version.partition("+")[0]
        for found in _closure(wanted)
        if not found.metadata["Name"].startswith(LEFT_TO_TORCH)
    }
    return HEAD + "".join(f"{name}=={version}\n" for name, version in sorted(pins.items()))


def _of_the_tool() -> Iterator[Requirement]:
    """Yield what the tool itself needs to grade; the tool is part of the bundle."""
    for needed in map(Requirement, metadata.requires(TOOL) or []):
        if _applies(needed, {"", "grade"}):
            yield needed


def _imports(course: Course, source: NotebookNode) -> set[str]:
    """Return the top-level names that the notebook and the course's package import, and that are preloaded."""
    texts = [cell.source for cell in code_cells(source)]
    for place in package_files(course):
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        texts += [path.read_text(encoding="utf-8") for path in files]
    names = [*read_settings(course.root).preload, *(name for text in texts for name in imported_modules(text))]
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names


def distributions_of(course: Course, names: Iterable[str]) -> Iterator[str]:
    """Yield the distributions that provide modules; not the tool, the course's package and what lies in its folder.

    Raises:
        CoursepackError: a module that the course preloads is not installed.
    """
    providers = metadata.packages_distributions()
    ours = {TOOL, read_settings(course.root).package}
    preloaded = {name.partition(".")[0] for name in read_settings(course.root).preload}
    for name in sorted(set(names) - ours):
        if name in providers:
            yield from providers[name]
        elif name in preloaded:
            remedy = f"install it into {sys.prefix}, or take it out of `preload`"
            raise CoursepackError(f"the module {name} is not installed, so no version can be pinned", remedy=remedy)


def _closure(wanted: Iterable[Requirement]) -> Iterator[metadata.Distribution]:
    """Yield all distributions that requirements ask for, directly or not."""
    waiting, seen, given = list(wanted), set[tuple[str, ...]](), set[str]()
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        if (name, *sorted(one.extras)) in seen:
            continue
        seen.add((name, *sorted(one.extras)))
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError as error:
            if name.startswith(LEFT_TO_TORCH):
                continue
            remedy = f"install it into {Path(sys.prefix)}"
            raise CoursepackError(f"{name} is not installed, so no version can be pinned", remedy=remedy) from error
        if name not in given:
            given.add(name)
            yield found
        waiting += [needed for needed in map(Requirement, found.requires or []) if _applies(needed, one.extras or {""})]


def _applies(needed: Requirement, extras: Iterable[str]) -> bool:
    return needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras)
