"""The `coursepack` command. Each subcommand only reads its options; other modules do the work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, NamedTuple, NoReturn, cast

import typer

from coursepack import __version__
from coursepack.cli import author_commands, grading_commands, lab_commands, lms_commands
from coursepack.errors import CoursepackError

app = typer.Typer(
    name="coursepack",
    help="Make Jupyter courses whose grades can be trusted: build, validate, grade, report.",
    pretty_exceptions_enable=False,
)
# What Typer raises for a wrong call; it exports only kinds of it.
_WrongCall = cast(type[typer.BadParameter], typer.BadParameter.__mro__[1])


def _version(value: bool) -> None:
    if value:
        typer.echo(f"coursepack {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Make Jupyter courses whose grades can be trusted: build, validate, grade, report."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


class Command(NamedTuple):
    """A subcommand.

    Attributes:
        name: what it is called.
        run: the function, whose signature gives the options.
        example: a call that its help shows.
    """

    name: str
    run: Callable[..., None]
    example: str


# The order is that of `coursepack --help`: the life of a course.
COMMANDS = (
    Command("init", author_commands.init, "coursepack init my-course"),
    Command("new", author_commands.new, "coursepack new week2"),
    Command("lint", author_commands.lint, "coursepack lint week1 --fix"),
    Command("build", author_commands.build, "coursepack build week1"),
    Command("validate", author_commands.validate, "coursepack validate week1 --only off_by_one -j 4"),
    Command("publish", author_commands.publish, "coursepack publish git@github.com:owner/students.git week1"),
    Command("sample", author_commands.sample, "coursepack sample week1 --remove"),
    Command("demo", author_commands.demo, "coursepack demo week1 -j 4"),
    Command("lab", lab_commands.lab, "coursepack lab --work ~/my_answers"),
    Command("instructor", lab_commands.instructor, "coursepack instructor --port 8890"),
    Command("roster", lms_commands.roster, "coursepack roster gradebook.csv"),
    Command("collect", lms_commands.collect, "coursepack collect week1 submissions.zip --from canvas"),
    Command("grade", grading_commands.grade, "coursepack grade week1 -j 4"),
    Command(
        "grade-one", grading_commands.grade_one, "coursepack grade-one week1 ann.ipynb --format json --into ann.json"
    ),
    Command("feedback", grading_commands.feedback, "coursepack feedback week1 --student ann -j 4"),
    Command("report", grading_commands.report, "coursepack report week1"),
    Command("export", lms_commands.export, "coursepack export week1 --format canvas --into canvas.csv"),
    Command("return", lms_commands.return_feedback, "coursepack return week1 --format canvas --into feedback.zip"),
    Command("bundle", lms_commands.bundle, "coursepack bundle gradescope week1 --into week1.zip"),
)
for _command in COMMANDS:
    app.command(_command.name, epilog=f"Example: {_command.example}")(_command.run)


def main() -> None:
    """Run the command line; a user's mistake ends in one message and exit code 2, Ctrl-C at a question in 130."""
    try:
        code = app(prog_name="coursepack", standalone_mode=False)
    except CoursepackError as error:
        _refuse(error)
    except typer.Abort:
        typer.echo("coursepack: stopped", err=True)
        sys.exit(130)
    except _WrongCall as error:
        command = getattr(error.ctx, "command_path", "coursepack")
        _refuse(CoursepackError(error.format_message().rstrip("."), remedy=f"`{command} --help` shows what it takes"))
    else:
        sys.exit(code)


def _refuse(error: CoursepackError) -> NoReturn:
    typer.echo(f"coursepack: {error}", err=True)
    sys.exit(2)
