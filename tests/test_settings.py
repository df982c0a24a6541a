"""Is each mistake in `[tool.coursepack]` one error that says where it is and what to write instead?"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tiny_course import ASSIGNMENT, make_tiny_course

from coursepack.authoring.build import check_pack
from coursepack.course import Course
from coursepack.demo import fresh_course
from coursepack.errors import CoursepackError
from coursepack.kernel_environment import LESSON, ONE_THREAD
from coursepack.sandbox.fork_server import ServerProcess
from coursepack.settings import (
    Settings,
    grading_data,
    grading_environment,
    package_files,
    read_settings,
)
from coursepack.validation.forking_runner import run_all


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Course]:
    """A course folder without settings; what is imported from it is forgotten afterwards."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in (*ONE_THREAD, *LESSON, "MPLBACKEND"):  # which `run_all` sets
        monkeypatch.setenv(name, os.environ.get(name, ""))
    known = set(sys.modules)
    yield make_tiny_course(tmp_path / "course")
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def write(course: Course, settings: str, **modules: str) -> Course:
    """Write settings into the course, and modules beside them."""
    (course.root / "pyproject.toml").write_text(f"[tool.coursepack]\n{settings}\n", encoding="utf-8")
    for name, text in modules.items():
        (course.root / f"{name}.py").write_text(text, encoding="utf-8")
    return course


def test_may_all_settings_be_left_out(course: Course) -> None:
    assert read_settings(course.root) == Settings()
    (course.root / "pyproject.toml").write_text("[project]\nname = 'other'\n", encoding="utf-8")
    assert read_settings(course.root) == Settings()
    assert grading_environment(course) == ONE_THREAD | LESSON
    assert package_files(course) == []


def test_are_settings_read(course: Course) -> None:
    settings = 'time_zone = "Europe/Berlin"\n'
    settings += 'package = "own"\npreload = ["numpy"]\nrepository = ""\ndemo = "tiny"\nbundled_data = ["data/small"]'
    expected = Settings("own", ("numpy",), demo="tiny", bundled_data=("data/small",), time_zone="Europe/Berlin")
    assert read_settings(write(course, settings).root) == expected


@pytest.mark.parametrize(
    ("settings", "what", "remedy"),
    [
        ("packages = []", "has no setting “packages”", "the settings are package, preload, grading_data"),
        ("package = 3", "package = 3 is not a valid setting", 'write it like this: package = "my_course"'),
        ('package = "my-course"', "package = 'my-course'", 'package = "my_course"'),
        ('package = "../else"', "package = '../else'", "or leave it out"),
        ('preload = "numpy"', "preload = 'numpy'", 'preload = ["numpy", "pandas"]'),
        ("preload = [1]", "preload = [1]", 'preload = ["numpy", "pandas"]'),
        ('grading_data = "own.data"', "grading_data = 'own.data'", 'grading_data = "my_course.data:grading_data"'),
        ('repository = "https://github.com/o/n"', "repository = ", 'repository = "owner/name"'),
        ('branch = "my branch"', "branch = ", 'branch = "main"'),
        ('time_zone = "Europe/Berln"', "time_zone = 'Europe/Berln'", 'time_zone = "Europe/Berlin"'),
        ('time_zone = "CST"', "time_zone = 'CST'", 'time_zone = "Europe/Berlin"'),
        ('demo = ["tiny"]', "demo = ", "write it like this: demo = "),
        ('bundled_data = "data"', "bundled_data = ", 'bundled_data = ["data/small"]'),
        ("package = ", "the file is not TOML", ""),
    ],
)
def test_is_a_setting_that_is_wrong_told_with_its_right_form(
    course: Course, settings: str, what: str, remedy: str
) -> None:
    with pytest.raises(CoursepackError) as caught:
        read_settings(write(course, settings).root)
    assert what in caught.value.what
    assert caught.value.where == str(course.root / "pyproject.toml")
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("module", "what"),
    [
        (None, "ModuleNotFoundError: No module named 'own_data'"),
        ("", "AttributeError: module 'own_data' has no attribute 'lay_out'"),
        ("lay_out = 3", "TypeError: 'int' object is not callable"),
        ("def lay_out(root):\n    raise OSError('the disk is full')", "OSError: the disk is full"),
        ("1 / 0", "ZeroDivisionError"),
        ("def lay_out(root):\n    return None", "the function returned None, which is not a folder"),
        ("def lay_out(root):\n    return str(root)", "which is not a folder"),
        ("def lay_out(root):\n    return root / 'nowhere'", "which is not a folder"),
    ],
)
def test_are_data_that_cannot_be_laid_out_told(course: Course, module: str | None, what: str) -> None:
    """Is a function told that is missing, fails, or returns no folder, with its place?"""
    modules = {} if module is None else {"own_data": module}
    with pytest.raises(CoursepackError) as caught:
        grading_data(write(course, 'grading_data = "own_data:lay_out"', **modules))
    assert what in caught.value.what
    assert caught.value.where == f"{course.root / 'pyproject.toml'}, grading_data = “own_data:lay_out”"


def test_is_an_error_of_the_courses_own_kind_kept(course: Course) -> None:
    fails = "from coursepack.errors import CoursepackError\ndef lay_out(root):\n    raise CoursepackError('no images')"
    with pytest.raises(CoursepackError, match=r"^no images$"):
        grading_data(write(course, 'grading_data = "own_data:lay_out"', own_data=fails))


def test_are_the_data_shown_to_notebooks(course: Course) -> None:
    write(course, 'grading_data = "own_data:lay_out"', own_data="def lay_out(root):\n    return root / 'source'")
    assert grading_environment(course) == {**ONE_THREAD, **LESSON, "COURSE_DATA": str(course.root / "source")}


def test_is_a_package_found_as_folder_and_as_file_without_running_it(course: Course) -> None:
    write(course, 'package = "own_file"', own_file="1 / 0")
    assert package_files(course) == [course.root / "own_file.py"]
    (course.root / "own_folder").mkdir()
    (course.root / "own_folder" / "__init__.py").write_text("1 / 0", encoding="utf-8")
    assert package_files(write(course, 'package = "own_folder"')) == [course.root / "own_folder"]


def test_do_workers_that_start_at_once_all_find_the_package(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    write(course, 'package = "own_file"', own_file="")
    unused: dict[str, object | None] = {f"/unused/{number}.zip": None for number in range(20_000)}
    monkeypatch.setattr(sys, "path_importer_cache", {**sys.path_importer_cache, **unused})
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = [one.result() for one in [pool.submit(package_files, course) for _ in range(8)]]
    finally:
        sys.setswitchinterval(interval)
    assert found == [[course.root / "own_file.py"]] * 8


def missing(course: Course) -> Course:
    """Name a package that nobody has."""
    return write(course, 'package = "no_such_package"')


def test_is_a_package_that_is_not_there_told(course: Course) -> None:
    """Do build and validate say where it is named and what to do?"""
    for step in (lambda: check_pack(missing(course), [ASSIGNMENT]), lambda: next(run_all(missing(course), [], 1))):
        with pytest.raises(CoursepackError, match="there is no such package") as caught:
            step()
        assert caught.value.where == f"{course.root / 'pyproject.toml'}, package = “no_such_package”"
        assert "make the folder no_such_package/ with an __init__.py in the course folder" in caught.value.remedy


def test_takes_the_demo_a_package_along_that_is_one_file(course: Course) -> None:
    demo = fresh_course(write(course, 'package = "own_file"', own_file="VALUE = 1"))
    assert (demo.root / "own_file.py").read_text(encoding="utf-8") == "VALUE = 1"


def test_is_a_module_to_preload_that_is_not_there_told_by_validate(course: Course) -> None:
    with pytest.raises(CoursepackError, match=r"no_such_library\.part cannot be imported") as caught:
        next(run_all(write(course, 'preload = ["json", "no_such_library.part"]'), [], 1))
    assert caught.value.where == f"{course.root / 'pyproject.toml'}, preload"
    assert "install it, or take it out of `preload`" in caught.value.remedy


def test_is_a_module_to_preload_that_the_jail_does_not_have_told(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, None, ["json", "no_such_library"], jailed=True)
    with pytest.raises(CoursepackError, match="No module named 'no_such_library'") as caught:
        server.wait_until_ready()
    assert f"install it into {sys.prefix}" in caught.value.remedy
