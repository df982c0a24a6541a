"""What an author of a course runs, from the first file to a class that shows the course at work."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from coursepack.cli.options import Assignment, Assignments, CourseOption, Jobs, grade_extra
from coursepack.course import Course
from coursepack.errors import CoursepackError


def init(folder: Annotated[Path, typer.Argument(help="A new folder, or an empty one.")]) -> None:
    """Write a new course that works at once, with one assignment to try everything on."""
    from coursepack.authoring.init_course import ASSIGNMENT, init_course
    from coursepack.authoring.own_requirement import own_requirement

    for name in init_course(folder):
        typer.echo(f"  {name}")
    typer.echo(f"The course is ready. Now:\n  cd {folder}\n  coursepack build\n  coursepack validate")
    typer.echo(f"Then open source/{ASSIGNMENT}/{ASSIGNMENT}.ipynb in JupyterLab, and make it yours.")
    if remedy := own_requirement().remedy:
        typer.echo(f"Before others install from requirements.txt: {remedy}")


def new(
    assignment: Annotated[str, typer.Argument(help="The new assignment's name, for example week2.")],
    title: Annotated[str, typer.Option(help="The notebook's title; by default made from the name.")] = "",
    script: Annotated[
        bool, typer.Option("--script", help="Write it as a Python script with cells, to be edited in any editor.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Begin an assignment: a source notebook with one exercise that can be built as it is."""
    from coursepack.authoring.new_assignment import new_assignment

    typer.echo(f"{new_assignment(Course.find(course), assignment, title, script=script)} is there. Now:")
    typer.echo(f"  edit it, then run `coursepack lint {assignment}` and `coursepack build {assignment}`")


def lint(
    assignments: Assignments = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Set cell ids and nbgrader's fields where they follow from the notebook.")
    ] = False,
    explain: Annotated[str, typer.Option(help="Print a rule with its reason, or `all` of them, and stop.")] = "",
    course: CourseOption = None,
) -> None:
    """Find in source notebooks what a build would refuse, without running them."""
    if explain:
        from coursepack.authoring.rules import explain as explain_rule

        typer.echo(explain_rule(explain))
        return
    from coursepack.authoring.lint import lint as lint_assignments

    found = Course.find(course)
    raise typer.Exit(1 if lint_assignments(found, found.select(assignments or []), mend=fix) else 0)


def build(
    assignments: Assignments = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where release/ or solutions/ is out of step.")
    ] = False,
    data: Annotated[
        str,
        typer.Option(
            help="Run worked versions on these data: a name from the setting `worked_data`, or `grading`. "
            "By default those of grading; what ran on others keeps its outputs while its code stays the same."
        ),
    ] = "",
    course: CourseOption = None,
) -> None:
    """Make release/ and solutions/ from source/."""
    if check and data:
        raise CoursepackError("--check runs nothing, so it takes no --data", remedy="leave one of them out")
    from coursepack.authoring.build import build_pack, check_pack
    from coursepack.authoring.scripts import refresh

    found = Course.find(course)
    names = found.select(assignments or [])
    refresh(found, names, check=check)
    if check:
        check_pack(found, names)
    else:
        build_pack(found, names, data or None)


def validate(
    assignments: Assignments = None,
    jobs: Jobs = 2,
    only: Annotated[
        str, typer.Option(help="Run only answers whose name contains this text, and print messages as --messages does.")
    ] = "",
    messages: Annotated[
        bool, typer.Option("--messages", help="Print what the failed tests of each wrong answer tell students.")
    ] = False,
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
    """Validate the tests: solutions and right answers lose nothing, wrong ones what they name, blanks all."""
    from coursepack.authoring.scripts import refresh
    from coursepack.authoring.student_messages import redactor
    from coursepack.validation.validate import Proof, prove_pack

    if quick and (full or all_judged):
        raise CoursepackError("--quick runs few answers, --full and --all-judged all", remedy="leave one of them out")
    if skip_quick and (quick or all_judged):
        clash = "--skip-quick leaves out jail and judge, which --quick and --all-judged are for"
        raise CoursepackError(clash, remedy="leave one of them out")
    found = Course.find(course)
    names = found.select(assignments or [])
    refresh(found, names)
    students_see = redactor(found) if messages or only else None
    proof = Proof(jobs, only, quick, skip_quick, full, all_judged, unsafe_no_jail, students_see)
    raise typer.Exit(prove_pack(found, names, proof))


def publish(
    destination: Annotated[str, typer.Argument(help="A folder, or a git remote (https://… or git@…:owner/name.git).")],
    assignments: Assignments = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would be published; write nothing.")] = False,
    course: CourseOption = None,
) -> None:
    """Write a repository for students: released notebooks and what they need, no test, no solution."""
    with grade_extra():
        from coursepack.publish.command import publish as publish_course

    publish_course(Course.find(course), destination, assignments or [], dry_run=dry_run)


def sample(
    assignment: Assignment,
    remove: Annotated[bool, typer.Option("--remove", help="Take the made-up students of the assignment away.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, in a course that is not a demo.")] = False,
    course: CourseOption = None,
) -> None:
    """Write a sample class of made-up students into submitted/, with right and wrong answers; or remove it."""
    from coursepack.authoring.sample_class import DEMO_MARKER, write_sample_class
    from coursepack.authoring.sample_removal import remove_sample_class

    found = Course.find(course)
    found.select([assignment])
    if remove:
        raise typer.Exit(remove_sample_class(found, assignment))
    if not yes and not (found.root / DEMO_MARKER).is_file():
        _ask(f"This writes made-up students into submitted/ and the gradebook of {found.root}. Continue?")
    write_sample_class(found, assignment)


def _ask(question: str) -> None:
    """Ask on the terminal; go on only after a yes.

    Raises:
        CoursepackError: there is no terminal, or the answer is no.
    """
    remedy = "say so with --yes, or try `coursepack demo`, which works in a folder of its own"
    if not sys.stdin.isatty():
        raise CoursepackError("this course is not a demo, and there is nobody to ask", remedy=remedy)
    if not typer.confirm(question):
        raise CoursepackError("nothing was written", remedy=remedy)


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
