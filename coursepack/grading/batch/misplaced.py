"""Find notebooks of an assignment that lie where no grader looks: a folder too high, too deep, or of a wrong name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from coursepack.grading.submission.folder_files import is_clutter
from coursepack.grading.submission.repair import UnreadableError
from coursepack.grading.submission.sanitize import identity_of, read_submission
from coursepack.grading.workspace import Workspace
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook


@dataclass(frozen=True)
class Misplaced:
    """A notebook in a wrong place.

    Attributes:
        path: where it is, relative to the course folder.
        student: whose it seems to be; empty if no folder says so.
        wanted: where it belongs, relative to the course folder.
        graded: whether something of that student is in the right place.
    """

    path: str
    student: str
    wanted: str
    graded: bool

    @property
    def sentence(self) -> str:
        """The sentence for the instructor."""
        if not self.student:
            return f"{self.path} is in no student's folder, and is not graded: move it to {self.wanted}"
        return f"{self.path} is not where graders look, and is not graded: move it to {self.wanted}"


def misplaced_notebooks(workspace: Workspace) -> list[Misplaced]:
    """Return the assignment's notebooks in wrong places, by content; one that cannot be read, by its name."""
    root, submitted = workspace.course.root, Path(str(workspace.coursedir.submitted_directory))
    found: list[Misplaced] = []
    released: list[NotebookNode] = []
    for path, student in _strays(workspace, root / submitted):
        if not released:
            released.append(released_notebook(read_notebook(workspace.source)))
        if _is_of(path, released[0], workspace.assignment):
            right = workspace.notebook("submitted", student or "<student>")
            wanted = right.relative_to(root).as_posix()
            here = path.relative_to(root).as_posix()
            found.append(Misplaced(here, student, wanted, bool(student) and right.is_file()))
    return found


def _strays(workspace: Workspace, submitted: Path) -> Iterator[tuple[Path, str]]:
    """Yield the notebooks in places that belong to no assignment, with the student's folder they are in."""
    if not submitted.is_dir():
        return
    assignments = frozenset(workspace.course.assignments)
    for top in _sorted(submitted):
        if top.is_file():
            yield from ((one, "") for one in [top] if _is_notebook(one))
            continue
        # `submitted/<assignment>/<student>/` is the wrong way round: the folder's name is no student.
        swapped = top.name in assignments and not workspace.folder("submitted", top.name).is_dir()
        for below in _sorted(top):
            student = below.name if swapped and below.is_dir() else "" if swapped else top.name
            if below.is_file():
                yield from ((one, student) for one in [below] if _is_notebook(one))
            elif below.name == workspace.assignment and not swapped:
                right = workspace.notebook("submitted", top.name)
                deeper = [] if right.is_file() else _notebooks(below)
                yield from ((one, student) for one in deeper if one.parent != below)
            elif swapped or below.name not in assignments:
                yield from ((one, student) for one in _notebooks(below))


def _sorted(folder: Path) -> list[Path]:
    if folder.is_symlink() or not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if not (one.name.startswith(".") or is_clutter(one.name)))


def _is_notebook(path: Path) -> bool:
    return path.suffix.lower() == ".ipynb" and not path.is_symlink()


def _notebooks(folder: Path) -> Iterator[Path]:
    for path in _sorted(folder):
        if path.is_dir():
            yield from _notebooks(path)
        elif _is_notebook(path):
            yield path


def _is_of(path: Path, released: NotebookNode, assignment: str) -> bool:
    try:
        return not identity_of(read_submission(path).notebook, released).another
    except UnreadableError:
        return path.stem.casefold() == assignment.casefold()
