"""The options that several commands share, and what they all do about missing packages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from coursepack.errors import CoursepackError

CourseOption = Annotated[
    Path | None, typer.Option("--course", help="The course folder; by default the one you are in.")
]
Assignment = Annotated[str, typer.Argument(help="The assignment: a folder of source/.")]
Assignments = Annotated[list[str] | None, typer.Argument(help="Assignments; all of them by default.")]
Jobs = Annotated[int, typer.Option("-j", "--jobs", min=1, help="How many notebooks to run at once.")]
Timeout = Annotated[int | None, typer.Option(min=1, help="CPU seconds per cell; the default is in nbgrader_config.py.")]
UnsafeNoJail = Annotated[
    bool, typer.Option("--unsafe-no-jail", help="Run student code without isolation, with all your rights.")
]


@contextlib.contextmanager
def grade_extra() -> Iterator[None]:
    """Say what to install where a command's packages are missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        remedy = "pip install 'coursepack[grade]'"
        raise CoursepackError(f"grading needs the package {error.name}", remedy=remedy) from error
