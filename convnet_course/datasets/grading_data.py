"""Provide the data that notebooks are graded on: `.coursepack/data` with the mini MNIST and the coloured shapes.

`COURSE_DATA` names this folder whenever a notebook is graded, built or validated. It is created when it is first
needed, and checked each time: a file that is missing or damaged is restored.
"""

from __future__ import annotations

from pathlib import Path

from convnet_course.datasets.mnist import RESTORE, check_mnist, mini_root
from convnet_course.datasets.synthetic_shapes import make_folder, write_at_once, write_shapes
from coursepack.course import Course
from coursepack.errors import CoursepackError


def grading_data(root: Path) -> Path:
    """Return the folder that `COURSE_DATA` names during grading; restore what is missing there.

    Several processes may call this at once. A course without the mini MNIST gets the shapes only.

    Args:
        root: the course folder.

    Raises:
        CoursepackError: the bundled mini MNIST is damaged, or the folder cannot be written.
    """
    folder = root / ".coursepack" / "data"
    try:
        make_folder(folder)
        _copy_mnist(Course(root), folder)
    except OSError as error:
        remedy = "free some space or get write permission there, then try again"
        raise CoursepackError(f"cannot write: {error.strerror}", where=str(folder), remedy=remedy) from error
    write_shapes(folder)
    return folder


def _copy_mnist(course: Course, folder: Path) -> None:
    try:
        origin = mini_root(course)
    except CoursepackError:  # a course without the bundled data has notebooks that do not need it
        return
    checked = False
    for path in sorted((origin / "MNIST" / "raw").glob("*-ubyte")):
        copy = folder / path.relative_to(origin)
        content = path.read_bytes()
        if copy.is_file() and copy.read_bytes() == content:
            continue
        if not checked:
            check_mnist(origin, "the bundled mini set", RESTORE)
            checked = True
        make_folder(copy.parent)
        write_at_once(copy, content)
