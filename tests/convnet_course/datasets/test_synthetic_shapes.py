"""Are the generated shapes the same everywhere, balanced, hard for a linear model, and put back where damaged?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from convnet_course.datasets import synthetic_shapes
from convnet_course.datasets.grading_data import grading_data
from coursepack.course import Course
from coursepack.errors import CoursepackError

RAW = Path("MNIST") / "raw"


@pytest.mark.parametrize(("part", "count"), [("train", 3_000), ("test", 800)])
def test_are_the_shapes_the_ones_that_were_measured(part: str, count: int) -> None:
    synthetic_shapes.load_shapes.cache_clear()
    images, labels = synthetic_shapes.load_shapes(part)
    assert (images.shape, images.dtype, labels.shape, labels.dtype) == (
        (count, 32, 32, 3),
        np.uint8,
        (count,),
        np.uint8,
    )
    assert np.bincount(labels).tolist() == [count // 10] * 10
    assert synthetic_shapes.fingerprint(images, labels) == synthetic_shapes.SHA256[part]
    assert not images.flags.writeable, "one caller could change them for all others"


def test_is_another_drawing_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(synthetic_shapes.SEEDS, "test", 1)
    synthetic_shapes.load_shapes.cache_clear()
    with pytest.raises(CoursepackError, match=r"not the ones that grading was measured on\n  remedy: please report"):
        synthetic_shapes.load_shapes("test")
    synthetic_shapes.load_shapes.cache_clear()


def test_do_training_and_test_images_differ() -> None:
    seen = {image.tobytes() for part in synthetic_shapes.COUNTS for image in synthetic_shapes.load_shapes(part)[0]}
    assert len(seen) == sum(synthetic_shapes.COUNTS.values())


def test_is_a_linear_model_not_enough() -> None:
    (x, y), (test_x, test_y) = (synthetic_shapes.load_shapes(part) for part in synthetic_shapes.COUNTS)
    x, test_x = (images.reshape(len(images), -1) / 255.0 - 0.4 for images in (x, test_x))
    reached = LogisticRegression(C=0.01, max_iter=300).fit(x, y).score(test_x, test_y)
    assert 0.4 < reached < 0.6


def test_does_the_folder_hold_shapes_and_digits(course: Course) -> None:
    folder = grading_data(course.root)
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    digits = sorted(str(path.relative_to(course.root / "data" / "mnist_mini")) for path in digit_files(course))
    parts = [f"shapes/{part}-{kind}.npy" for part in ("test", "train") for kind in ("images", "labels")]
    assert names == [*digits, "shapes/classes.txt", *parts]
    assert np.array_equal(np.load(folder / "shapes" / "test-images.npy"), synthetic_shapes.load_shapes("test")[0])
    assert (folder / "shapes" / "classes.txt").read_text().split() == list(synthetic_shapes.CLASSES)
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in folder.rglob("*")), "the jail's user must read them"


def digit_files(course: Course) -> list[Path]:
    return list((course.root / "data" / "mnist_mini" / RAW).glob("*-ubyte"))


def test_is_a_whole_folder_left_as_it_is(course: Course) -> None:
    folder = grading_data(course.root)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert grading_data(course.root) == folder
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def other_kind(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" + path.read_bytes())


@pytest.fixture(scope="module")
def whole(repository: Course) -> Path:
    return grading_data(repository.root)


@pytest.mark.parametrize("name", ["shapes/train-images.npy", "shapes/test-labels.npy", f"{RAW}/t10k-images-idx3-ubyte"])
@pytest.mark.parametrize("damage", [shorten, change, empty, other_kind, Path.unlink])
def test_is_a_damaged_file_put_back(course: Course, whole: Path, name: str, damage: Any) -> None:
    folder = course.root / ".coursepack" / "data"
    shutil.copytree(whole, folder)
    damage(folder / name)
    grading_data(course.root)
    assert (folder / name).read_bytes() == (whole / name).read_bytes()
    assert not [path for path in folder.rglob(".*") if path.is_file()], "left-overs"


def test_are_damaged_digits_of_the_course_told(course: Course) -> None:
    shorten(course.root / "data" / "mnist_mini" / RAW / "train-labels-idx1-ubyte")
    with pytest.raises(CoursepackError, match=r"train-labels-idx1-ubyte(.|\n)*remedy: restore"):
        grading_data(course.root)


def test_may_several_processes_ask_at_once(course: Course) -> None:
    code = (
        "import sys, pathlib; from convnet_course.datasets.synthetic_shapes import write_shapes; "
        "write_shapes(pathlib.Path(sys.argv[1]))"
    )

    def run(_: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, str(course.root)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(run, range(4)))
    assert [(result.returncode, result.stderr) for result in results] == [(0, "")] * 4
    assert all(synthetic_shapes.shapes_are_whole(course.root, part) for part in synthetic_shapes.COUNTS)


def test_is_a_place_that_cannot_be_written_named(course: Course) -> None:
    (course.root / ".coursepack").write_text("a file")
    with pytest.raises(CoursepackError, match=r"data: cannot write(.|\n)*remedy"):
        grading_data(course.root)
