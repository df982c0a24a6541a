"""Find the full data sets, on which worked notebooks show what their text says: `coursepack build --data full`."""

from __future__ import annotations

from pathlib import Path

from convnet_course.datasets import cifar10
from convnet_course.datasets.mnist import find_mnist
from coursepack.course import Course
from coursepack.errors import CoursepackError

# How a notebook asks torchvision for CIFAR-10; the others read MNIST.
READS_PHOTOGRAPHS = "datasets.CIFAR10("


def full_data(root: Path, assignment: str) -> tuple[Path, str]:
    """Return the folder of the data set that an assignment reads, in full, and what it holds.

    It is looked for where a notebook looks: in the folder that `$COURSE_DATA` names, else in `./data`.

    Args:
        root: the course folder.
        assignment: the assignment.

    Raises:
        CoursepackError: the data set is missing, damaged, or only a part of it.
    """
    course = Course(root)
    if READS_PHOTOGRAPHS in course.notebook("source", assignment).read_text(encoding="utf-8"):
        return _photographs()
    mnist = find_mnist(course)
    if not mnist.full:
        remedy = "run `python -m convnet_course data --fetch`, or let $COURSE_DATA name the folder of the full MNIST"
        what = f"only a part of MNIST is here, from {mnist.origin}"
        raise CoursepackError(what, where=str(mnist.root), remedy=remedy)
    return mnist.root.resolve(), _holds("MNIST", mnist.train, mnist.test)


def _photographs() -> tuple[Path, str]:
    found = cifar10.find_photographs()
    if found is None or {"train": found.train, "test": found.test} != cifar10.FULL_SIZE:
        where = "$COURSE_DATA or ./data" if found is None else str(found.root)
        remedy = "let $COURSE_DATA name a folder that holds cifar10/{train,test}/CLASS, or torchvision's own copy"
        raise CoursepackError("the full CIFAR-10 is not here", where=where, remedy=remedy)
    # Of a folder of pictures, `root` is cifar10/ itself.
    root = found.root.parent if found.root.name == "cifar10" else found.root
    holds = _holds("CIFAR-10", found.train, found.test)
    # Its photographs come without a licence.
    return root.resolve(), f"{holds}. Where photographs would be shown, it shows a run on generated shapes"


def _holds(name: str, train: int, test: int) -> str:
    return f"the full {name}: {train:,} training and {test:,} test images"
