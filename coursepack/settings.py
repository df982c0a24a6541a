"""Read a course's settings: `[tool.coursepack]` in its `pyproject.toml`."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
import sys
import threading
import tomllib
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from coursepack import kernel_environment
from coursepack.course import Course
from coursepack.errors import CoursepackError

FILE = "pyproject.toml"
# What `coursepack build --data` calls the grading data.
GRADING_DATA = "grading"
# Workers start in threads, and two threads that clear Python's caches of finders at once make it raise KeyError.
_CACHES = threading.Lock()


@dataclass(frozen=True)
class Settings:
    """The settings of a course; all are optional.

    Attributes:
        package: the course's own Python package in the course folder. Hidden tests import it; students never see it.
        preload: modules that notebooks import, imported once before any notebook is run.
        grading_data: "module:function" of the package; it is called with the course folder (a `Path`), and returns the
            folder of data that notebooks see as `$COURSE_DATA` while they are built, validated and graded.
        worked_data: other data that worked notebooks can be built on: a name for `coursepack build --data`, and
            "module:function". The function is called with the course folder and the assignment's name; it returns the
            folder, and what it holds, as a phrase for readers.
        repository: "owner/name" on GitHub of the student repository, which `coursepack publish` writes: for notebooks
            that open in Colab with one click.
        branch: the branch of the student repository.
        bundled_data: files and folders of the course folder that the grading data are made from.
        demo: the assignment that `coursepack demo` shows.
        student_page: a markdown file of the course folder that opens the student repository's README.
        student_files: files and folders of the course folder that students get, too, at the same place.
        time_zone: the zone of the times that people read, like Europe/Berlin, and of times in a roster that name none;
            UTC if empty.
        secret_file: the file that holds the course's secret (`coursepack.course_secret`); git must ignore it.
    """

    package: str = ""
    preload: tuple[str, ...] = ()
    grading_data: str = ""
    worked_data: Mapping[str, str] = field(default_factory=dict)
    repository: str = ""
    branch: str = "main"
    bundled_data: tuple[str, ...] = ()
    demo: str = ""
    student_page: str = ""
    student_files: tuple[str, ...] = ()
    time_zone: str = ""
    secret_file: str = ".coursepack/secret"  # noqa: S105 (where it is)


LISTS = {
    "preload": 'preload = ["numpy", "pandas"]',
    "bundled_data": 'bundled_data = ["data/small"]',
    "student_files": 'student_files = ["LICENSE", "data/small"]',
}
FUNCTION = r"[A-Za-z_][\w.]*:[A-Za-z_]\w*"
# Setting → its pattern, and an example.
FORMS = {
    "package": (r"[A-Za-z_]\w*", 'package = "my_course"'),
    "grading_data": (FUNCTION, 'grading_data = "my_course.data:grading_data"'),
    "repository": (r"[\w.-]+/[\w.-]+", 'repository = "owner/name"'),
    "branch": (r"\S+", 'branch = "main"'),
    "demo": (r"[\w.-]+", 'demo = "week1"'),
    "time_zone": (r"UTC|\w+(/[\w+-]+)+", 'time_zone = "Europe/Berlin"'),
    "secret_file": (r"\S.*", 'secret_file = ".coursepack/secret"'),
    "student_page": (r"[\w./ -]+\.md", 'student_page = "docs/for_students.md"'),
}


def read_settings(root: Path) -> Settings:
    """Return the settings of the course in the folder `root`.

    Raises:
        CoursepackError: the file is not TOML, or a setting is unknown or malformed.
    """
    path = root / FILE
    return _settings_in(path, path.read_bytes()) if path.is_file() else Settings()


@functools.lru_cache(maxsize=8)
def _settings_in(path: Path, content: bytes) -> Settings:
    """Return the same; each graded notebook asks several times, and to parse the file takes 2 ms."""
    try:
        table = tomllib.loads(content.decode("utf-8")).get("tool", {}).get("coursepack", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CoursepackError(
            f"the file is not TOML: {error}", where=str(path), remedy="mend that line (https://toml.io)"
        ) from error
    known = [field.name for field in fields(Settings)]
    for name, value in table.items():
        if name not in known:
            remedy = f"the settings are {', '.join(known)}"
            raise CoursepackError(f"[tool.coursepack] has no setting “{name}”", where=str(path), remedy=remedy)
        _check(path, name, value)
    return Settings(**{**table, **{name: tuple(table.get(name, ())) for name in LISTS}})


def _check(path: Path, name: str, value: Any) -> None:
    if name == "worked_data":
        named = value if isinstance(value, dict) and GRADING_DATA not in value else {"": None}
        fits = all(isinstance(one, str) and re.fullmatch(FUNCTION, one) for one in named.values())
        example = 'worked_data = { full = "my_course.data:full_data" }'
    elif name in LISTS:
        fits = isinstance(value, list) and all(isinstance(one, str) and one for one in value)
        example = LISTS[name]
    else:
        form, example = FORMS[name]
        fits = isinstance(value, str) and (value == "" or re.fullmatch(form, value) is not None)
        fits = fits and (name != "time_zone" or value == "" or value in zoneinfo.available_timezones())
    if not fits:
        remedy = f"write it like this: {example}; or leave it out"
        raise CoursepackError(f"{name} = {value!r} is not a valid setting", where=str(path), remedy=remedy)


def package_files(course: Course) -> list[Path]:
    """Return where the course's own package lies: its folders, or its file; nothing if the course has none.

    Nothing of the package is run.

    Raises:
        CoursepackError: the package is neither in the course folder nor installed.
    """
    package = read_settings(course.root).package
    if not package:
        return []
    make_importable(course)
    with _CACHES:
        importlib.invalidate_caches()
        spec = importlib.util.find_spec(package)
    if spec is None:
        where = f"{course.root / FILE}, package = “{package}”"
        remedy = f"make the folder {package}/ with an __init__.py in the course folder, or install the package"
        raise CoursepackError("there is no such package", where=where, remedy=f"{remedy}, or leave the setting out")
    if spec.submodule_search_locations is not None:
        return [Path(folder).resolve() for folder in spec.submodule_search_locations]
    return [Path(spec.origin).resolve()] if spec.origin and spec.has_location else []


def grading_data(course: Course) -> Path | None:
    """Return the folder of data that the course's notebooks are graded on; None if the course names none.

    Raises:
        CoursepackError: the function that provides it is missing or fails.
    """
    named = read_settings(course.root).grading_data
    if not named:
        return None
    where = f"{course.root / FILE}, grading_data = “{named}”"
    folder = _called(course, named, where, "the grading data", course.root)
    if not isinstance(folder, Path) or not folder.is_dir():
        raise CoursepackError(
            f"the function returned {folder!r}, which is not a folder",
            where=where,
            remedy="let it return the Path of the folder that it wrote the data into",
        )
    return folder


def worked_data(course: Course, name: str, assignment: str) -> tuple[Path, str]:
    """Return the folder of other data that an assignment's worked version is built on, and what it holds.

    Args:
        course: the course.
        name: the name that `worked_data` gives the data.
        assignment: the assignment.

    Raises:
        CoursepackError: the course names no such data, or the function that provides them is missing or fails.
    """
    known = read_settings(course.root).worked_data
    if name not in known:
        remedy = f"the names are {', '.join([*known, GRADING_DATA])}; [tool.coursepack] worked_data adds others"
        raise CoursepackError(f"this course has no data called “{name}”", where=str(course.root / FILE), remedy=remedy)
    where = f"{course.root / FILE}, worked_data, {name} = “{known[name]}”"
    found = _called(course, known[name], where, f"the data “{name}”", course.root, assignment)
    match found:
        case (Path() as folder, str(holds)) if folder.is_dir() and holds:
            return folder, holds
    raise CoursepackError(
        f"the function returned {found!r}, not a folder and what it holds",
        where=where,
        remedy="let it return the Path of a folder, and a text such as “60,000 digits”",
    )


def _called(course: Course, named: str, where: str, what: str, *arguments: Any) -> Any:
    """Return what a function of the course returns."""
    module, _, function = named.partition(":")
    try:
        provide: Callable[..., Any] = getattr(import_from(course, module), function)
        return provide(*arguments)
    except CoursepackError:
        raise
    except Exception as error:
        reason = f"{what} cannot be provided: {type(error).__name__}: {error}"
        raise CoursepackError(reason, where=where, remedy="mend the function, or its name") from error


def import_from(course: Course, module: str) -> Any:
    """Import a module that may be in the course folder; installed modules come first.

    Raises:
        ImportError: there is no such module, or it fails.
    """
    make_importable(course)
    return importlib.import_module(module)


def make_importable(course: Course) -> None:
    """Let this process import from the course folder; installed modules still come first."""
    if str(course.root) not in sys.path:
        sys.path.append(str(course.root))


def grading_environment(course: Course) -> dict[str, str]:
    """Return the environment variables under which a notebook is built, validated and graded.

    Raises:
        CoursepackError: the grading data cannot be provided.
    """
    return kernel_environment.ordinary(grading_data(course))
