"""Does the tool stand alone: does it name nothing of this course, and is it imported without the course's libraries?"""

from __future__ import annotations

import ast
import functools
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from torch import nn
from torch.nn import functional

from convnet_course import gates, references
from coursepack.course import Course
from coursepack.notebooks.reading import read_notebook
from coursepack.settings import read_settings
from coursepack.subject.magics import parse_cell

COURSE = Course.find(Path(__file__).parent)
TOOL = COURSE.root / "coursepack"
# What no list of the course's own holds.
WORDS = ("mnist", "cifar", "convnet", "problem set", "handwritten", "coloured shapes")


def files_of_the_tool() -> list[Path]:
    return [path for path in sorted(TOOL.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]


def is_a_librarys(name: str) -> bool:
    name = name.replace("-", "_")
    return hasattr(nn, name) or hasattr(functional, name)


def names_of_answers() -> Iterator[str]:
    """Yield what solution cells are called and define: classes, and functions whose names are no English words."""
    for assignment in COURSE.assignments:
        for cell in read_notebook(COURSE.notebook("source", assignment)).cells:
            if cell.cell_type != "code" or not cell.metadata.get("nbgrader", {}).get("solution"):
                continue
            nodes = [node for node in parse_cell(cell.source).body if isinstance(node, ast.ClassDef | ast.FunctionDef)]
            yield from (name for name in (cell.id, *(node.name for node in nodes)) if not is_a_librarys(name))


@functools.cache
def references_of_the_course() -> dict[str, int]:
    """Return the course's reference networks, and how many parameters each has."""
    found = {}
    for name, make in inspect.getmembers(references, inspect.isfunction):
        if make.__module__ == references.__name__ and not name.startswith("_"):
            found[name] = sum(parameter.numel() for parameter in make().parameters())
    return found


@functools.cache
def identifiers() -> set[str]:
    """Return every name that only this course has: with a capital, a digit, a hyphen or an underscore in it."""
    found = {*COURSE.assignments, *names_of_answers(), *references_of_the_course()}
    found |= {name for name in vars(gates) if name.isupper()}
    found |= {read_settings(COURSE.root).package, *(name.partition("_")[0] for name in COURSE.assignments)}
    return {name for name in found if re.search(r"[A-Z0-9_-]", name)}


@functools.cache
def numbers() -> set[str]:
    """Return the parameter counts of the course's networks as code and prose write them."""
    counts = references_of_the_course().values()
    return {form for count in counts for form in (f"{count:,}", f"{count:_}", str(count))}


def is_named(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def test_are_the_courses_names_found() -> None:
    """Would a name of the course be seen: an assignment, a network, a class, a gate, a count?"""
    expected = {"ps1_conv_filters", "ps6", "SimpleCNN", "CustomBatchNormManualFunction", "conv_max_pool", "convolve2d"}
    assert expected | {"SIMPLE_FC", "LinearModule", "convnet_course", "deep-cnn"} <= identifiers()
    assert "BatchNorm2d" not in identifiers(), "this one is torch's as well"
    assert {"7,850", "9_231_114"} <= numbers()
    assert is_named("MLP", "of an MLP.") and not is_named("MLP", "MLPs") and not is_named("ps1", "tops1")


@pytest.mark.parametrize("path", files_of_the_tool(), ids=lambda path: path.relative_to(TOOL).as_posix())
def test_does_the_tool_name_nothing_of_this_course(path: Path) -> None:
    text = path.relative_to(TOOL).as_posix() + "\n" + path.read_text(encoding="utf-8")
    found = [name for name in sorted(identifiers() | numbers()) if is_named(name, text)]
    assert found + [word for word in WORDS if word in text.lower()] == []


# Libraries that a course may do without; `blocked` lets nothing import them, whatever is installed.
LIBRARIES = ("torch", "torchvision", "torchinfo", "sklearn", "tqdm", "pandas")
BLOCKED = f"""
import importlib, importlib.abc, pkgutil, sys

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {LIBRARIES!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocked())
"""
# Of coursepack, what compares or runs networks.
NEED_TORCH = {
    *("coursepack.checks.dropout", "coursepack.checks.loops", "coursepack.checks.network_slips"),
    *("coursepack.checks.networks", "coursepack.checks.placing", "coursepack.checks.pytorch"),
    *("coursepack.checks.reference", "coursepack.checks.training", "coursepack.checks.training_curve"),
    *("coursepack.subject.layer_calls", "coursepack.subject.passes", "coursepack.subject.torch_modules"),
    "coursepack.subject.training_loops",
}
IMPORT_ALL = """
import coursepack
for module in pkgutil.walk_packages(coursepack.__path__, "coursepack."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        print(module.name, error)
print(*sorted(name for name in sys.modules if name.startswith("coursepack")))
"""
DO_WITHOUT = """
from coursepack.sandbox.in_jail import kernel_setup, preload
from coursepack.checks import arrays
from coursepack.subject import LocalSubject

preload.import_all(["json"])
kernel_setup.seed()
subject = LocalSubject({"draw": lambda: __import__("random").random()})
assert subject.call("draw") == subject.call("draw")
assert subject.watch(["numpy"]) == []
subject.call("draw")
print("done")
"""


def blocked(code: str) -> str:
    """Return what Python prints that runs a text where the libraries cannot be imported."""
    command = [sys.executable, "-W", "error", "-c", BLOCKED + code]
    done = subprocess.run(command, cwd=COURSE.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_is_the_tool_imported_where_a_course_has_no_torch() -> None:
    """Is each module imported that needs no networks by its nature, and does a check that does say what to install?"""
    *failed, imported = blocked(IMPORT_ALL).splitlines()
    why = dict(line.split(" ", 1) for line in failed)
    assert why.keys() == NEED_TORCH
    checks = [said for name, said in why.items() if name.startswith("coursepack.checks.")]
    assert set(checks) == {"this check needs PyTorch: pip install 'coursepack[torch]'"}
    rooms = {".".join(name.split(".")[:2]) for name in imported.split()}
    assert {f"coursepack.{room}" for room in ("cli", "judge", "grading", "report", "validation", "sandbox")} <= rooms
    assert {"coursepack.judge.server", "coursepack.sandbox.in_jail.server"} <= set(imported.split())


def test_is_student_code_called_where_there_is_no_torch() -> None:
    """Do the kernel's seeds, the preloading and the subject get by without it?"""
    assert blocked(DO_WITHOUT) == "done\n"
