"""In from an LMS and out to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coursepack.cli.options import Assignment, Assignments, CourseOption, grade_extra
from coursepack.course import Course
from coursepack.errors import choose


def roster(
    table: Annotated[Path, typer.Argument(help="The class as a CSV file, of an LMS or your own.")],
    course: CourseOption = None,
) -> None:
    """Import a class into the gradebook: ids, names, e-mail addresses, the LMS's numbers."""
    with grade_extra():
        from coursepack.lms.commands import import_class

    raise typer.Exit(import_class(Course.find(course), table))


def collect(
    assignment: Assignment,
    download: Annotated[Path, typer.Argument(help="The archive or folder that the LMS gave you.")],
    kind: Annotated[
        str, typer.Option("--from", help="canvas, moodle, gradescope, google, github or folder, if it is not clear.")
    ] = "",
    roster: Annotated[
        Path | None, typer.Option(help="The class, a CSV file; else what `coursepack roster` read.")
    ] = None,
    time_zone: Annotated[
        str, typer.Option(help="The zone of times in the roster, like Europe/Berlin; else the course's.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
    course: CourseOption = None,
) -> None:
    """Collect hand-ins from an LMS's download into submitted/, and say what became of each file."""
    with grade_extra():
        from coursepack.lms.commands import collect_download

    found = Course.find(course)
    found.select([assignment])
    raise typer.Exit(collect_download(found, assignment, download, kind, roster, time_zone, dry_run=dry_run))


def export(
    into: Annotated[Path, typer.Option("--into", help="The file to write.")],
    assignments: Assignments = None,
    name: Annotated[str, typer.Option("--format", help="csv, canvas, moodle, gradescope, junit or json.")] = "csv",
    course: CourseOption = None,
) -> None:
    """Export marks to a file that an LMS imports; who has no mark gets an empty cell, never 0."""
    with grade_extra():
        from coursepack.lms.commands import export_marks

    found = Course.find(course)
    raise typer.Exit(export_marks(found, found.select(assignments or []), name, into))


def return_feedback(
    assignment: Assignment,
    name: Annotated[str, typer.Option("--format", help="canvas or moodle.")],
    into: Annotated[Path, typer.Option("--into", help="The zip file to write.")],
    course: CourseOption = None,
) -> None:
    """Zip an assignment's feedback under the names that the LMS takes back."""
    with grade_extra():
        from coursepack.feedback.class_feedback import check_pages
        from coursepack.lms import commands

    found = Course.find(course)
    found.select([assignment])
    check_pages(found, assignment)
    raise typer.Exit(commands.return_feedback(found, assignment, name, into))


def bundle(
    system: Annotated[str, typer.Argument(help="gradescope, github or gitlab.")],
    assignment: Assignment,
    into: Annotated[Path, typer.Option("--into", help="The zip archive for gradescope; else a new folder.")],
    unsafe_no_jail: Annotated[
        bool, typer.Option("--unsafe-no-jail", help="Let it grade without isolation, where that system has no jail.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Write what another system needs to grade an assignment by itself; it holds the hidden tests."""
    found = Course.find(course)
    found.select([assignment])
    with grade_extra():
        from coursepack.lms.bundle.write import System, write_bundle
    wanted = choose(system, System, "there is no bundle for “{}”")
    write_bundle(found, assignment, wanted, into, unsafe_no_jail=unsafe_no_jail)
    typer.echo(f"{into}: keep it private, it holds the hidden tests of {assignment}")
