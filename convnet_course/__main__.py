"""The course's own commands: `python -m convnet_course data`, `python -m convnet_course reproduce`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from coursepack.course import Course
from coursepack.errors import CoursepackError

app = typer.Typer(
    name="convnet_course",
    help="The course on convolutional networks: its data sets and its figures.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.command()
def data(
    fetch: Annotated[bool, typer.Option("--fetch", help="Download the full MNIST into ./data.")] = False,
    shapes: Annotated[
        bool, typer.Option("--shapes", help="Write generated shapes into ./data, to use instead of CIFAR-10.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Lay out small sets for all notebooks; nothing is downloaded.")
    ] = False,
) -> None:
    """Show which data sets the notebooks will use, fetch the full MNIST, or lay out small sets."""
    from convnet_course.datasets.cifar10 import describe_photographs
    from convnet_course.datasets.grading_data import grading_data
    from convnet_course.datasets.mnist import describe_data, fetch_mnist
    from convnet_course.datasets.synthetic_shapes import write_shapes

    if offline:
        folder = os.path.relpath(grading_data(Course.find(None).root))
        typer.echo(f"small sets for all notebooks are in {folder}; use them with: COURSE_DATA={folder} make lab")
        return
    if fetch:
        fetch_mnist(Path("data"))
    if shapes:
        write_shapes(Path("data"))
    typer.echo(describe_data())
    typer.echo(describe_photographs())


@app.command()
def reproduce(
    experiments: Annotated[list[str] | None, typer.Argument(help="Experiments or assignments; all by default.")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda, …; by default a GPU if there is one.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Train each experiment with this many seeds.")] = 1,
    quick: Annotated[
        bool, typer.Option("--quick", help="One epoch on the mini set, into a temporary folder: a trial run only.")
    ] = False,
    into: Annotated[Path | None, typer.Option(help="Where to write; docs/ by default.")] = None,
    course: Annotated[
        Path | None, typer.Option("--course", help="The course folder; by default the one you are in.")
    ] = None,
) -> None:
    """Train the networks as in the reference works, and write our figures beside theirs."""
    from convnet_course.reproduction.command import reproduce as run

    raise typer.Exit(run(Course.find(course), experiments or [], device=device, seeds=seeds, quick=quick, into=into))


def main() -> None:
    """Run the command line; a user's mistake ends in one message and exit code 2."""
    try:
        app()
    except CoursepackError as error:
        typer.echo(f"convnet_course: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
