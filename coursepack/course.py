"""Locate the files and assignments of a course folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coursepack.errors import CoursepackError, choose

CONFIG_NAME = "nbgrader_config.py"


@dataclass(frozen=True)
class Course:
    """A course folder: a folder with an `nbgrader_config.py`.

    Attributes:
        root: absolute path of the folder.
    """

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """Return the course that contains `start` (the working directory by default).

        Raises:
            CoursepackError: there is no such folder, or neither it nor one above it holds `nbgrader_config.py`.
        """
        folder = (start or Path.cwd()).resolve()
        if not folder.is_dir():
            raise CoursepackError("there is no such folder", where=str(folder), remedy="name the course folder")
        for candidate in (folder, *folder.parents):
            if (candidate / CONFIG_NAME).is_file():
                return cls(candidate)
        raise CoursepackError(
            f"no {CONFIG_NAME} here or in any folder above",
            where=str(folder),
            remedy="run the command inside the course folder, name that with --course, or make one: coursepack init",
        )

    @property
    def assignments(self) -> list[str]:
        """Names of all assignments: the folders of `source/` that hold a notebook, and its scripts; sorted."""
        source = self.root / "source"
        notebooks = {path.parent.name for path in source.glob("*/*.ipynb")}
        return sorted(notebooks | {path.stem for path in source.glob("*.py") if _has_cells(path)})

    def select(self, names: list[str]) -> list[str]:
        """Return `names` after checking them, or all assignments if there are none.

        Raises:
            CoursepackError: a name is not an assignment, or the course has no assignment.
        """
        known = self.assignments
        if not known:
            raise CoursepackError(
                "the course has no assignment",
                where=str(self.root / "source"),
                remedy="begin one: coursepack new week1",
            )
        for name in names:
            choose(name, known, "there is no assignment “{}”", where=str(self.root / "source"))
        return names or known

    def notebook(self, folder: str, assignment: str) -> Path:
        """Return the path of an assignment's notebook in `folder` ("source", "release", "solutions")."""
        return self.root / folder / assignment / f"{assignment}.ipynb"

    def script(self, assignment: str) -> Path:
        """Return where an assignment's script lies, if it is written as one."""
        return self.root / "source" / f"{assignment}.py"


def _has_cells(script: Path) -> bool:
    """Tell whether a Python file is a notebook in text form, and not a module that lies there for other reasons."""
    return any(line.startswith(b"# %%") for line in script.read_bytes().splitlines())
