"""The files of a student repository, by relative path.

<assignment>/…                     the student version, byte for byte, and the files beside it
README.md                          what a student needs to know
requirements.txt, environment.yml  the libraries, for pip, conda and Binder
.devcontainer/devcontainer.json    the same for VS Code and Codespaces
.gitignore                         what Jupyter and the notebooks leave behind
…                                  what `[tool.coursepack] student_files` names
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from coursepack.course import CONFIG_NAME, Course
from coursepack.course_secret import hidden_files
from coursepack.errors import CoursepackError
from coursepack.gradebook import course_directory
from coursepack.grading.submission.folder_files import files_beside
from coursepack.publish.environment import environment_files
from coursepack.publish.student_page import Shown, student_page
from coursepack.settings import FILE, read_settings

GITIGNORE = ".ipynb_checkpoints/\n__pycache__/\n.venv/\n# Data sets that a notebook downloads\n/*/data/\n"
# Folders and files of a course that no student may see, whatever a setting says.
SECRET = (
    *("source", "solutions", "answers", "submitted", "autograded", "feedback", "exchange", "reports"),
    *(".coursepack", ".git", "gradebook.db", "grades.csv", "extra_time.csv", CONFIG_NAME),
)


def student_files(course: Course, assignments: Sequence[str], repository: str) -> dict[str, bytes]:
    """Return the files of a student repository.

    Args:
        course: the course, whose `release/` must be up to date.
        assignments: what is published.
        repository: "owner/name" on GitHub, for badges; empty for none.

    Raises:
        CoursepackError: a student version is missing, or a setting names what students may not see.
    """
    files: dict[str, bytes] = {}
    left_out = [str(pattern) for pattern in course_directory(course).ignore]
    for assignment in assignments:
        files |= {f"{assignment}/{name}": content for name, content in _released(course, assignment, left_out)}
    shown = [Shown.of(name, files[f"{name}/{name}.ipynb"]) for name in assignments]
    made = environment_files(course, shown)
    made |= {"README.md": student_page(course, shown, repository), ".gitignore": GITIGNORE}
    files |= {name: text.encode("utf-8") for name, text in made.items()}
    return dict(sorted((files | dict(_extra(course))).items()))


def _released(course: Course, assignment: str, left_out: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    notebook = course.notebook("release", assignment)
    if not notebook.is_file():
        remedy = f"run `coursepack build {assignment}`"
        raise CoursepackError("there is no student version", where=str(notebook), remedy=remedy)
    yield notebook.name, notebook.read_bytes()
    beside, notes = files_beside(notebook.parent, left_out)
    if notes:
        raise CoursepackError(notes[0], where=str(notebook.parent), remedy="let the notebook download its data")
    yield from beside.items()


def _extra(course: Course) -> Iterator[tuple[str, bytes]]:
    """Yield what `student_files` names, at the same place."""
    secret = [path.resolve() for path in (*(course.root / name for name in SECRET), *hidden_files(course))]
    for name in read_settings(course.root).student_files:
        where = f"{course.root / FILE}, student_files = “{name}”"
        place = course.root / name
        if not place.exists():
            raise CoursepackError(
                "there is no such file or folder", where=where, remedy="mend the name, or take it out"
            )
        inside = [place] if place.is_file() else [path for path in sorted(place.rglob("*")) if path.is_file()]
        for path in inside:
            _refuse_secret(course, secret, path, where)
            if not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts):
                yield path.relative_to(course.root).as_posix(), path.read_bytes()


def _refuse_secret(course: Course, secret: Sequence[Path], path: Path, where: str) -> None:
    """Raise an error for a file that students may not see, or that is not the course's.

    Raises:
        CoursepackError: it is one.
    """
    real, root = path.resolve(), course.root.resolve()
    remedy = "name files and folders that students may see"
    if not real.is_relative_to(root) or ".." in path.relative_to(course.root).parts:
        raise CoursepackError(f"{path.name} lies outside the course folder", where=where, remedy=remedy)
    if any(map(real.is_relative_to, secret)):
        raise CoursepackError(f"{real.relative_to(root)} is not for students", where=where, remedy=remedy)
