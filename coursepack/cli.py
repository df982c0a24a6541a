"""The `coursepack` command. Each subcommand only reads its options; other modules do the work."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from coursepack import __version__
from coursepack.course import Course
from coursepack.errors import CoursepackError

app = typer.Typer(
    name="coursepack",
    help="Make Jupyter courses whose grades can be trusted: build, validate, grade, report.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

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


def _version(value: bool) -> None:
    if value:
        typer.echo(f"coursepack {__version__}")
        raise typer.Exit


@contextlib.contextmanager
def _grade_extra() -> Iterator[None]:
    """Say what to install where a command's packages are missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        remedy = "pip install 'coursepack[grade]'"
        raise CoursepackError(f"grading needs the package {error.name}", remedy=remedy) from error


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Make Jupyter courses whose grades can be trusted: build, validate, grade, report."""


@app.command()
def build(
    assignments: Assignments = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where release/ or solutions/ is out of step.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Make release/ and solutions/ from source/."""
    from coursepack.authoring.build import build_pack, check_pack

    found = Course.find(course)
    names = found.select(assignments or [])
    if check:
        check_pack(found, names)
    else:
        build_pack(found, names)


@app.command()
def sample(assignment: Assignment, course: CourseOption = None) -> None:
    """Write a sample class of submissions, right and wrong ones, into submitted/."""
    from coursepack.authoring.sample_class import write_sample_class

    found = Course.find(course)
    found.select([assignment])
    write_sample_class(found, assignment)


@app.command()
def grade(
    assignment: Assignment,
    jobs: Jobs = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Grade on this Dask cluster, for example tcp://host:8786, instead of here."),
    ] = None,
    timeout: Timeout = None,
    force: Annotated[bool, typer.Option("--force", help="Grade again what is already graded.")] = False,
    pictures: Annotated[
        bool, typer.Option(help="Run the assignment's own cells that only draw; points do not depend on them.")
    ] = True,
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
    with _grade_extra():
        from coursepack.grading.batch.class_run import grade_class
        from coursepack.grading.batch.options import Options
    found = Course.find(course)
    found.select([assignment])
    options = Options(jobs, scheduler, timeout, force, pictures, unsafe_no_jail, verbose, log_file)
    raise typer.Exit(grade_class(found, assignment, options))


@app.command("grade-one")
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
    with _grade_extra():
        from coursepack.lms.grade_one import OneOptions, ResultFormat
        from coursepack.lms.grade_one import grade_one as grade_notebook
    options = OneOptions(
        [ResultFormat.named(name) for name in formats or []],
        into or [],
        extra or [],
        fail_under,
        timeout,
        unsafe_no_jail,
    )
    raise typer.Exit(grade_notebook(found, assignment, notebook, options))


@app.command()
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
    with _grade_extra():
        from coursepack.lms.bundle.write import System, write_bundle
    write_bundle(found, assignment, System.named(system), into, unsafe_no_jail=unsafe_no_jail)
    typer.echo(f"{into}: keep it private, it holds the hidden tests of {assignment}")


@app.command()
def collect(
    assignment: Assignment,
    download: Annotated[Path, typer.Argument(help="The archive or folder that the LMS gave you.")],
    kind: Annotated[
        str, typer.Option("--from", help="canvas, moodle, gradescope, google, github or folder, if it is not clear.")
    ] = "",
    roster: Annotated[
        Path | None, typer.Option(help="The class, a CSV file; else what `coursepack roster` read.")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="The zone of times in the roster, like Europe/Berlin; else UTC.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; write nothing.")] = False,
    course: CourseOption = None,
) -> None:
    """Collect hand-ins from an LMS's download into submitted/, and say what became of each file."""
    with _grade_extra():
        from coursepack.lms.commands import collect_download

    found = Course.find(course)
    found.select([assignment])
    raise typer.Exit(collect_download(found, assignment, download, kind, roster, time_zone, dry_run=dry_run))


@app.command()
def roster(
    table: Annotated[Path, typer.Argument(help="The class as a CSV file, of an LMS or your own.")],
    course: CourseOption = None,
) -> None:
    """Import a class into the gradebook: ids, names, e-mail addresses, the LMS's numbers."""
    with _grade_extra():
        from coursepack.lms.commands import import_class

    raise typer.Exit(import_class(Course.find(course), table))


@app.command()
def export(
    into: Annotated[Path, typer.Option("--into", help="The file to write.")],
    assignments: Assignments = None,
    name: Annotated[str, typer.Option("--format", help="csv, canvas, moodle, gradescope, junit or json.")] = "csv",
    course: CourseOption = None,
) -> None:
    """Export marks to a file that an LMS imports; who has no mark gets an empty cell, never 0."""
    with _grade_extra():
        from coursepack.lms.commands import export_marks

    found = Course.find(course)
    raise typer.Exit(export_marks(found, found.select(assignments or []), name, into))


@app.command("return")
def return_feedback(
    assignment: Assignment,
    name: Annotated[str, typer.Option("--format", help="canvas or moodle.")],
    into: Annotated[Path, typer.Option("--into", help="The zip file to write.")],
    course: CourseOption = None,
) -> None:
    """Zip an assignment's feedback under the names that the LMS takes back."""
    with _grade_extra():
        from coursepack.lms import commands

    found = Course.find(course)
    found.select([assignment])
    raise typer.Exit(commands.return_feedback(found, assignment, name, into))


@app.command()
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


@app.command()
def report(assignment: Assignment, course: CourseOption = None) -> None:
    """Write the class report of an assignment: one HTML page and a CSV file."""
    from coursepack.report.page import write_report

    found = Course.find(course)
    found.select([assignment])
    write_report(found, assignment)


@app.command()
def validate(
    assignments: Assignments = None,
    jobs: Jobs = 2,
    only: Annotated[str, typer.Option(help="Run only answers whose name contains this text.")] = "",
    quick: Annotated[
        bool, typer.Option("--quick", help="Let some answers of every kind go through jail and judge; run no others.")
    ] = False,
    skip_quick: Annotated[
        bool, typer.Option("--skip-quick", help="Run all answers, but leave out jail and judge, which --quick tries.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Run every cell of every answer, also those on which no test depends.")
    ] = False,
    all_judged: Annotated[
        bool, typer.Option("--all-judged", help="Run all answers through jail and judge, not only some of each kind.")
    ] = False,
    unsafe_no_jail: Annotated[
        bool, typer.Option("--unsafe-no-jail", help="Run the judged answers without isolation.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Validate the tests: solutions earn all points, blanks none, mutants lose what they should, variants nothing."""
    from coursepack.validation.validate import Proof, prove_pack

    if quick and (full or all_judged):
        raise CoursepackError("--quick runs few answers, --full and --all-judged all", remedy="leave one of them out")
    if skip_quick and (quick or all_judged):
        clash = "--skip-quick leaves out jail and judge, which --quick and --all-judged are for"
        raise CoursepackError(clash, remedy="leave one of them out")
    found = Course.find(course)
    names = found.select(assignments or [])
    raise typer.Exit(prove_pack(found, names, Proof(jobs, only, quick, skip_quick, full, all_judged, unsafe_no_jail)))


@app.command()
def demo(
    assignment: Annotated[str, typer.Argument(help="The assignment; by default the one that the course shows.")] = "",
    jobs: Jobs = 2,
    timeout: Annotated[int, typer.Option(min=1, help="CPU seconds a cell may take.")] = 30,
    course: CourseOption = None,
) -> None:
    """Show the course at work in a new folder ./demo: grade a sample class and write a report."""
    from coursepack.demo import run_demo
    from coursepack.settings import read_settings

    found = Course.find(course)
    shown = assignment or read_settings(found.root).demo or found.select([])[0]
    raise typer.Exit(run_demo(found, shown, jobs=jobs, timeout=timeout))


def main() -> None:
    """Run the command line; a user's mistake ends in one message and exit code 2."""
    try:
        app()
    except CoursepackError as error:
        typer.echo(f"coursepack: {error}", err=True)
        sys.exit(2)
