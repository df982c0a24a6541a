"""Is the right set of photographs found, a damaged one named with a remedy, an unequal one told?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torchvision
from PIL import Image

from convnet_course.__main__ import data
from convnet_course.datasets import cifar10
from convnet_course.datasets.synthetic_shapes import write_shapes
from coursepack.errors import CoursepackError


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no $COURSE_DATA."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COURSE_DATA", raising=False)
    return tmp_path


def write_folder(root: Path, classes: tuple[str, ...] = ("cat", "frog"), count: int = 3) -> Path:
    for part in cifar10.PARTS:
        for name in classes:
            folder = root / "cifar10" / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                Image.new("RGB", (32, 32), (number, 40, 200)).save(folder / f"{number}.{'png' if number else 'jpg'}")
    return root / "cifar10"


def test_is_a_download_announced_where_there_is_nothing(elsewhere: Path) -> None:
    assert cifar10.find_photographs() is None
    said = cifar10.describe_photographs()
    assert "downloads CIFAR-10 (170 MB) into ./data" in said and "python -m convnet_course data --shapes" in said


def test_does_a_folder_of_pictures_come_first(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shapes(Path("data"))
    assert "generated shapes in 10 classes, 3,000 training and 800 test" in cifar10.describe_photographs()
    write_folder(Path("data"))
    assert cifar10.describe_photographs() == (
        "photographs: pictures in 2 classes, 6 training and 6 test images (data/cifar10)"
    )
    monkeypatch.setenv("COURSE_DATA", str(elsewhere / "named"))
    assert "into " + str(elsewhere / "named") in cifar10.describe_photographs()
    write_folder(elsewhere / "named", count=2)
    assert "4 training and 4 test images" in cifar10.describe_photographs()


def test_is_the_whole_of_cifar_recognised(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(Path("data"), tuple("abcdefghij"), count=1)
    monkeypatch.setattr(cifar10, "FULL_SIZE", {"train": 10, "test": 10})
    assert "all of CIFAR-10 as pictures" in cifar10.describe_photographs()


def test_is_a_class_with_fewer_pictures_told(elsewhere: Path) -> None:
    (write_folder(Path("data")) / "train" / "frog" / "2.png").unlink()
    assert "note: in train, frog 2 pictures; the largest class has 3" in cifar10.describe_photographs()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: move(folder / "test"), r"test: the folder is missing"),
        (lambda folder: move(folder / "train" / "frog"), r"cifar10: missing class folders: train/frog"),
        (lambda folder: move(folder / "test" / "cat"), r"missing class folders: test/cat"),
        (lambda folder: empty(folder / "train" / "cat"), r"cat: a class folder has no pictures"),
        (lambda folder: shorten(folder / "test" / "cat" / "0.jpg"), r"cat: 1 of 3 pictures are truncated, 0.jpg"),
        (lambda folder: shorten(folder / "train" / "frog" / "2.png"), r"frog: 1 of 3 pictures are truncated, 2.png"),
        (lambda folder: (folder / "train" / "cat" / "1.png").write_bytes(b""), r"truncated, 1.png"),
        (lambda folder: [move(path) for path in (folder / "test").iterdir()], r"test: there are no class folders"),
    ],
)
def test_is_a_damaged_folder_named_with_a_remedy(elsewhere: Path, damage: Any, said: str) -> None:
    damage(write_folder(Path("data")))
    with pytest.raises(CoursepackError, match=rf"{said}(.|\n)*remedy: copy the pictures again"):
        cifar10.find_photographs()


def move(path: Path) -> None:
    path.rename(Path("elsewhere-" + path.name))


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def test_are_damaged_shapes_told(elsewhere: Path) -> None:
    write_shapes(Path("data"))
    shorten(Path("data") / "shapes" / "test-images.npy")
    with pytest.raises(CoursepackError, match=r"shapes: the test shapes are damaged\n  remedy: delete"):
        cifar10.find_photographs()


def test_is_torchvisions_copy_found_or_its_damage_told(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (Path("data") / "cifar-10-batches-py").mkdir(parents=True)
    with pytest.raises(CoursepackError, match=r"cifar-10-batches-py: CIFAR-10 is damaged\n  remedy: delete"):
        cifar10.find_photographs()
    monkeypatch.setattr(torchvision.datasets, "CIFAR10", lambda root, train, download: range(7 if train else 5))
    assert "as torchvision keeps it, 7 training and 5 test" in cifar10.describe_photographs()


def test_does_the_command_write_the_shapes_and_say_so(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data(fetch=False, shapes=True)
    assert "photographs: generated shapes in 10 classes" in capsys.readouterr().out
    assert (elsewhere / "data" / "shapes" / "test-labels.npy").is_file()
