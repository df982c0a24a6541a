"""Is each assignment given the data set that it reads, in full, and is anything less refused?"""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from convnet_course.datasets import cifar10, mnist
from convnet_course.datasets.full_data import READS_PHOTOGRAPHS, full_data
from convnet_course.datasets.synthetic_shapes import write_shapes
from coursepack.course import Course
from coursepack.errors import CoursepackError


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that $COURSE_DATA names; empty."""
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    return tmp_path


def test_does_each_assignment_read_exactly_one_of_the_data_sets(repository: Course) -> None:
    for assignment in repository.assignments:
        source = repository.notebook("source", assignment).read_text(encoding="utf-8")
        assert (READS_PHOTOGRAPHS in source) != ("datasets.MNIST(" in source), assignment


def test_is_a_part_of_mnist_refused(repository: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(repository.root / "data" / "mnist_mini"))
    with pytest.raises(CoursepackError, match=r"only a part of MNIST is here, from \$COURSE_DATA"):
        full_data(repository.root, "ps2_mnist_cnn")


def test_is_the_full_mnist_given_and_described(repository: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository.root / "data" / "mnist_mini"
    monkeypatch.setenv("COURSE_DATA", str(root))
    monkeypatch.setattr(mnist, "FULL_SIZE", {"train": 3_000, "test": 800})
    holds = "the full MNIST: 3,000 training and 800 test images"
    assert full_data(repository.root, "ps2_mnist_cnn") == (root.resolve(), holds)


def test_are_generated_shapes_not_taken_for_photographs(repository: Course, named: Path) -> None:
    with pytest.raises(CoursepackError, match="the full CIFAR-10 is not here"):
        full_data(repository.root, "ps6_cifar_convnet")
    write_shapes(named)
    with pytest.raises(CoursepackError, match="the full CIFAR-10 is not here"):
        full_data(repository.root, "ps6_cifar_convnet")


def test_are_photographs_given_by_the_folder_that_notebooks_look_in(
    repository: Course, named: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("train/cat", "train/frog", "test/cat", "test/frog"):
        (named / "cifar10" / place).mkdir(parents=True)
        Image.new("RGB", (32, 32)).save(named / "cifar10" / place / "0.jpg")
    monkeypatch.setattr(cifar10, "FULL_SIZE", {"train": 2, "test": 2})
    folder, holds = full_data(repository.root, "ps6_cifar_convnet")
    assert folder == named.resolve()
    assert holds.startswith("the full CIFAR-10: 2 training and 2 test images.") and "generated shapes" in holds
