"""The `coursepack` command. Each subcommand only reads its options; other modules do the work."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from coursepack import __version__
from coursepack.cli import author_commands, grading_commands, lms_commands
from coursepack.errors import CoursepackError

app = typer.Typer(
    name="coursepack",
    help="Make Jupyter courses whose grades can be trusted: build, validate, grade, report.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"coursepack {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Make Jupyter courses whose grades can be trusted: build, validate, grade, report."""


# The order is that of `coursepack --help`: the life of a course.
app.command()(author_commands.init)
app.command()(author_commands.new)
app.command()(author_commands.lint)
app.command()(author_commands.build)
app.command()(author_commands.validate)
app.command()(author_commands.sample)
app.command()(author_commands.demo)
app.command()(lms_commands.roster)
app.command()(lms_commands.collect)
app.command()(grading_commands.grade)
app.command("grade-one")(grading_commands.grade_one)
app.command()(grading_commands.feedback)
app.command()(grading_commands.report)
app.command()(lms_commands.export)
app.command("return")(lms_commands.return_feedback)
app.command()(lms_commands.bundle)


def main() -> None:
    """Run the command line; a user's mistake ends in one message and exit code 2."""
    try:
        app()
    except CoursepackError as error:
        typer.echo(f"coursepack: {error}", err=True)
        sys.exit(2)
