"""Is the right data set found, a damaged one refused with place and remedy, a broken download forgotten?"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torchvision

from coursepack import data
from coursepack.course import Course
from coursepack.errors import CoursepackError

RAW = Path("MNIST") / "raw"
LABELS = "train-labels-idx1-ubyte"
IMAGES = "t10k-images-idx3-ubyte"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no $COURSE_DATA."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSE_DATA", raising=False)
    return tmp_path


@pytest.fixture
def mini(repository: Course) -> Path:
    return repository.root / "data" / "mnist_mini"


def put(mini: Path, root: Path) -> Path:
    shutil.copytree(mini, root)
    return root


def test_is_the_mini_set_the_last_resort(elsewhere: Path) -> None:
    assert "from the bundled mini set" in data.describe_data()


def test_does_a_local_folder_come_before_the_mini_set(elsewhere: Path, mini: Path) -> None:
    put(mini, elsewhere / "data")
    assert data.find_mnist().origin == "./data"


def test_does_course_data_come_first(elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(mini, elsewhere / "data")
    monkeypatch.setenv("COURSE_DATA", str(put(mini, elsewhere / "named")))
    assert data.find_mnist().origin == "$COURSE_DATA"


def test_is_a_wrong_course_data_an_error_and_not_passed_over(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(elsewhere / "nowhere"))
    with pytest.raises(CoursepackError, match=r"nowhere.*\$COURSE_DATA holds no MNIST(.|\n)*remedy"):
        data.find_mnist()


def test_does_torchvision_find_the_mini_set_without_downloading(mini: Path) -> None:
    for train, size in ((True, 3_000), (False, 800)):
        found = torchvision.datasets.MNIST(str(mini), train=train, download=True)
        assert len(found) == size
        assert np.bincount(found.targets.numpy()).tolist() == [size // 10] * 10


def test_are_the_mini_sets_files_the_ones_that_were_made(mini: Path) -> None:
    for line in (mini / RAW / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split()
        assert hashlib.sha256((mini / RAW / name).read_bytes()).hexdigest() == digest, name


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def swap_kind(path: Path) -> None:
    path.write_bytes(b"\x1f\x8b\x08\x00" + path.read_bytes()[4:])


@pytest.mark.parametrize("name", [LABELS, IMAGES])
@pytest.mark.parametrize("damage", [shorten, lengthen, empty, swap_kind, Path.unlink])
def test_is_a_damaged_file_named_with_a_remedy(elsewhere: Path, mini: Path, name: str, damage: Any) -> None:
    damage(put(mini, elsewhere / "data") / RAW / name)
    with pytest.raises(CoursepackError, match=rf"{name}(.|\n)*remedy: .*--fetch"):
        data.find_mnist()


def test_are_files_that_do_not_belong_together_refused(elsewhere: Path, mini: Path) -> None:
    folder = put(mini, elsewhere / "data") / RAW
    shutil.copy(folder / "t10k-labels-idx1-ubyte", folder / LABELS)
    with pytest.raises(CoursepackError, match="800 labels for 3,000 images"):
        data.find_mnist()


def test_is_a_label_above_nine_refused(elsewhere: Path, mini: Path) -> None:
    path = put(mini, elsewhere / "data") / RAW / LABELS
    path.write_bytes(path.read_bytes()[:-1] + b"\x0a")
    with pytest.raises(CoursepackError, match="a label of 10"):
        data.find_mnist()


def test_does_an_interrupted_download_leave_nothing(
    elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(root: str, train: bool, download: bool) -> None:
        put(mini, Path(root) / "x").joinpath(RAW).rename(Path(root) / "half")
        raise RuntimeError("connection lost")

    monkeypatch.setattr(torchvision.datasets, "MNIST", half)
    with pytest.raises(CoursepackError, match=r"connection lost(.|\n)*remedy"):
        data.fetch_mnist(elsewhere / "data")
    assert list((elsewhere / "data").iterdir()) == []


def test_is_a_download_that_is_not_the_full_set_refused(
    elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def partial(root: str, train: bool, download: bool) -> None:
        shutil.copytree(mini, root, dirs_exist_ok=True)

    monkeypatch.setattr(torchvision.datasets, "MNIST", partial)
    with pytest.raises(CoursepackError, match="not the full MNIST"):
        data.fetch_mnist(elsewhere / "data")
    assert list((elsewhere / "data").iterdir()) == []


def test_is_a_whole_download_kept(elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(root: str, train: bool, download: bool) -> None:
        shutil.copytree(mini, root, dirs_exist_ok=True)

    monkeypatch.setattr(torchvision.datasets, "MNIST", whole)
    monkeypatch.setattr(data, "FULL_SIZE", {"train": 3_000, "test": 800})
    data.fetch_mnist(elsewhere / "data")
    assert [path.name for path in (elsewhere / "data").iterdir()] == ["MNIST"]
    assert data.find_mnist().origin == "./data"
