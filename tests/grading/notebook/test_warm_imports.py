"""Is known before the first cell what judge and kernels are to import?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lab import Lab, as_notebook
from tiny_course import make_tiny_course, source_notebook

from coursepack.course import Course
from coursepack.grading.notebook.warm_imports import warm_imports
from coursepack.grading.notebook.worker import shared_worker
from coursepack.notebooks.reading import read_notebook

PRELOADING = """[tool.coursepack]
preload = ["colorsys", "xml.dom", "wave"]
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A tiny course that preloads three modules, none of which a kernel needs for itself."""
    made = make_tiny_course(tmp_path / "course")
    (made.root / "pyproject.toml").write_text(PRELOADING, encoding="utf-8")
    return made


def with_setup(text: str) -> Any:
    source = source_notebook()
    source["cells"][1]["source"] = text
    return as_notebook(source)


def test_is_what_the_tests_import_of_ours_known_before_they_run(tmp_path: Path) -> None:
    """Are modules of coursepack and of the course's package named, and neither others nor those of answers?"""
    course = make_tiny_course(tmp_path / "course")
    (course.root / "pyproject.toml").write_text('[tool.coursepack]\npackage = "own"\n', encoding="utf-8")
    source = source_notebook()
    source["cells"][3]["source"] += "\nimport coursepack.errors"
    source["cells"][8]["source"] += "\nimport json, own.part\nfrom coursepack.checks import arrays"
    found = warm_imports(course, as_notebook(source)).judge
    assert found == ("own.part", "coursepack.checks", "coursepack.checks.arrays")


@pytest.mark.parametrize(
    ("text", "kernels"),
    [
        ("import math", ()),
        ("import colorsys, wave", ("colorsys", "wave")),
        ("from xml import sax", ("xml.dom",)),
        ("%matplotlib inline\nimport wave", ("wave",)),
        ("try:\n    import wave\nexcept ImportError:\n    wave = None", ("wave",)),
        ("if False:\n    import wave", ()),
        ("def later():\n    import wave", ()),
    ],
)
def test_do_kernels_get_what_the_notebook_always_imports(course: Course, text: str, kernels: tuple[str, ...]) -> None:
    """Is a library imported for all kernels if each notebook needs it, and not if it may never be needed?"""
    assert warm_imports(course, with_setup(text)).kernels == kernels


def test_is_pytorch_imported_only_for_assignments_that_use_it(repository: Course) -> None:
    """Is problem set 1 spared what it would wait for longest, and are the others not?"""
    kernels = {
        name: warm_imports(repository, read_notebook(repository.notebook("source", name))).kernels
        for name in repository.assignments
    }
    without = [name for name, modules in kernels.items() if "torch" not in modules]
    assert without == ["ps1_conv_filters"]
    assert not any(name.startswith("torch") for name in kernels["ps1_conv_filters"])


def test_does_what_was_graded_before_change_no_kernel(course: Course) -> None:
    """Does a process that grades another assignment get kernels with that one's modules, and keep its own otherwise?"""
    seen, workers = [], []
    for setup in ("import wave", "import wave", "import colorsys"):
        worker = shared_worker(course, imports=warm_imports(course, with_setup(setup)))
        workers.append(worker)
        seen += Lab(worker).shown("import sys\nprint(*sorted({'colorsys', 'wave'} & {*sys.modules}))")
    assert seen == ["wave", "wave", "colorsys"]
    assert workers[0] is workers[1] is not workers[2]
