"""Tell what collecting did: each file, then what a person must look at."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from coursepack.lms.collect import Collection
from coursepack.lms.safe_archive import printable


def print_collection(result: Collection, console: Console, *, dry_run: bool) -> None:
    """Print what became of every file and every student's submission."""
    console.print("[bold]What became of each file[/]")
    for one in result.files:
        # A path on a line of its own: it is long, and stays whole to be copied.
        console.print(f"  {escape(printable(one.path))}", highlight=False, soft_wrap=True)
        colour = "red" if one.lost else "dim" if "left out" in one.said else "default"
        whose = f"{one.student}: " if one.student else ""
        said = f"[{colour}]{escape(whose + printable(one.said))}[/]"
        console.print(f"      {said}", highlight=False, soft_wrap=True)
    if result.students:
        console.print("\n[bold]Submissions[/]")
    for student, said in result.students.items():
        console.print(f"  {escape(student)}: {escape(said)}", highlight=False, soft_wrap=True)
    if result.notes:
        console.print("\n[bold]Noticed[/]")
    for note in result.notes:
        console.print(f"  {escape(printable(note, 400))}", highlight=False, soft_wrap=True)
    console.print(f"\n{_summary(result, dry_run=dry_run)}", highlight=False, soft_wrap=True)


def _summary(result: Collection, *, dry_run: bool) -> str:
    kind = "a plain folder" if result.kind == "folder" else result.kind.capitalize()
    lost = sum(one.lost for one in result.files)
    told = f"From {kind}: {len(result.students)} submissions of {len(result.files)} files"
    if lost:
        told += f"; {lost} could not be placed (in red above)"
    return f"{told}. Nothing was written (--dry-run)." if dry_run else f"{told}."
