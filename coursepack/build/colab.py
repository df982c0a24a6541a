"""The Colab badge: one setting of the course turns a notebook's upload advice into a button."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from coursepack.errors import CoursepackError

COLAB_CELL = "colab"
BADGE = "https://colab.research.google.com/assets/colab-badge.svg"


@dataclass(frozen=True)
class ColabSettings:
    """Where Colab finds the notebooks.

    Attributes:
        repository: "owner/name" on GitHub, or empty when the course has no public place.
        branch: the branch that holds `release/`.
    """

    repository: str
    branch: str

    def badge(self, assignment: str, notebook: str) -> str:
        """Return the markdown of a badge that opens a released notebook in Colab."""
        target = f"{self.repository}/blob/{self.branch}/release/{assignment}/{notebook}.ipynb"
        return f"[![Open in Colab]({BADGE})](https://colab.research.google.com/github/{target})"


def read_settings(root: Path) -> ColabSettings:
    """Read `[tool.coursepack]` from a course's `pyproject.toml`; without it there is no badge.

    Raises:
        CoursepackError: the file is not TOML, or `repository` is not of the form "owner/name".
    """
    path = root / "pyproject.toml"
    if not path.is_file():
        return ColabSettings("", "main")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("coursepack", {})
    except tomllib.TOMLDecodeError as error:
        raise CoursepackError(f"the file is not TOML: {error}", where=str(path)) from error
    settings = ColabSettings(str(table.get("repository", "")), str(table.get("branch", "main")))
    if settings.repository and not re.fullmatch(r"[\w.-]+/[\w.-]+", settings.repository):
        raise CoursepackError(
            f"repository “{settings.repository}” is no GitHub name",
            where=str(path),
            remedy='write `repository = "owner/name"`, or leave it empty for notebooks without a badge',
        )
    return settings


class ColabBadge(NbGraderPreprocessor):  # type: ignore[misc]
    """Puts the badge into the cell `colab` of a student version; runs in the course folder, as nbgrader does."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Swap the upload advice for the badge if the course has a repository."""
        settings = read_settings(Path.cwd())
        names = resources["nbgrader"]
        for cell in nb.cells:
            if settings.repository and cell.get("id") == COLAB_CELL:
                cell.source = settings.badge(names["assignment"], names["notebook"])
        return nb, resources
