"""The Colab badge: one setting of the course turns a notebook's upload advice into a button."""

from __future__ import annotations

from pathlib import Path

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from coursepack.settings import read_settings

COLAB_CELL = "colab"
BADGE = "https://colab.research.google.com/assets/colab-badge.svg"


def badge(repository: str, branch: str, assignment: str, notebook: str) -> str:
    """Return the markdown of a badge that opens a notebook of the student repository in Colab."""
    target = f"{repository}/blob/{branch}/{assignment}/{notebook}.ipynb"
    return f"[![Open in Colab]({BADGE})](https://colab.research.google.com/github/{target})"


class ColabBadge(NbGraderPreprocessor):  # type: ignore[misc]
    """Put the badge into the cell `colab` of a student version; runs in the course folder, as nbgrader does."""

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Replace the upload advice by the badge if the course has a repository."""
        settings = read_settings(Path.cwd())
        names = resources["nbgrader"]
        for cell in nb.cells:
            if settings.repository and cell.get("id") == COLAB_CELL:
                cell.source = badge(settings.repository, settings.branch, names["assignment"], names["notebook"])
        return nb, resources
