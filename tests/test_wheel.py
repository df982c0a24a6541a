"""Does the wheel alone carry a course of somebody else's from the first notebook to the report?

The wheel is installed beside what `coursepack[grade]` asks for and nothing else: no clone, no torch, no test tools.
"""

from __future__ import annotations

import csv
import functools
import json
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tiny_course import answered, code, text

from coursepack import __version__
from coursepack.authoring.leaks import secrets_of
from coursepack.course import Course
from coursepack.notebooks.reading import read_notebook

pytestmark = pytest.mark.long

ASSIGNMENT = "week1"
TITLE = """# Counting

| exercise | points | minutes |
|---|---|---|
| 1. Count the vowels | 4 | 5 |
| **Total** | **4** | **5** |"""
VOWELS = '''def vowels(word):
    """Return how many vowels a word has."""
    # TODO: count the vowels
    ### BEGIN SOLUTION
    return sum(letter in "aeiou" for letter in word.lower())
    ### END SOLUTION'''
HIDDEN = """# Check that vowels counts capitals and repeated letters, too
### BEGIN HIDDEN TESTS
from coursepack.checks import student
from tiny_checks import words

words.assert_counts(student, "vowels")
### END HIDDEN TESTS"""
PACKAGE = '''"""Checks of words."""

from pathlib import Path

from coursepack.checks import CheckFailed, arrays

SECRET = {"Oulu": 3, "rhythm": 0, "banana": 3}


def assert_counts(student, name):
    """Check a function that counts the vowels of a word."""
    for word, count in SECRET.items():
        if student.call(name, word) != count:
            raise CheckFailed(f"{name}({word!r}) is not the number of vowels in it")


def data(root):
    """Lay out the words that notebooks are graded on."""
    folder = Path(root) / "words"
    folder.mkdir(exist_ok=True)
    (folder / "words.txt").write_text("plum pear", encoding="utf-8")
    return folder
'''
SETTINGS = """[tool.coursepack]
package = "tiny_checks"
preload = ["statistics"]
grading_data = "tiny_checks.words:data"
"""
CONFIG = """from coursepack.nbgrader_config import configure

c = configure(get_config(), __file__)
c.CourseDirectory.course_id = "words"
c.JudgedExecute.timeout = 30
"""
RIGHT = 'return len([letter for letter in word if letter in "aeiouAEIOU"])'
WRONG = 'return len(set(word) & set("aeiou"))'
LOOK = """import importlib.util, json, sys
names = ["coursepack", "torch", "pytest", "convnet_course"]
found = {name: getattr(importlib.util.find_spec(name), "origin", None) for name in names}
print(json.dumps({**found, "path": sys.path}))
"""


def source_notebook() -> dict[str, Any]:
    """Return the one notebook of the course, solved."""
    read = 'import os\nfrom pathlib import Path\n\nWORDS = (Path(os.environ["COURSE_DATA"]) / "words.txt").read_text()'
    cells = [
        text("title", TITLE),
        code("setup", read, "given"),
        text("first", "## 1. Count the vowels (4 points)"),
        code("vowels", VOWELS, "solution"),
        code(
            "vowels-visible",
            "# Check that vowels counts those of plum\nassert vowels(WORDS.split()[0]) == 1",
            "test",
            0,
        ),
        code("vowels-hidden", HIDDEN, "test", 4),
    ]
    return {"cells": cells, "metadata": answered()["metadata"], "nbformat": 4, "nbformat_minor": 5}


def write_course(root: Path) -> None:
    """Write a course as its author would: notebook, settings, checks, a right and a wrong answer."""
    answer = "# %% vowels\ndef vowels(word):\n    "
    files = {
        f"source/{ASSIGNMENT}/{ASSIGNMENT}.ipynb": json.dumps(source_notebook()),
        "pyproject.toml": SETTINGS,
        "nbgrader_config.py": CONFIG,
        "tiny_checks/__init__.py": "",
        "tiny_checks/words.py": PACKAGE,
        f"answers/{ASSIGNMENT}/right/length.py": f'"""Takes the length of a list."""\n{answer}{RIGHT}\n',
        f"answers/{ASSIGNMENT}/wrong/once.py": f'"""Counts once."""\n# loses: vowels-hidden\n{answer}{WRONG}\n',
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def hand_in(root: Path, student: str, answer: str) -> None:
    """Hand in the student version, with an answer."""
    notebook = json.loads((root / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8"))
    next(cell for cell in notebook["cells"] if cell["id"] == "vowels")["source"] = f"def vowels(word):\n    {answer}"
    path = root / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def distributions(*wanted: str) -> Iterator[metadata.Distribution]:
    """Yield all that requirements ask for, directly or not, as pip would choose it here."""
    waiting, seen, given = [Requirement(text) for text in wanted], set[tuple[str, ...]](), set[str]()
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        if (name, *one.extras) in seen:
            continue
        seen.add((name, *one.extras))
        found = metadata.distribution(name)
        if name not in given:
            given.add(name)
            yield found
        for needed in map(Requirement, found.requires or []):
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in one.extras or {""}):
                waiting.append(needed)


def put_into(environment: Path, found: metadata.Distribution) -> None:
    """Put what a distribution installed into another environment of the same Python; its programs, too."""
    site = next((environment / "lib").glob("python*/site-packages"))
    for file in found.files or []:
        target = Path(os.path.normpath(site / file))
        if target.is_relative_to(environment / "bin"):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        origin = Path(str(file.locate()))
        try:
            os.link(origin, target)
        except OSError:  # another disk
            shutil.copy2(origin, target)
    for program in found.entry_points.select(group="console_scripts"):
        script = environment / "bin" / program.name
        body = f"import sys\nfrom {program.module} import {program.attr}\nsys.exit({program.attr}())\n"
        script.write_text(f"#!{environment / 'bin' / 'python'}\n{body}", encoding="utf-8")
        script.chmod(0o755)


def run_in(environment: Path, root: Path, *command: str) -> str:
    """Run a program of the environment in a course, and return what it printed."""
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
    outside = {**kept, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(root.parent), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [str(environment / "bin" / command[0]), *command[1:]],
        cwd=root,
        env=outside,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def clone(repository: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what is tracked and might get into a package, as in a clean clone."""
    clone = tmp_path_factory.mktemp("clone")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=repository.root, capture_output=True, text=True, check=True)
    for name in filter(None, listing.stdout.split("\0")):
        if name.startswith(("coursepack/", "convnet_course/", "tests/test_")) or "/" not in name:
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(repository.root / name, clone / name)
    return clone


@pytest.fixture(scope="module")
def wheel(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel."""
    made = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(made)]
    done = subprocess.run([*command, str(clone)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = made.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment with the wheel and what it needs to grade."""
    made = tmp_path_factory.mktemp("teacher") / "env"
    venv.create(made, symlinks=True)
    for found in distributions("coursepack[grade]"):
        if found.metadata["Name"] != "coursepack":
            put_into(made, found)
    command = [sys.executable, "-m", "pip", "--python", str(made / "bin" / "python"), "install", "--no-deps"]
    done = subprocess.run([*command, "--no-index", str(wheel)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def test_holds_the_wheel_the_tool_and_nothing_else(repository: Course, wheel: Path) -> None:
    """Are its files those of coursepack, the typing mark and the templates among them?"""
    names = set(zipfile.ZipFile(wheel).namelist())
    rooms = {name.split("/")[0] for name in names}
    assert rooms == {"coursepack", f"coursepack-{__version__}.dist-info"}
    listing = subprocess.run(
        ["git", "ls-files", "coursepack"], cwd=repository.root, capture_output=True, text=True, check=True
    )
    assert {name for name in names if name.startswith("coursepack/")} == set(listing.stdout.split())
    assert {"coursepack/py.typed", "coursepack/report/page.html.j2"} <= names


def test_shows_the_wheel_nothing_of_this_course(repository: Course, wheel: Path) -> None:
    """Is no line of a hidden test, a solution or a scheme in it? Shorter lines are idioms of everybody."""
    with zipfile.ZipFile(wheel) as archive:
        texts = [archive.read(name).decode("utf-8") for name in archive.namelist()]
    shown = {" ".join(line.split()) for text in texts for line in text.split("\n")}
    sources = [read_notebook(repository.notebook("source", name)) for name in repository.assignments]
    found = map(secrets_of, sources)
    secrets = [secret for one in found for secret in (*one.hidden, *one.solutions, *one.schemes)]
    lines = {line for secret in secrets for line in secret.lines if len(line) >= 24}
    assert len(lines) > 500
    assert lines & shown == set()


def test_holds_the_source_distribution_the_tool_and_nothing_else(
    repository: Course, clone: Path, tmp_path: Path
) -> None:
    """Is there no test and nothing of this course in it, and nothing that git does not know?"""
    build = f"from setuptools.build_meta import build_sdist; print(build_sdist({str(tmp_path)!r}))"
    done = subprocess.run([sys.executable, "-c", build], cwd=clone, capture_output=True, text=True, check=True)
    with tarfile.open(tmp_path / done.stdout.splitlines()[-1]) as archive:
        names = {one.name.partition("/")[2] for one in archive.getmembers() if one.isfile()}
    made = {"PKG-INFO", "setup.cfg"} | {name for name in names if name.startswith("coursepack.egg-info/")}
    tracked = subprocess.run(["git", "ls-files"], cwd=repository.root, capture_output=True, text=True, check=True)
    held = {name for name in tracked.stdout.split() if name.startswith("coursepack/")}
    assert names - made == held | {"LICENSE", "MANIFEST.in", "README.md", "pyproject.toml"}


def test_carries_the_wheel_alone_a_course(repository: Course, environment: Path, tmp_path: Path) -> None:
    """Does a course of one exercise and a check of its own go from source to report, each answer with its score?"""
    root = tmp_path / "words"
    root.mkdir()
    run = functools.partial(run_in, environment, root)
    seen = json.loads(run("python", "-c", LOOK))
    assert Path(seen["coursepack"]).is_relative_to(environment)
    assert (seen["torch"], seen["pytest"], seen["convnet_course"]) == (None, None, None)
    assert not any(Path(folder).is_relative_to(repository.root) for folder in seen["path"])
    assert "build" in run("coursepack", "--help")

    write_course(root)
    run("coursepack", "build")
    for folder in ("release", "solutions"):
        assert "tiny_checks" not in (root / folder / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8")
    assert "in step" in run("coursepack", "build", "--check")
    assert "4 of 4 answers judged as they should be" in run("coursepack", "validate", "-j", "1")
    hand_in(root, "right", RIGHT)
    hand_in(root, "wrong", WRONG)
    run("coursepack", "grade", ASSIGNMENT)
    run("coursepack", "report", ASSIGNMENT)
    with (root / "reports" / f"{ASSIGNMENT}.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["student"]: (row["score"], row["status"]) for row in csv.DictReader(stream)}
    assert rows == {"right": ("4", "graded"), "wrong": ("0", "graded")}
    assert "tiny_checks" not in (root / "reports" / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")


@pytest.mark.nightly
def test_ends_a_new_course_in_a_graded_demo(wheel: Path, environment: Path, tmp_path: Path) -> None:
    """Does `coursepack init` write a course that grades its sample class, and asks pip for this very wheel?"""
    assert f"wheels/{wheel.name}" in run_in(environment, tmp_path, "coursepack", "init", "course")
    root = tmp_path / "course"
    assert (root / "wheels" / wheel.name).read_bytes() == wheel.read_bytes()
    assert "Done in" in run_in(environment, root, "coursepack", "demo", "--timeout", "5")
    with (root / "demo" / "reports" / "week1.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["student"]: (row["status"], row["score_so_far"]) for row in csv.DictReader(stream)}
    assert (rows["sample-ada-n"], rows["sample-elif-m"]) == (
        ("waiting for the marker", "4"),
        ("waiting for the marker", "0"),
    )
    assert [name for name, (status, _) in rows.items() if status == "not graded"] == ["sample-leila-m"]
    assert [name for name, (status, _) in rows.items() if status == "no submission"] == ["sample-oskar-r"]
