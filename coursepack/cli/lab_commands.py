"""JupyterLab, for students and for instructors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coursepack.cli.options import CourseOption
from coursepack.course import Course

Port = Annotated[int | None, typer.Option(min=1, max=65_535, help="The port; by default the first free one from 8888.")]
Browser = Annotated[
    bool, typer.Option("--browser/--no-browser", help="Open a browser window (the default), or only print the address.")
]


def lab(
    work: Annotated[Path | None, typer.Option(help="The folder for the copies; by default work/.")] = None,
    port: Port = None,
    browser: Browser = True,
    course: CourseOption = None,
) -> None:
    """Open JupyterLab as a student sees it, on copies of the notebooks that are never overwritten."""
    from coursepack.authoring.lab import student_lab

    student_lab(Course.find(course), work, _options(port, browser=browser)).start()


def instructor(port: Port = None, browser: Browser = True, course: CourseOption = None) -> None:
    """Open JupyterLab in the course folder, with formgrader."""
    from coursepack.authoring.lab import instructor_lab

    instructor_lab(Course.find(course), _options(port, browser=browser)).start()


def _options(port: int | None, *, browser: bool) -> tuple[str, ...]:
    return (*([] if port is None else [f"--port={port}"]), *([] if browser else ["--no-browser"]))
