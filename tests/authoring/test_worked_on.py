"""Does a worked version say which data it ran on, and is it run again only where it must be?"""

from __future__ import annotations

import io
import os
import shutil
from contextlib import redirect_stdout
from pathlib import Path

import notebook_parts as parts
import pytest

from coursepack.authoring import nbgrader_converters, solution_notebook
from coursepack.authoring.build import build_pack, check_pack
from coursepack.authoring.solution_notebook import worked_notebook, write_notebook
from coursepack.authoring.worked_on import NOTE, WorkedData
from coursepack.cli import main
from coursepack.course import Course
from coursepack.errors import CoursepackError
from coursepack.notebooks.reading import read_notebook
from coursepack.settings import read_settings, worked_data

SETTING = 'worked_data = { large = "large_data:find" }\n'
DATA = """def find(root, assignment):
    return root / "large", f"all the numbers for {assignment}"
"""
# Slower than the limit for cells that grading has, and than no other.
SLOW = """import os, pathlib, time
place = pathlib.Path(os.environ["COURSE_DATA"])
time.sleep(3 if place.name == "large" else 0)
print("worked in", place)"""
# A hidden test's threshold holds on the grading data.
HIDDEN = f"""{parts.TREBLE_HIDDEN.splitlines()[0]}
### BEGIN HIDDEN TESTS
import os
assert treble(52.137) > 156.4 and "large" not in os.environ["COURSE_DATA"]
### END HIDDEN TESTS"""
SHOWN = 'print("shown from", os.environ["COURSE_DATA"])'


def source(changes: dict[str, str] | None = None) -> parts.NotebookNode:
    """A notebook that prints where its data are, at the end in a cell that shows the grading data in any case."""
    cells = [*parts.cells(), parts.code("shown", SHOWN, "plain")]
    cells[-1]["metadata"]["tags"] = ["grading-data-output"]
    for cell in cells:
        cell["source"] = ({"picture": SLOW, "treble-hidden": HIDDEN} | (changes or {})).get(cell["id"], cell["source"])
    return parts.assemble(cells)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course whose worked version ran on large data."""
    root = tmp_path_factory.mktemp("course")
    parts.write_course(root, source())
    with (root / "pyproject.toml").open("a") as settings:
        settings.write(SETTING)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write("c.Execute.timeout = 2\n")
    (root / "large_data.py").write_text(DATA)
    (root / "large").mkdir()
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(io.StringIO()) as said:
        patched.setattr(nbgrader_converters, "LONG_CELL", 2)
        build_pack(Course(root), ["doubling"], "large")
    (root / "said.txt").write_text(said.getvalue())
    return Course(root)


@pytest.fixture
def elsewhere(built: Course, tmp_path: Path) -> Course:
    """The same course on a machine without the large data."""
    shutil.copytree(built.root, tmp_path / "course", ignore=shutil.ignore_patterns("large"))
    return Course(tmp_path / "course")


def change(course: Course, changes: dict[str, str]) -> None:
    settings = (course.root / "pyproject.toml").read_text()
    parts.write_course(course.root, source(changes))
    (course.root / "pyproject.toml").write_text(settings)


def worked(course: Course) -> dict[str, str]:
    """Return what each cell of the worked version shows: texts, and of code what was printed."""
    cells = read_notebook(course.notebook("solutions", "doubling")).cells
    return {
        c.id: c.source if c.cell_type == "markdown" else "".join(o.get("text", "") for o in c.outputs) for c in cells
    }


def test_does_a_worked_version_run_on_the_data_that_are_named_and_say_so(built: Course) -> None:
    shown = worked(built)
    assert shown["picture"] == "worked in large\n"
    assert list(shown)[:2] == ["title", NOTE]
    assert shown[NOTE] == "*This worked version ran on all the numbers for doubling.*"
    metadata = read_notebook(built.notebook("solutions", "doubling")).metadata
    assert metadata["coursepack"] == {"worked_on": "large"}
    assert "coursepack" not in read_notebook(built.notebook("release", "doubling")).metadata


def test_are_cells_that_take_long_told(built: Course) -> None:
    lines = (built.root / "said.txt").read_text().splitlines()
    assert lines[:2] == ["doubling: executing the worked notebook on the data “large” …", "  picture: 3 s"]


def test_do_tagged_cells_show_a_run_on_the_grading_data(built: Course) -> None:
    assert worked(built)["shown"] == "shown from .coursepack/data\n"


def test_does_the_check_want_none_of_the_data(elsewhere: Course) -> None:
    (elsewhere.root / "large_data.py").unlink()
    check_pack(elsewhere, ["doubling"])
    change(elsewhere, {"colab": f"{parts.COLAB} Or run it here."})
    with pytest.raises(CoursepackError, match=r"solutions/doubling/doubling\.ipynb, cell “colab”: .* out of step"):
        check_pack(elsewhere, ["doubling"])


def test_does_a_plain_build_keep_outputs_where_only_text_has_changed(
    elsewhere: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    change(elsewhere, {"title": f"{parts.TITLE}\n\nAnother sentence."})
    build_pack(elsewhere, ["doubling"])
    shown = worked(elsewhere)
    assert (shown["picture"], "Another sentence." in shown["title"], NOTE in shown) == ("worked in large\n", True, True)
    assert "coursepack build --data large doubling" in capsys.readouterr().out
    check_pack(elsewhere, ["doubling"])


def test_does_a_plain_build_run_changed_code_on_the_grading_data_and_say_so(
    elsewhere: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    change(elsewhere, {"picture": f"{SLOW}\n"})
    build_pack(elsewhere, ["doubling"])
    shown = worked(elsewhere)
    assert shown["picture"] == "worked in .coursepack/data\n"
    assert shown[NOTE] == "*This worked version ran on the small data that notebooks are graded on.*"
    assert "its code has changed, so outputs from the data “large” are lost" in capsys.readouterr().out


def test_does_a_cell_that_gets_the_tag_lose_what_it_showed(elsewhere: Course) -> None:
    path = elsewhere.notebook("source", "doubling")
    notebook = read_notebook(path)
    next(cell for cell in notebook.cells if cell.id == "picture").metadata["tags"] = ["grading-data-output"]
    write_notebook(notebook, path)
    build_pack(elsewhere, ["doubling"])
    assert worked(elsewhere)["picture"] == "worked in .coursepack/data\n"


@pytest.mark.parametrize(
    ("name", "tests", "changed"),
    [("grading", HIDDEN, False), ("large", "assert treble(2) == 6", False), ("large", HIDDEN, True)],
    ids=["on the grading data", "without hidden tests", "with hidden tests on other data"],
)
def test_is_the_scratch_source_written_only_to_leave_hidden_tests_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, tests: str, changed: bool
) -> None:
    """Is it as it was after a run, byte for byte, and untouched where nothing is left out?"""
    parts.write_course(tmp_path, parts.notebook({"double-hidden": "assert double(2) == 4", "treble-hidden": tests}))
    course = Course(tmp_path)
    path = course.notebook("source", "doubling")
    before, seen = path.read_bytes(), []
    os.utime(path, (0, 0))

    def run(scratch: Course, assignment: str, *_: object, limited: bool) -> Path:
        seen.append((path.read_bytes() != before, path.stat().st_mtime != 0))
        return path.parent

    monkeypatch.setattr(solution_notebook, "make_solution", run)
    worked_notebook(course, course, "doubling", WorkedData(name, None))
    assert seen == [(changed, changed)]
    assert path.read_bytes() == before and (path.stat().st_mtime != 0) == changed


def test_does_naming_the_grading_data_run_it_again(elsewhere: Course) -> None:
    build_pack(elsewhere, ["doubling"], "grading")
    assert worked(elsewhere)["picture"] == "worked in .coursepack/data\n"


def test_is_a_damaged_worked_version_made_again(elsewhere: Course) -> None:
    elsewhere.notebook("solutions", "doubling").write_text("<<<<<<< HEAD\n")
    build_pack(elsewhere, ["doubling"])
    assert worked(elsewhere)["picture"] == "worked in .coursepack/data\n"


def test_is_nothing_replaced_where_the_data_are_missing(elsewhere: Course) -> None:
    with pytest.raises(CoursepackError, match="not a folder and what it holds"):
        build_pack(elsewhere, ["doubling"], "large")
    assert worked(elsewhere)["picture"] == "worked in large\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "lagre"], "no data called “lagre”\n  remedy: the names are large, grading"),
        (["--data", "large", "--check"], "--check runs nothing"),
    ],
)
def test_is_a_wrong_use_of_the_option_one_error(
    built: Course,
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["coursepack", "build", *arguments, "--course", str(built.root)])
    with pytest.raises(SystemExit):
        main()
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ('worked_data = "large_data:find"', r"worked_data = 'large_data:find' is not a valid setting"),
        ('worked_data = { large = "large_data" }', r"write it like this: worked_data = \{ full ="),
        ('worked_data = { grading = "large_data:find" }', r"is not a valid setting"),
    ],
)
def test_is_a_setting_of_another_form_refused(tmp_path: Path, setting: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.coursepack]\n{setting}\n")
    with pytest.raises(CoursepackError, match=message):
        read_settings(tmp_path)


def test_is_a_function_that_fails_one_error_that_names_the_data(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.coursepack]\n{SETTING.replace('large_data', 'no_such_data')}")
    with pytest.raises(CoursepackError, match=r"the data “large” cannot be provided: ModuleNotFoundError"):
        worked_data(Course(tmp_path), "large", "doubling")
