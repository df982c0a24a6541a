"""Do a student's own modules import as in Jupyter, and take the place of nothing that grades them?"""

from __future__ import annotations

import pytest
from lab import Lab, added, as_notebook, said
from tiny_course import answered, source_notebook

from coursepack.grading.notebook.grade_notebook import grade_notebook
from coursepack.grading.notebook.verdict_records import GradedNotebook

# What a student might call a module of theirs, and what kernel, agent and judge import.
NAMES = (
    *("numpy", "torch", "IPython", "ipykernel", "zmq", "tornado", "traitlets", "subject_agent", "in_jail", "wire"),
    *("agent", "json", "random", "socket", "typing", "warnings", "ast", "server", "kernel", "coursepack", "comm"),
    *(
        "pandas",
        "matplotlib",
        "PIL",
        "dateutil",
        "jedi",
        "executing",
        "stack_data",
        "psutil",
        "debugpy",
        "sitecustomize",
    ),
)


def grade_with(lab: Lab, files: dict[str, str], *cells: str, **answers: str) -> GradedNotebook:
    """Grade a submission that came with files, and with cells in front."""
    submission = answered(**answers)
    submission["cells"][:0] = map(added, cells)
    contents = {name: text.encode() for name, text in files.items()}
    notebooks = as_notebook(source_notebook()), as_notebook(submission)
    return grade_notebook(lab.worker.course, *notebooks, worker=lab.worker, files=contents)


def test_a_module_handed_in_is_imported(lab: Lab) -> None:
    """Does an answer use a function of the student's own module?"""
    files = {"helpers.py": "def twice(number):\n    return 2 * number"}
    assert grade_with(lab, files, double="from helpers import twice; return twice(number)").points == 5


PACKAGE = {
    "tools/__init__.py": "from pathlib import Path\nfrom .parts import twice\n"
    "TEXT = Path(__file__).with_name('data.txt').read_text()",
    "tools/parts.py": "def twice(number):\n    return 2 * number",
    "tools/data.txt": "data",
    "space/deep/leaf.py": "value = 7",
}
IMPORTS = {
    "a package": ("import tools\nprint(tools.twice(4), tools.TEXT)", "8 data"),
    "a package without __init__": ("from space.deep.leaf import value\nprint(value)", "7"),
    "by name": ("import importlib\nprint(importlib.import_module('tools.parts').twice(2))", "4"),
    "from another folder": ("import os\nos.chdir('space/deep')\nimport leaf\nprint(leaf.value)", "7"),
    "in a process of its own": (
        "import multiprocessing, tools\nwith multiprocessing.Pool(1) as pool:\n    print(pool.map(tools.twice, [3]))",
        "[6]",
    ),
    "by another program": (
        "import subprocess, sys\ncommand = [sys.executable, '-c', 'import tools; print(tools.TEXT)']\n"
        "print(subprocess.run(command, capture_output=True, text=True).stdout)",
        "data",
    ),
    "written by a cell": ("open('late.py', 'w').write('value = 3')\nimport late\nprint(late.value)", "3"),
    "changed and loaded again": (
        "import importlib, tools.parts\nopen('tools/parts.py', 'w').write('def twice(number): return -1')\n"
        "print(importlib.reload(tools.parts).twice(1))",
        "-1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", IMPORTS)
def test_every_way_of_importing_works(lab: Lab, way: str) -> None:
    """Are packages, modules in folders and modules that a cell wrote found?"""
    text, expected = IMPORTS[way]
    assert said(grade_with(lab, PACKAGE, text).notebook.cells[0]) == expected


def test_a_module_is_as_it_was_handed_in_after_a_new_kernel(lab: Lab) -> None:
    """Does a cell that wrote a module write it again where the kernel ended?"""
    graded = grade_with(
        lab,
        {"helpers.py": "value = 1"},
        "open('helpers.py', 'w').write('value = 2')",
        "import os\nos._exit(0)",
        "import helpers\nprint(helpers.value)",
    )
    assert said(graded.notebook.cells[2]) == "2"
    assert graded.points == 5


def test_no_name_of_a_module_breaks_a_kernel(lab: Lab) -> None:
    """Does a kernel start and is everything judged rightly, whatever the modules beside the notebook are called?"""
    files = {f"{name}.py": "raise SystemExit('taken from the notebook')" for name in NAMES}
    right = grade_with(lab, files, "import numpy, torch, random, json\nprint(numpy.ones(1), torch.ones(1))")
    assert (right.points, right.notes) == (5, ())
    assert "taken" not in said(right.notebook.cells[0])
    assert grade_with(lab, files, double="return 0").lost == ("double-hidden",)


def test_a_module_may_have_a_name_that_only_we_use(lab: Lab) -> None:
    """Is a student's module found that is called as a folder of ours is?"""
    files = {f"{name}.py": f"value = {name!r}" for name in ("in_jail", "server", "kernel", "preload", "agent", "wire")}
    text = "\n".join(f"import {name.removesuffix('.py')} as each; print(each.value)" for name in files)
    assert said(grade_with(lab, files, text).notebook.cells[0]).split() == [name[:-3] for name in files]


def test_a_module_that_imports_ours_finds_only_what_answers_questions(lab: Lab) -> None:
    """Is nothing of the server's left to import in a kernel?"""
    texts = [f"import {name}" for name in ("in_jail.server", "in_jail.processes", "coursepack")]
    graded = grade_with(lab, {}, *texts)
    assert ["ModuleNotFoundError" in said(cell) for cell in graded.notebook.cells[:3]] == [True] * 3
