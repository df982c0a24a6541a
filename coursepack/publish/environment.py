"""What a student installs: the libraries that the published notebooks import, for pip, conda, Binder and containers."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata

from packaging.version import Version

from coursepack.course import Course
from coursepack.lms.bundle.requirements import distributions_of
from coursepack.notebooks.cells import code_cells
from coursepack.notebooks.imports import modules_of
from coursepack.publish.student_page import Shown
from coursepack.subject.magics import parse_cells

# What opens notebooks.
ALWAYS = ("jupyterlab",)
HEAD = "# What the notebooks import, from the versions on with which they were made.\n"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
CONDA = """\
# conda gives Python and pip; Binder reads this file, too.
name: course
channels:
  - conda-forge
dependencies:
  - python={python}
  - pip
  - pip:
{lines}"""


def environment_files(course: Course, shown: Sequence[Shown]) -> dict[str, str]:
    """Return the files that say what to install, by name."""
    wanted = sorted(_requirements(course, shown))
    container = {
        "name": "course",
        "image": f"mcr.microsoft.com/devcontainers/python:1-{PYTHON}",
        "postCreateCommand": "pip install -r requirements.txt",
        "customizations": {"vscode": {"extensions": ["ms-python.python", "ms-toolsai.jupyter"]}},
    }
    return {
        "requirements.txt": HEAD + "".join(f"{line}\n" for line in wanted),
        "environment.yml": CONDA.format(python=PYTHON, lines="".join(f"      - {line}\n" for line in wanted)),
        ".devcontainer/devcontainer.json": json.dumps(container, indent=2) + "\n",
    }


def _requirements(course: Course, shown: Sequence[Shown]) -> Iterator[str]:
    """Yield a line for each distribution; a module that is not installed here, as one of Colab's, asks for nothing."""
    cells = [cell.source for one in shown for cell in code_cells(one.notebook)]
    modules = {name.partition(".")[0] for tree in parse_cells(cells) for name in modules_of(tree)}
    modules -= sys.stdlib_module_names
    for name in {*distributions_of(course, modules), *ALWAYS}:
        version = Version(metadata.version(name))
        yield f"{name}>={version.major}.{version.minor},<{version.major + 1}"
