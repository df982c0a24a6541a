"""Write a sample class: submissions of every kind, made from the right and wrong answers kept as snippets.

Nothing here is real student work; the names are invented. Ids begin with "sample-", last names end in "(sample)", and a
marker lies in every student's folder, so that nobody takes them for real students; `sample_removal` takes them away.
"""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Literal

import nbformat
from nbformat import NotebookNode
from nbgrader.api import MissingEntry
from rich.console import Console

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.gradebook import course_directory, open_gradebook
from coursepack.grading.workspace import digest
from coursepack.notebooks.cells import is_solution
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook, solved_notebook
from coursepack.validation.snippets import Snippet, apply_snippet, load_snippets
from coursepack.whole_file import write_whole

PREFIX = "sample-"
# In the manifest, whether the assignment had no due date before.
OURS = "due date is ours"
# In each sample student's folder.
MARKER = ".coursepack-sample"
MARKER_TEXT = "A made-up student: `coursepack sample ASSIGNMENT --remove` takes it away.\n"
# A folder that `coursepack demo` made, and deletes.
DEMO_MARKER = ".made-by-coursepack-demo"
DUE = datetime.datetime(2026, 11, 27, 23, 59)
LATE_BY = datetime.timedelta(days=1, hours=2, minutes=13)
VARIANTS, MUTANTS = 3, 5
ENDLESS_LOOP = "counter = 1\nwhile counter > 0:  # the student meant: counter < 10\n    counter += 1\n"
# One name more than there are submissions: the last student hands nothing in.
NAMES = (
    ("Ada", "Nakamura"),
    ("Bruno", "Okafor"),
    ("Chiara", "Lindqvist"),
    ("Dmitri", "Haddad"),
    ("Elif", "Moreau"),
    ("Farid", "Castellanos"),
    ("Greta", "Ndiaye"),
    ("Hana", "Petrov"),
    ("Ivo", "Tanaka"),
    ("Jamila", "Sørensen"),
    ("Kofi", "Brandt"),
    ("Leila", "Marchetti"),
    ("Mateo", "Ivanova"),
    ("Nora", "Adeyemi"),
    ("Oskar", "Rahman"),
)


@dataclass(frozen=True)
class Submission:
    """One sample submission.

    Attributes:
        about: what is special about it.
        content: the notebook file's text.
        late: whether it comes in after the due date.
    """

    about: str
    content: str
    late: bool = False


def write_sample_class(course: Course, assignment: str) -> None:
    """Write at least 12 submissions of an assignment into `submitted/` and their students into the gradebook.

    The same course gives the same files. Students' ids are first name and last name's first letter ("sample-ada-n").

    Raises:
        CoursepackError: the assignment has no snippets, or there is a file that this function did not write.
    """
    source = read_notebook(course.notebook("source", assignment))
    class_list = list(zip(NAMES, submissions(course, assignment, source), strict=False))
    _refuse_others(course, assignment)
    due, is_ours = _enter_students(course, assignment)
    written = {}
    for number, ((first, last), submission) in enumerate(class_list):
        student = student_id(first, last)
        path = _notebook(course, assignment, student)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(submission.content, encoding="utf-8")
        (path.parents[1] / MARKER).write_text(MARKER_TEXT, encoding="utf-8")
        handed_in = due + LATE_BY if submission.late else due - datetime.timedelta(hours=5 * number + 1)
        (path.parent / "timestamp.txt").write_text(f"{handed_in:%Y-%m-%d %H:%M:%S} UTC\n", encoding="utf-8")
        written[student] = digest(path)
    note = {"students": written, OURS: is_ours or bool(read_manifest(course, assignment).get(OURS))}
    write_whole(manifest_of(course, assignment), json.dumps(note, indent=1))
    _print_class(class_list, assignment)


def submissions(course: Course, assignment: str, source: NotebookNode) -> Iterator[Submission]:
    """Yield the class's submissions: perfect ones, mistaken ones, unfinished ones, broken ones.

    Raises:
        CoursepackError: the assignment has no right or no wrong answers.
    """
    solved, released = solved_notebook(source), released_notebook(source)
    # One more right answer than there are perfect submissions on time: the last one is late.
    variants = _spread(course, "right", assignment, VARIANTS + 1)
    mutants = _spread(course, "wrong", assignment, MUTANTS)
    yield Submission("perfect: the solution", _text(solved))
    for snippet in variants[:VARIANTS]:
        yield Submission(f"perfect in another style: {snippet.summary}", _text(apply_snippet(solved, snippet)))
    for snippet in mutants:
        yield Submission(f"mistaken: {snippet.summary}", _text(apply_snippet(solved, snippet)))
    yield Submission("half done", _text(half_done(solved, released)))
    yield Submission("untouched", _text(released))
    yield Submission("not valid JSON: the upload was cut off", _text(solved)[: len(_text(solved)) // 2])
    yield Submission("an endless loop", _text(endless(solved)))
    late = apply_snippet(solved, variants[-1])
    yield Submission("late", _text(late), late=True)


def half_done(solved: NotebookNode, released: NotebookNode) -> NotebookNode:
    """Return the solved notebook with the second half of its solution cells as released."""
    places = [index for index, cell in enumerate(solved.cells) if is_solution(cell)]
    notebook = copy.deepcopy(solved)
    for index in places[(len(places) + 1) // 2 :]:
        notebook.cells[index].source = released.cells[index].source
    return notebook


def endless(solved: NotebookNode) -> NotebookNode:
    """Return the solved notebook with an endless loop at the start of its first solution cell."""
    notebook = copy.deepcopy(solved)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code" and is_solution(cell))
    first.source = ENDLESS_LOOP + first.source
    return notebook


def student_id(first: str, last: str) -> str:
    """Return a student's id: first name and the first letter of the last name."""
    return f"{PREFIX}{first}-{last[0]}".lower()


def manifest_of(course: Course, assignment: str) -> Path:
    """Return where is written down which submissions of an assignment are ours."""
    return course.root / ".coursepack" / "sample" / f"{assignment}.json"


def read_manifest(course: Course, assignment: str) -> dict[str, Any]:
    """Return what is written down; nothing if there is no sample class.

    Raises:
        CoursepackError: the file is damaged.
    """
    path = manifest_of(course, assignment)
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {"students": {str(name): str(value) for name, value in found["students"].items()}, OURS: found[OURS]}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = f"delete it, and the folders submitted/{PREFIX}*/{assignment}"
        raise CoursepackError("the list of the sample class is damaged", where=str(path), remedy=remedy) from error


def _spread(course: Course, kind: Literal["right", "wrong"], assignment: str, count: int) -> list[Snippet]:
    """Return `count` snippets, those for different cells first; repeat them if there are too few.

    Raises:
        CoursepackError: there is none.
    """
    snippets = load_snippets(course, kind, assignment)
    if not snippets:
        raise CoursepackError(
            f"{assignment} has no {kind} to make a sample class from",
            where=str(course.root / "answers" / assignment / kind),
            remedy="write snippets there, as docs/author.md describes them",
        )
    by_cell: dict[str, list[Snippet]] = {}
    for snippet in snippets:
        by_cell.setdefault(next(iter(snippet.cells)), []).append(snippet)
    turns = max(len(group) for group in by_cell.values())
    in_turn = [group[turn] for turn in range(turns) for group in by_cell.values() if turn < len(group)]
    return list(islice(cycle(in_turn), count))


def _text(notebook: NotebookNode) -> str:
    return nbformat.writes(notebook) + "\n"  # type: ignore[no-untyped-call, no-any-return]


def _notebook(course: Course, assignment: str, student: str) -> Path:
    return course.notebook(f"submitted/{student}", assignment)


def _refuse_others(course: Course, assignment: str) -> None:
    """Raise an error if there is a submission that this module did not write."""
    ours = read_manifest(course, assignment).get("students", {})
    for first, last in NAMES:
        student = student_id(first, last)
        path = _notebook(course, assignment, student)
        if path.exists() and digest(path) != ours.get(student):
            raise CoursepackError(
                "there is already a submission that is not from this sample class, or was changed since",
                where=str(path),
                remedy="move that student's folder away, or try the sample class in another course folder",
            )


def _enter_students(course: Course, assignment: str) -> tuple[datetime.datetime, bool]:
    """Put the students into the gradebook, and a due date where there is none; return it, and whether it is ours."""
    with open_gradebook(course_directory(course)) as gradebook:
        for first, last in NAMES:
            name = student_id(first, last)
            options = {"first_name": first, "last_name": f"{last} (sample)", "email": f"{name}@example.org"}
            gradebook.update_or_create_student(name, **options)
        try:
            due: datetime.datetime | None = gradebook.find_assignment(assignment).duedate
        except MissingEntry:
            due = None
        if due is None:
            gradebook.update_or_create_assignment(assignment, duedate=DUE.isoformat())
    return due or DUE, due is None


def _print_class(class_list: list[tuple[tuple[str, str], Submission]], assignment: str) -> None:
    console = Console(soft_wrap=True)
    for (first, last), submission in class_list:
        console.print(f"{first} {last}: {submission.about}", markup=False, highlight=False)
    console.print(f"{len(class_list)} submissions in submitted/<student>/{assignment}/", markup=False, highlight=False)
