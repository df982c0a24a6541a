"""Make one submission of what a student handed in: which notebook counts, and what lies beside it."""

from __future__ import annotations

import datetime
import filecmp
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coursepack.grading.submission.folder_files import VERDICTS_FILE
from coursepack.grading.submission.timestamps import NAME as TIMESTAMP
from coursepack.lms.file_names import NamedFile
from coursepack.lms.look import Look

# `name (1).ipynb` by a browser, `name-1.ipynb` by Canvas.
_COPY = re.compile(r"(?P<stem>.+?)(?: ?\((?P<browser>\d+)\)|-(?P<canvas>\d+))")


@dataclass(frozen=True)
class HandedFile:
    """One file that a student handed in.

    Attributes:
        source: its path in the download.
        named: what that path says.
        stored: its content.
        look: what it was found to be.
        moment: when it was handed in, in UTC; None if the download does not say.
    """

    source: str
    named: NamedFile
    stored: Path
    look: Look
    moment: datetime.datetime | None = None


@dataclass
class Submission:
    """What is to be placed for a student.

    Attributes:
        notebook: the notebook that counts; None if there is none.
        files: what is placed, by relative path.
        earlier: other notebooks of the assignment, which are kept elsewhere.
        outcomes: what becomes of each file, by its path in the download.
        lost: files that could not be placed.
    """

    notebook: HandedFile | None = None
    files: dict[str, Path] = field(default_factory=dict)
    earlier: list[HandedFile] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)


def make_submission(assignment: str, handed: Sequence[HandedFile], *, own_time: bool) -> Submission:
    """Return the submission that a student's files make.

    Args:
        assignment: the assignment's name.
        handed: the student's files, in the download's order.
        own_time: whether a `timestamp.txt` beside the notebook is the instructor's.
    """
    made = Submission()
    right = [one for one in handed if one.look.assignment == assignment]
    broken = [one for one in handed if one.look.unreadable]
    ranked = sorted(right or broken, key=lambda one: _rank(one, assignment))
    if not ranked:
        for one in handed:
            made.outcomes[one.source] = _foreign(one) or "not placed: this student handed in no notebook of it"
            made.lost.add(one.source)
        return made
    made.notebook = ranked[-1]
    _place_notebook(made, assignment)
    _keep_earlier(made, ranked[:-1])
    for one in handed:
        if one not in ranked:
            _place_beside(made, one, own_time=own_time)
    return made


def _rank(one: HandedFile, assignment: str) -> tuple[object, ...]:
    """Return what orders attempts: one with answers counts before one without, then the newest."""
    path = Path(one.named.path)
    copy = _COPY.fullmatch(path.stem)
    number = int((copy["browser"] or copy["canvas"])[:9]) if copy else 0
    moment = one.moment or datetime.datetime.min
    exact = path.name == f"{assignment}.ipynb"
    return one.look.answered > 0, moment, one.named.attachment, number, -len(path.parts), exact, one.source


def _place_notebook(made: Submission, assignment: str) -> None:
    one = made.notebook
    if one is None:
        return
    made.files[f"{assignment}.ipynb"] = one.stored
    name = Path(one.named.path).name
    said = "placed" if name == f"{assignment}.ipynb" else f"placed as {assignment}.ipynb"
    if one.look.unreadable:
        said += f", but it cannot be graded: {one.look.unreadable}"
    elif not one.look.answered:
        said += ", though nothing in it is answered"
    made.outcomes[one.source] = said


def _keep_earlier(made: Submission, others: Sequence[HandedFile]) -> None:
    """Keep the other notebooks of the assignment, unless they are the same."""
    for one in others:
        if made.notebook and filecmp.cmp(one.stored, made.notebook.stored, shallow=False):
            made.outcomes[one.source] = "left out: the same as the notebook that counts"
        else:
            made.earlier.append(one)
            why = "nothing in it is answered" if not one.look.answered else "a newer one counts"
            made.outcomes[one.source] = f"kept as an earlier attempt: {why}"


def _foreign(one: HandedFile) -> str:
    """Return what is told of a notebook that is not this assignment's; empty for another file."""
    if one.look.assignment:
        return f"not placed: this is a notebook of {one.look.assignment}"
    return "not placed: this notebook has none of the assignment's cells" if one.look.notebook else ""


def _place_beside(made: Submission, one: HandedFile, *, own_time: bool) -> None:
    """Place a file beside the notebook, or say why not."""
    if one.look.unreadable:
        made.outcomes[one.source] = f"left out: {one.look.unreadable}"
        return
    if foreign := _foreign(one):
        # Somebody's notes beside the right notebook; another assignment's work must not get lost.
        made.outcomes[one.source] = foreign
        if one.look.assignment:
            made.lost.add(one.source)
        return
    name = _name_beside(made, one)
    if name.casefold() == TIMESTAMP and not own_time:
        made.outcomes[one.source] = "left out: the LMS says when it was handed in, not the student"
    elif name.casefold() == VERDICTS_FILE:
        made.outcomes[one.source] = "left out: verdicts are made by grading"
    elif _clashes(made, name):
        same = name in made.files and filecmp.cmp(made.files[name], one.stored, shallow=False)
        made.outcomes[one.source] = f"left out: the same as {name}" if same else f"not placed: {name} is there already"
        if not same:
            made.lost.add(one.source)
    else:
        made.files[name] = one.stored
        renamed = "" if name == one.named.path or one.named.path.endswith(f"/{name}") else f" as {name}"
        made.outcomes[one.source] = f"placed beside the notebook{renamed}"


def _name_beside(made: Submission, one: HandedFile) -> str:
    """Return a file's place relative to the notebook: files of the notebook's own folder lie beside it."""
    base = Path(made.notebook.named.path).parent if made.notebook else Path()
    path = Path(one.named.path)
    path = path.relative_to(base) if path.is_relative_to(base) else path
    copy = _COPY.fullmatch(path.stem)
    # Nothing can import `helper-1` or `helper (1)`: the student's module was called helper.
    if copy and path.suffix == ".py" and path.with_name(f"{copy['stem']}.py").as_posix() not in made.files:
        path = path.with_name(f"{copy['stem']}.py")
    return path.as_posix()


def _clashes(made: Submission, name: str) -> bool:
    """Return whether a path is taken, or is a folder on the way to one, or the other way round."""
    return any(name == other or name.startswith(f"{other}/") or other.startswith(f"{name}/") for other in made.files)
