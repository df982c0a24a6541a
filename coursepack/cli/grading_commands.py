"""From submissions to marks and feedback: a class, or one notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coursepack.cli.options import Assignment, CourseOption, Jobs, Timeout, UnsafeNoJail, grade_extra
from coursepack.course import Course
from coursepack.errors import choose


def grade(
    assignment: Assignment,
    jobs: Jobs = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Grade on this Dask cluster, for example tcp://host:8786, instead of here."),
    ] = None,
    timeout: Timeout = None,
    force: Annotated[bool, typer.Option("--force", help="Grade again what is already graded.")] = False,
    redraw: Annotated[
        bool, typer.Option("--redraw", help="Draw again what the assignment's own cells draw; no point depends on it.")
    ] = False,
    unsafe_no_jail: UnsafeNoJail = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Show what happens, and write its details into the log.")
    ] = False,
    log_file: Annotated[
        Path | None, typer.Option("--log-file", help="Where the log goes; by default into .coursepack/logs/.")
    ] = None,
    course: CourseOption = None,
) -> None:
    """Grade every submission of an assignment; no bad submission stops the others."""
    with grade_extra():
        from coursepack.grading.batch.class_run import grade_class
        from coursepack.grading.batch.options import Options
    found = Course.find(course)
    found.select([assignment])
    options = Options(jobs, scheduler, timeout, force, redraw, unsafe_no_jail, verbose, log_file)
    raise typer.Exit(grade_class(found, assignment, options))


def grade_one(
    assignment: Assignment,
    notebook: Annotated[Path, typer.Argument(help="The student's notebook, or a folder that holds it.")],
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help="text, json, junit, gradescope or prairielearn; may be repeated."),
    ] = None,
    into: Annotated[
        list[Path] | None, typer.Option("--into", help="The file for the result, one for each --format.")
    ] = None,
    extra: Annotated[
        list[Path] | None,
        typer.Option("--extra", help="A student's file, or a folder of files, to put beside the notebook."),
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option("--fail-under", min=0, max=100, help="Exit with 3 below this percentage of automatic points."),
    ] = None,
    timeout: Timeout = None,
    unsafe_no_jail: UnsafeNoJail = False,
    course: CourseOption = None,
) -> None:
    """Grade one notebook, without a class or a gradebook. Exit code: 0 graded, 1 not graded, 2 wrong use."""
    found = Course.find(course)
    found.select([assignment])
    with grade_extra():
        from coursepack.lms.grade_one import OneOptions, ResultFormat
        from coursepack.lms.grade_one import grade_one as grade_notebook
    options = OneOptions(
        [choose(name, ResultFormat, "there is no format “{}”") for name in formats or []],
        into or [],
        extra or [],
        fail_under,
        timeout,
        unsafe_no_jail,
    )
    raise typer.Exit(grade_notebook(found, assignment, notebook, options))


def feedback(
    assignments: Annotated[
        list[str] | None, typer.Argument(help="Assignments; by default all that somebody has handed in.")
    ] = None,
    student: Annotated[
        list[str] | None, typer.Option("--student", help="Whose page; repeat it for several. By default everybody's.")
    ] = None,
    jobs: Jobs = 1,
    force: Annotated[bool, typer.Option("--force", help="Write again also what has not changed.")] = False,
    course: CourseOption = None,
) -> None:
    """Write the feedback pages of graded submissions into feedback/; no student's page stops the others'."""
    from coursepack.feedback.class_feedback import graded_assignments, write_feedback

    found = Course.find(course)
    names = found.select(assignments or []) if assignments else graded_assignments(found)
    codes = [write_feedback(found, name, student or (), jobs=jobs, force=force) for name in names]
    raise typer.Exit(max(codes, default=0))


def report(assignment: Assignment, course: CourseOption = None) -> None:
    """Write the class report of an assignment: one HTML page and a CSV file."""
    from coursepack.report.page import write_report

    found = Course.find(course)
    found.select([assignment])
    write_report(found, assignment)
