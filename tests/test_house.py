"""Is the house in order: files and settings in step with each other, nothing private in the repository?"""

from __future__ import annotations

import ast
import os
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from packaging.requirements import Requirement

from coursepack.course import Course
from coursepack.gradebook import load_config

LISTED = ("ps1_conv_filters", "ps2_mnist_cnn", "ps3_backprop", "ps4_batchnorm", "ps5_conv_blocks", "ps6_cifar_convnet")

# What they say comes from nbgrader, from several errors at once or from a grading note.
TOLD_BY_OTHERS = {"class_feedback.py", "nbgrader_converters.py", "problems.py", "versions.py"}


@pytest.fixture(scope="module")
def project(repository: Course) -> dict[str, Any]:
    return tomllib.loads((repository.root / "pyproject.toml").read_text(encoding="utf-8"))


def pins(repository: Course) -> dict[str, str]:
    lines = (repository.root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {name.lower().replace("_", "-"): version for name, version in pairs}


def tracked(repository: Course) -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=repository.root, capture_output=True, text=True, check=True
    ).stdout
    paths = [repository.root / name for name in listing.split("\0") if name]
    return [path for path in paths if path.is_file()]


def make(repository: Course, *words: str) -> str:
    command = ["make", "--no-print-directory", *words]
    return subprocess.run(command, cwd=repository.root, capture_output=True, text=True, check=True).stdout


def test_does_every_error_of_the_tool_say_what_to_do(repository: Course) -> None:
    """Has every one a remedy, but those whose text is somebody else's and holds one?"""
    without = {
        f"{path.name}: {ast.unparse(call)}"
        for path in sorted((repository.root / "coursepack").rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "CoursepackError"
        if "remedy" not in {keyword.arg for keyword in call.keywords}
    }
    assert {name.partition(":")[0] for name in without} == TOLD_BY_OTHERS, without


def test_does_conda_take_everything_else_from_the_project(repository: Course, project: dict[str, Any]) -> None:
    conda = yaml.safe_load((repository.root / "environment.yml").read_text(encoding="utf-8"))
    python, pip, through_pip = conda["dependencies"]
    assert python == "python" + project["project"]["requires-python"]
    assert pip == "pip"
    assert through_pip == {"pip": ["-c constraints.txt", "-e .[grade,dev]"]}
    assert {"grade", "dev"} <= set(project["project"]["optional-dependencies"])


def test_does_every_dependency_have_bounds_and_a_pin_within_them(repository: Course, project: dict[str, Any]) -> None:
    pinned, extras = pins(repository), project["project"]["optional-dependencies"]
    wanted = [Requirement(text) for text in [*project["project"]["dependencies"], *extras["grade"], *extras["dev"]]]
    for requirement in wanted:
        name = requirement.name.lower().replace("_", "-")
        if name == "coursepack":
            continue
        assert requirement.specifier, f"{name} has no bounds"
        assert requirement.specifier.contains(pinned[name]), f"{name} {pinned[name]} is outside {requirement.specifier}"


def test_are_constraints_names_and_versions_only(repository: Course) -> None:
    text = (repository.root / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z][\w.-]*==\d[\w.]*", line)] == []
    assert "coursepack" not in pins(repository)
    assert len(lines) == len(pins(repository)), "a package is pinned twice"


def test_does_the_make_file_ask_for_the_same_python(repository: Course, project: dict[str, Any]) -> None:
    major, minor = project["project"]["requires-python"].removeprefix(">=").split(".")
    text = (repository.root / "Makefile").read_text(encoding="utf-8")
    assert f"sys.version_info < ({major}, {minor}) and" in text
    assert f"Python {major}.{minor} or newer" in text
    assert project["tool"]["ruff"]["target-version"] == f"py{major}{minor}"


def test_are_the_make_targets_there_and_explained(repository: Course) -> None:
    said = make(repository, "help")
    for target in ("setup", "demo", "test", "prove", "lint", "build", "lab"):
        assert re.search(rf"make {target} +\w", said), target


def test_does_make_test_end_in_the_tests_own_summary_and_what_it_leaves_out(repository: Course) -> None:
    steps = make(repository, "-n", "test")
    assert "pytest" in steps.splitlines()[-2]
    assert "left out" in steps.splitlines()[-1]
    for tool in ("ruff check .", "ruff format --check .", "mypy", "coursepack build --check", "coursepack validate"):
        assert f"-m {tool}" in steps, tool


def test_do_make_test_make_prove_and_make_nightly_run_every_test_once(repository: Course) -> None:
    steps = "".join(make(repository, "-n", target) for target in ("test", "prove", "nightly"))
    chosen = re.findall(r'pytest .*-m (?:"([^"]+)"|(\w+))', steps)
    assert [one or other for one, other in chosen] == [
        "not long and not costly and not nightly",
        "(long or costly) and not nightly",
        "nightly",
    ]


def test_does_pre_commit_run_what_make_test_runs(repository: Course) -> None:
    settings = yaml.safe_load((repository.root / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = {hook["id"]: hook for repo in settings["repos"] for hook in repo["hooks"]}
    assert {hook["language"] for hook in hooks.values()} == {"system"}
    steps = make(repository, "-n", "test")
    for name in ("ruff", "ruff-format", "mypy", "imports", "drift"):
        step = hooks[name]["entry"].removesuffix(" --force-exclude")
        assert step in steps, name
    assert "--keep-id" in hooks["nbstripout"]["entry"]


def test_does_the_gate_run_the_readmes_test_command(repository: Course) -> None:
    gate = (repository.root / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert gate[-2:] == ["make test", "make prove"]
    readme = (repository.root / "README.md").read_text(encoding="utf-8")
    assert "make test" in readme
    assert "make prove" in readme


def test_does_nbgraders_configuration_load(repository: Course) -> None:
    folders = CourseDirectory(config=load_config(repository))
    assert folders.solution_directory == "solutions"
    assert {"data", "__pycache__"} <= set(folders.ignore), "downloaded data would be copied to every student"
    assert Execute(config=load_config(repository)).timeout >= 120


def test_is_a_students_own_session_left_alone(repository: Course) -> None:
    before = {**os.environ, "PATH": ""}
    load_config(repository)
    assert {**os.environ, "PATH": ""} == before


def test_does_stock_nbgrader_start_a_gradebook_in_a_shell_without_the_environment(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if p != here))
    (course.root / "source" / "ps2_mnist_cnn" / "data").mkdir()
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "ps2_mnist_cnn"]
    said = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert [path.name for path in (course.root / "release" / "ps2_mnist_cnn").iterdir()] == ["ps2_mnist_cnn.ipynb"]


GRADED = """# Check that grading uses the small data sets, the CPU and one thread
import os
from pathlib import Path

assert Path(os.environ["COURSE_DATA"]).samefile(Path(".coursepack") / "data"), os.environ["COURSE_DATA"]
assert os.environ["CUDA_VISIBLE_DEVICES"] == ""
assert os.environ["OMP_NUM_THREADS"] == "1"
"""


def test_does_stock_validate_run_on_the_mini_set(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COURSE_DATA", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, "7")
    fields = {"grade": True, "grade_id": "check", "locked": True, "solution": False, "points": 1}
    cell = nbformat.v4.new_code_cell(GRADED, metadata={"nbgrader": {**fields, "schema_version": 3, "task": False}})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), course.root / "check.ipynb")
    command = [sys.executable, "-m", "nbgrader", "validate", "check.ipynb"]
    said = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    assert "Success! Your notebook passes all the tests." in said.stdout, said.stdout + said.stderr


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_is_the_network_off(method: str) -> None:
    with socket.socket() as outward, pytest.raises(OSError, match="the network is off in tests"):
        getattr(outward, method)(("192.0.2.1", 80))


def test_are_the_folders_that_were_asked_for_there(repository: Course) -> None:
    names = "source release autograded solutions tests environment.yml nbgrader_config.py"
    assert [name for name in names.split() if not (repository.root / name).exists()] == []
    assert set(LISTED) <= set(repository.assignments)


@pytest.mark.parametrize(
    "path",
    [
        "submitted/ann/ps5_conv_blocks/ps5_conv_blocks.ipynb",
        "autograded/ann/ps5_conv_blocks/ps5_conv_blocks.ipynb",
        "feedback/ann/ps5_conv_blocks/ps5_conv_blocks.html",
        "gradebook.db",
        "data/MNIST/raw/train-images-idx3-ubyte",
        "release/ps5_conv_blocks/data/MNIST/raw/train-images-idx3-ubyte",
        "reports/ps5_conv_blocks.html",
    ],
)
def test_is_student_work_kept_out_of_git(repository: Course, path: str) -> None:
    assert subprocess.run(["git", "check-ignore", "-q", path], cwd=repository.root, check=False).returncode == 0


def test_does_git_hold_no_student_work(repository: Course) -> None:
    rooms = ("submitted", "autograded", "feedback", "exchange", "reports", "demo")
    held = [path.relative_to(repository.root) for path in tracked(repository)]
    assert [str(path) for path in held if path.parts[0] in rooms] == ["autograded/.gitkeep"]
    assert [str(path) for path in held if path.suffix in {".db", ".pt", ".pth", ".log"}] == []


def test_does_no_tracked_file_name_a_registry_or_a_local_folder(repository: Course) -> None:
    # A course that was made with a wheel looks for it in its own folder wheels/ (`own_requirement.py`).
    links = r"find-links(?! (?:wheels\b|\{WHEELS\}))"
    private = re.compile(rf"--(?:extra-)?index-url|{links}|(?<![\w.~}}])/(?:root|home|work)/\w")
    found = []
    for path in tracked(repository):
        content = path.read_bytes()
        if path != Path(__file__) and b"\0" not in content:
            found += [f"{path.name}: {line[:80]}" for line in content.decode().splitlines() if private.search(line)]
    assert found == []


def test_is_no_tracked_file_large(repository: Course) -> None:
    data = repository.root / "data"
    large = [path for path in tracked(repository) if path.stat().st_size > 2**20 and data not in path.parents]
    assert large == []
    assert sum(path.stat().st_size for path in data.rglob("*") if path in tracked(repository)) <= 3_000_000


@pytest.mark.parametrize("folder", ["source", "release"])
def test_are_notebooks_without_outputs(repository: Course, folder: str) -> None:
    for path in (repository.root / folder).glob("*/*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        assert [cell.id for cell in cells if cell.get("outputs") or cell.get("execution_count")] == [], path
