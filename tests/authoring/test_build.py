"""Does a build write what it should, refuse what it must, and notice when a copy is out of step?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import notebook_parts as parts
import pytest
from nbgrader.api import Gradebook

from coursepack.authoring import solution_notebook
from coursepack.authoring.build import build_pack, check_pack
from coursepack.authoring.new_assignment import new_assignment
from coursepack.authoring.scripts import refresh
from coursepack.cli import main
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.reading import read_notebook
from coursepack.notebooks.versions import released_notebook

PICTURE = """import os, sys
print("data in", os.environ["COURSE_DATA"], "threads", os.environ["OMP_NUM_THREADS"])
print("visible devices:", repr(os.environ["CUDA_VISIBLE_DEVICES"]), "graded:", bool(os.environ["COURSE_GRADED"]))
print("a warning", file=sys.stderr)
double(8)"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with one assignment, built in a process that has validated answers before."""
    root = tmp_path_factory.mktemp("course")
    parts.write_course(root, parts.notebook({"picture": PICTURE}))
    (root / "source" / "doubling" / "photo.txt").write_text("a photograph")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_GRADED", "1")
        build_pack(Course(root), ["doubling"])
    return Course(root)


@pytest.fixture
def copied(built: Course, tmp_path: Path) -> Course:
    """A copy of the built course, to spoil."""
    return Course(Path(shutil.copytree(built.root, tmp_path / "copy")))


def new_course(root: Path, changes: dict[str, str] | None = None) -> Course:
    parts.write_course(root, parts.notebook(changes))
    return Course(root)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def cell(path: Path, name: str) -> parts.NotebookNode:
    return next(cell for cell in read_notebook(path).cells if cell.id == name)


def problem(course: Course) -> str:
    """Return what `--check` says."""
    with pytest.raises(CoursepackError) as caught:
        check_pack(course, ["doubling"])
    return str(caught.value)


def test_is_a_fresh_build_in_step(built: Course) -> None:
    check_pack(built, ["doubling"])


@pytest.mark.parametrize("script", [True, False])
def test_is_a_fresh_build_of_either_form_in_step(tmp_path: Path, script: bool) -> None:
    """Is what `new` writes, a script or a notebook, built so that the check of a course's workflow passes?"""
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    course = Course(tmp_path)
    new_assignment(course, "week3", "", script=script)
    refresh(course, ["week3"])
    build_pack(course, ["week3"])
    refresh(course, ["week3"], check=True)
    check_pack(course, ["week3"])


def test_is_the_release_what_snippets_are_put_into(built: Course) -> None:
    source = read_notebook(built.notebook("source", "doubling"))
    assert read_notebook(built.notebook("release", "doubling")) == released_notebook(source)


def test_are_two_builds_the_same_bytes(copied: Course) -> None:
    release = copied.notebook("release", "doubling")
    before = release.read_bytes()
    build_pack(copied, ["doubling"])
    assert release.read_bytes() == before


def test_does_a_build_enter_the_assignment_into_the_gradebook(built: Course) -> None:
    with Gradebook(f"sqlite:///{built.root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_assignment("doubling").max_score == 5


def test_are_files_beside_the_source_passed_on(built: Course) -> None:
    for folder in ("release", "solutions"):
        assert (built.root / folder / "doubling" / "photo.txt").read_text() == "a photograph"


def test_was_the_worked_notebook_run_in_full_on_the_mini_set_with_one_thread_and_no_gpu(built: Course) -> None:
    printed = cell(built.notebook("solutions", "doubling"), "picture").outputs[0].text
    assert printed == "data in .coursepack/data threads 1\nvisible devices: '' graded: False\n"


def test_does_the_worked_notebook_keep_values_but_no_stderr_and_no_counts(built: Course) -> None:
    picture = cell(built.notebook("solutions", "doubling"), "picture")
    assert [output.output_type for output in picture.outputs] == ["stream", "execute_result"]
    assert picture.outputs[1].data["text/plain"] == "16"
    assert picture.execution_count is None and picture.outputs[1].execution_count is None
    assert "execution" not in picture.metadata


def test_has_the_worked_notebook_no_hidden_test_and_no_marker(built: Course) -> None:
    text = built.notebook("solutions", "doubling").read_text()
    assert "secret_number" not in text and "BEGIN" not in text
    assert "twice_as_much = number + number" in text


def test_is_nothing_left_in_the_source_folder(built: Course) -> None:
    names = sorted(path.name for path in (built.root / "source" / "doubling").iterdir())
    assert names == ["doubling.ipynb", "photo.txt"]


def test_is_an_edited_release_noticed(copied: Course) -> None:
    edit(copied.notebook("release", "doubling"), "Return twice", "Return double")
    assert "release/doubling/doubling.ipynb: the file is out of step" in problem(copied)


def test_is_an_edited_worked_cell_noticed(copied: Course) -> None:
    edit(copied.notebook("solutions", "doubling"), "return 3 * n", "return n * 3")
    assert "solutions/doubling/doubling.ipynb, cell “treble”: the cell is out of step" in problem(copied)


def test_is_a_cell_missing_from_the_worked_version_noticed(copied: Course) -> None:
    path = copied.notebook("solutions", "doubling")
    notebook = read_notebook(path)
    del notebook.cells[-1]
    solution_notebook.write_notebook(notebook, path)
    assert "the notebook has 8 cells, its source 9" in problem(copied)


def test_is_edited_metadata_of_the_worked_version_noticed(copied: Course) -> None:
    edit(copied.notebook("solutions", "doubling"), '"display_name": "Python 3"', '"display_name": "Snake"')
    assert "the metadata is out of step" in problem(copied)


def test_may_an_output_of_the_worked_version_differ(copied: Course) -> None:
    edit(copied.notebook("solutions", "doubling"), "threads 1", "threads 2")
    check_pack(copied, ["doubling"])


def test_is_a_source_that_changed_noticed_in_both(copied: Course) -> None:
    edit(copied.notebook("source", "doubling"), "Return twice", "Return double")
    message = problem(copied)
    assert "release/doubling/doubling.ipynb: the file is out of step" in message
    assert "solutions/doubling/doubling.ipynb, cell “double”" in message


@pytest.mark.parametrize("folder", ["release", "solutions"])
def test_is_a_missing_notebook_noticed(copied: Course, folder: str) -> None:
    copied.notebook(folder, "doubling").unlink()
    assert "the notebook is missing" in problem(copied)


@pytest.mark.parametrize("folder", ["release", "solutions"])
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("extra.txt", "more", "no source makes this file"),
        ("photo.txt", "another", "out of step"),
        ("photo.txt", None, "the file is missing"),
    ],
)
def test_is_a_stray_file_noticed(copied: Course, folder: str, name: str, content: str | None, message: str) -> None:
    path = copied.root / folder / "doubling" / name
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    assert f"{folder}/doubling/{name}: {message}" in problem(copied).replace("the file is out", "out")


def test_is_a_hidden_constant_in_a_worked_output_noticed(copied: Course) -> None:
    edit(copied.notebook("solutions", "doubling"), "threads 1", "threads 146438")
    assert "the hidden test of cell “double-hidden” shows here: “146438”" in problem(copied)


def test_does_checking_write_nothing(copied: Course) -> None:
    before = {path: path.stat().st_mtime_ns for path in copied.root.rglob("*") if path.is_file()}
    check_pack(copied, ["doubling"])
    assert {path: path.stat().st_mtime_ns for path in copied.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("name", "source", "message"),
    [
        ("picture", "1 / 0", "cell “picture”: the solution raises ZeroDivisionError"),
        (
            "double",
            parts.DOUBLE.replace("number + number", "number + 2"),
            "cell “double-hidden”: the solution raises AssertionError: the secret number is not doubled",
        ),
        (
            "double-visible",
            "# Check that it works\nimport sys\nprint('a warning', file=sys.stderr)",
            "cell “double-visible”: the graded cell writes to stderr: a warning",
        ),
        ("double-visible", "# Check that it works\ndouble(2)", "the graded cell ends in a value"),
        (
            "double-hidden",
            parts.DOUBLE_HIDDEN.replace("### BEGIN HIDDEN TESTS", "### BEGIN HIDDEN TESTS\nimport not_there"),
            "No module named 'not_there'\n  remedy: `pip install not_there`, then write not_there into req",
        ),
    ],
)
def test_is_a_failing_solution_one_error_and_nothing_replaced(
    copied: Course, name: str, source: str, message: str
) -> None:
    before = copied.notebook("release", "doubling").read_bytes()
    parts.write_course(copied.root, parts.notebook({name: source}))
    with pytest.raises(CoursepackError) as caught:
        build_pack(copied, ["doubling"])
    assert message in str(caught.value)
    assert f"source/doubling/doubling.ipynb, cell “{name.split('-')[0]}" in str(caught.value)
    assert copied.notebook("release", "doubling").read_bytes() == before


def test_does_a_faulty_assignment_not_stop_the_others(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    parts.write_course(tmp_path, parts.notebook({"double": "def double(n): ..."}), assignment="a_faulty_one")
    with pytest.raises(CoursepackError, match="no solution region"):
        build_pack(course, ["a_faulty_one", "doubling"])
    assert course.notebook("release", "doubling").is_file()
    assert not course.notebook("release", "a_faulty_one").exists()


def test_are_all_mistakes_told_at_once(tmp_path: Path) -> None:
    course = new_course(tmp_path, {"double": "def double(n): ...", "double-visible": "assert True"})
    with pytest.raises(CoursepackError, match="2 problems were found") as caught:
        build_pack(course, ["doubling"])
    assert "cell “double”" in str(caught.value) and "cell “double-visible”" in str(caught.value)


def test_is_a_second_notebook_in_the_folder_refused(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    (tmp_path / "source" / "doubling" / "draft.ipynb").write_text("{}")
    with pytest.raises(CoursepackError, match="exactly one notebook"):
        build_pack(course, ["doubling"])


@pytest.mark.parametrize("content", ["not json", "{}", '{"nbformat": 3, "nbformat_minor": 0}', "\udcff"])
def test_is_a_source_that_is_no_notebook_one_error(tmp_path: Path, content: str) -> None:
    course = new_course(tmp_path)
    course.notebook("source", "doubling").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(CoursepackError, match=r"doubling\.ipynb"):
        build_pack(course, ["doubling"])


def test_is_a_broken_configuration_one_error(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config(")
    with pytest.raises(CoursepackError, match="the configuration fails"):
        build_pack(course, ["doubling"])


# nbgrader's own add_submission sets relations before their objects are in the session.
@pytest.mark.filterwarnings("ignore:Object of type <Submitted")
def test_does_a_build_refuse_to_change_cells_that_have_grades(copied: Course) -> None:
    with Gradebook(f"sqlite:///{copied.root / 'gradebook.db'}") as gradebook:
        gradebook.add_student("ann")
        gradebook.add_submission("doubling", "ann")
    before = copied.notebook("release", "doubling").read_bytes()
    parts.write_course(copied.root, parts.assemble([*parts.cells(), parts.code("more", "x = 1")]))
    with pytest.raises(CoursepackError, match="there are submissions"):
        build_pack(copied, ["doubling"])
    assert copied.notebook("release", "doubling").read_bytes() == before


def test_is_a_worked_notebook_that_is_too_big_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solution_notebook, "MAX_BYTES", 50_000)
    course = new_course(tmp_path, {"picture": 'print("wide " * 20_000)'})
    with pytest.raises(CoursepackError, match=r"bytes, more than 50,000\n.*“picture”"):
        build_pack(course, ["doubling"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "trebling"], "there is no assignment “trebling”"),
        (["build", "--check", "doubling"], "no source makes this file"),
    ],
)
def test_does_the_command_end_in_one_message_and_code_2(
    copied: Course,
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (copied.root / "release" / "doubling" / "extra.txt").touch()
    monkeypatch.setattr("sys.argv", ["coursepack", *arguments, "--course", str(copied.root)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    said = capsys.readouterr()
    assert message in said.err
    assert ("doubling: failed after" in said.err) is (arguments[-1] == "doubling")
    assert "failed" not in said.out


def test_does_a_dead_kernel_end_in_one_error(tmp_path: Path) -> None:
    course = new_course(tmp_path, {"picture": "import os\nos._exit(1)"})
    with pytest.raises(CoursepackError, match="Kernel died"):
        build_pack(course, ["doubling"])


def test_does_a_cell_that_never_ends_end_in_one_error(tmp_path: Path) -> None:
    course = new_course(tmp_path, {"picture": "while True: pass"})
    with (tmp_path / "nbgrader_config.py").open("a") as config:
        config.write("c.Execute.timeout = 2\n")
    with pytest.raises(CoursepackError, match="cell “picture”: the cell was stopped because it took too long"):
        build_pack(course, ["doubling"])


BADGE_CONFIG = """c = get_config()
from coursepack.authoring.colab import ColabBadge
c.CourseDirectory.solution_directory = "solutions"
c.GenerateAssignment.preprocessors.prepend([ColabBadge])
"""


def colab_cell(root: Path, repository: str) -> str:
    """Return the released cell `colab` of a course with this setting."""
    course = new_course(root)
    (root / "nbgrader_config.py").write_text(BADGE_CONFIG)
    (root / "pyproject.toml").write_text(f"[tool.coursepack]\nrepository = {json.dumps(repository)}\nbranch = 'dev'\n")
    build_pack(course, ["doubling"])
    return str(cell(course.notebook("release", "doubling"), "colab").source)


def test_does_a_course_with_a_repository_get_a_badge(tmp_path: Path) -> None:
    assert colab_cell(tmp_path, "ann/cnn-course") == (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        "(https://colab.research.google.com/github/ann/cnn-course/blob/dev/doubling/doubling.ipynb)"
    )


def test_does_a_course_without_a_repository_say_how_to_upload(tmp_path: Path) -> None:
    assert colab_cell(tmp_path, "") == parts.COLAB


@pytest.mark.parametrize("repository", ["cnn-course", "https://github.com/ann/cnn-course", "ann/cnn course"])
def test_is_a_repository_that_is_no_name_refused(tmp_path: Path, repository: str) -> None:
    with pytest.raises(CoursepackError, match=r"repository = .* is not a valid setting"):
        colab_cell(tmp_path, repository)


def test_are_broken_settings_one_error(tmp_path: Path) -> None:
    course = new_course(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.coursepack\n")
    with pytest.raises(CoursepackError, match="the file is not TOML"):
        build_pack(course, ["doubling"])
