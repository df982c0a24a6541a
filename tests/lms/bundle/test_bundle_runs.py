"""Do a bundle's own scripts grade, in folders laid out as the other system lays them out?

The environment is that of the tests: `install.sh` and `setup.sh` would fetch the pinned libraries from the network.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from one_notebook import submission, written_course
from tiny_course import ASSIGNMENT

from coursepack.lms.bundle.write import System, write_bundle

SCHEMA = Path(__file__).parents[1] / "result_formats" / "gradescope.schema.json"


def run(script: Path, *arguments: str, harness: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a bundle's script with this environment's Python, and the bundle's own copy of the tool."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(script.parent), "COURSEPACK_VENV": sys.prefix}
    environment |= {"PYTHONPATH": str(harness), **variables}
    command = [str(script), *arguments]
    return subprocess.run(
        command, cwd=script.parent, env=environment, capture_output=True, text=True, check=False, timeout=600
    )


@pytest.fixture(scope="module")
def autograder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder laid out like Gradescope's /autograder."""
    root = tmp_path_factory.mktemp("gradescope")
    made = root / "bundle.zip"
    write_bundle(written_course(root / "course"), ASSIGNMENT, System.GRADESCOPE, made)
    place = root / "autograder"
    with zipfile.ZipFile(made) as archive:
        archive.extractall(place / "source")
    (place / "submission").mkdir()
    (place / "run_autograder").write_bytes((place / "source" / "run_autograder").read_bytes())
    (place / "run_autograder").chmod(0o755)
    return place


def submitted(autograder: Path, content: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the autograder on a submission of one file."""
    (autograder / "submission" / "My Homework (1).ipynb").write_text(content, encoding="utf-8")
    harness = autograder / "source" / "harness"
    return run(autograder / "run_autograder", harness=harness, AUTOGRADER_ROOT=str(autograder), **variables)


def results(autograder: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((autograder / "results" / "results.json").read_text(encoding="utf-8"))
    jsonschema.validate(content, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return content


def test_writes_the_autograder_gradescopes_results(autograder: Path) -> None:
    done = submitted(autograder, json.dumps(submission(double="return number ** 2")))
    assert done.returncode == 0, done.stdout + done.stderr
    assert results(autograder)["score"] == 2.0
    assert "441" not in done.stdout + done.stderr


def test_tells_the_autograder_a_student_what_is_wrong_with_the_file(autograder: Path) -> None:
    done = submitted(autograder, "{")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is not JSON" in str(results(autograder)["output"])


def test_leaves_the_autograder_no_score_where_it_cannot_grade(autograder: Path, tmp_path: Path) -> None:
    """Is an earlier score gone if there is no jail, and does the instructor read why?"""
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    (autograder / "results").mkdir(exist_ok=True)
    (autograder / "results" / "results.json").write_text('{"score": 5}', encoding="utf-8")
    done = submitted(autograder, json.dumps(submission()), PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert done.returncode == 2
    assert "student code cannot be jailed: bwrap: No permissions" in done.stdout
    assert "There is no score" in done.stdout
    assert not (autograder / "results" / "results.json").exists()


@pytest.mark.parametrize("system", [System.GITHUB, System.GITLAB])
def test_grades_a_job_a_students_repository(tmp_path: Path, system: System) -> None:
    """Does the step that workflow and pipeline share leave all three results, and show no message in its log?"""
    folder = tmp_path / "grader"
    write_bundle(written_course(tmp_path / "course"), ASSIGNMENT, system, folder)
    student = tmp_path / "student"
    (student / "week1").mkdir(parents=True)
    (student / "README.md").write_text("Mine.", encoding="utf-8")
    (student / "week1" / f"{ASSIGNMENT}.ipynb").write_text(
        json.dumps(submission(double="return number ** 2")), encoding="utf-8"
    )
    done = run(folder / "grade.sh", str(student), str(tmp_path / "results"), harness=folder / "harness")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in (tmp_path / "results").iterdir()} == {"result.txt", "result.json", "result.xml"}
    [suite] = ET.parse(tmp_path / "results" / "result.xml").getroot()
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("1", "0")
    assert "441" not in done.stdout + done.stderr
    again = run(
        folder / "grade.sh",
        *(str(student), str(tmp_path / "results")),
        harness=folder / "harness",
        GRADE_OPTIONS="--fail-under 50",
    )
    assert again.returncode == 3, again.stdout + again.stderr
