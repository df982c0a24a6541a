"""Is the house in order: settings in step with each other, nothing private in the repository?"""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from traitlets.config.loader import PyFileConfigLoader

from coursepack.course import Course

LISTED = ("ps1_conv_filters", "ps2_mnist_cnn", "ps5_conv_blocks")


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
    return [repository.root / name for name in listing.split("\0") if name]


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
        assert requirement.specifier or name.startswith("types-"), f"{name} has no bounds"
        assert requirement.specifier.contains(pinned[name]), f"{name} {pinned[name]} is outside {requirement.specifier}"


def test_is_every_package_that_was_asked_for_a_dependency(project: dict[str, Any]) -> None:
    names = {Requirement(text).name for text in project["project"]["dependencies"]}
    asked = "torch torchvision jupyterlab nbgrader scikit-learn pandas torchinfo matplotlib"
    assert set(asked.split()) <= names


def test_are_the_make_targets_there_and_explained(repository: Course) -> None:
    said = subprocess.run(["make", "help"], cwd=repository.root, capture_output=True, text=True, check=True).stdout
    for target in ("setup", "demo", "test", "lint", "build", "lab"):
        assert re.search(rf"make {target} +\w", said), target


def test_does_the_gate_run_the_readmes_test_command(repository: Course) -> None:
    gate = (repository.root / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert gate[-1] == "make test"
    assert "make test" in (repository.root / "README.md").read_text(encoding="utf-8")


def test_does_nbgraders_configuration_load(repository: Course) -> None:
    config = PyFileConfigLoader("nbgrader_config.py", path=str(repository.root)).load_config()
    assert config.CourseDirectory.solution_directory == "solutions"
    assert config.Execute.timeout >= 120


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
        "reports/ps5_conv_blocks.html",
    ],
)
def test_is_student_work_kept_out_of_git(repository: Course, path: str) -> None:
    assert subprocess.run(["git", "check-ignore", "-q", path], cwd=repository.root, check=False).returncode == 0


def test_does_no_tracked_file_name_a_registry_or_a_local_folder(repository: Course) -> None:
    private = re.compile(r"--(?:extra-)?index-url|find-links|(?<![\w.~])/(?:root|home|work)/\w")
    found = []
    for path in tracked(repository):
        if path.suffix in {".ipynb", ".md", ".py", ".toml", ".yml", ".txt", ".yaml", ".j2", ""} and path != Path(
            __file__
        ):
            if b"\0" in (content := path.read_bytes()):
                continue
            found += [f"{path.name}: {line[:80]}" for line in content.decode().splitlines() if private.search(line)]
    assert found == []


def test_is_no_tracked_file_large(repository: Course) -> None:
    data = repository.root / "data"
    large = [path for path in tracked(repository) if path.stat().st_size > 2**20 and data not in path.parents]
    assert large == []
    assert sum(path.stat().st_size for path in data.rglob("*") if path in tracked(repository)) <= 3_000_000


@pytest.mark.parametrize("folder", ["source", "release"])
def test_are_notebooks_without_outputs(repository: Course, folder: str) -> None:
    import nbformat

    for path in (repository.root / folder).glob("*/*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        assert [cell.id for cell in cells if cell.get("outputs") or cell.get("execution_count")] == [], path
