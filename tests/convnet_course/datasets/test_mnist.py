"""Is the right data set found, a damaged one refused with place and remedy, a broken download forgotten?"""

from __future__ import annotations

import hashlib
import runpy
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torchvision

from convnet_course.__main__ import main
from convnet_course.datasets import cifar10, mnist
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
    said = mnist.describe_data()
    assert "3,000 training and 800 test images, from the bundled mini set" in said
    assert "python -m convnet_course data --fetch" in said


def test_is_a_full_set_described_in_one_line(elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(mini, elsewhere / "data")
    assert "for the full set: delete the folder MNIST" in mnist.describe_data()
    monkeypatch.setattr(mnist, "FULL_SIZE", {"train": 3_000, "test": 800})
    assert mnist.describe_data().startswith("data: the full MNIST") and "\n" not in mnist.describe_data()


def test_does_a_local_folder_come_before_the_mini_set(elsewhere: Path, mini: Path) -> None:
    put(mini, elsewhere / "data")
    assert mnist.find_mnist().origin == "./data"


def test_does_course_data_come_first(elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(mini, elsewhere / "data")
    monkeypatch.setenv("COURSE_DATA", str(put(mini, elsewhere / "named")))
    assert mnist.find_mnist().origin == "$COURSE_DATA"


def test_is_a_wrong_course_data_an_error_and_not_passed_over(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(elsewhere / "nowhere"))
    with pytest.raises(CoursepackError, match=r"nowhere.*\$COURSE_DATA contains no MNIST(.|\n)*remedy"):
        mnist.find_mnist()


def test_is_a_home_folder_in_course_data_understood(
    elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(mini, elsewhere / "digits")
    monkeypatch.setenv("HOME", str(elsewhere))
    monkeypatch.setenv("COURSE_DATA", "~/digits")
    assert mnist.find_mnist().root == elsewhere / "digits"


def test_is_damage_below_course_data_mended_there(elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(put(mini, elsewhere / "named")))
    shorten(elsewhere / "named" / RAW / LABELS)
    with pytest.raises(CoursepackError, match=rf"named.*{LABELS}: 3,007 bytes, but .* 3,008\n(.|\n)*\$COURSE_DATA"):
        mnist.find_mnist()


@pytest.mark.parametrize(("split", "size"), [("train", 3_000), ("test", 800)])
def test_does_the_judge_read_the_mini_set_from_any_folder(elsewhere: Path, split: str, size: int) -> None:
    images, labels = mnist.load_mini_mnist(split)
    assert (images.shape, images.dtype) == ((size, 28, 28), np.uint8)
    assert np.bincount(labels).tolist() == [size // 10] * 10


def test_does_the_judge_read_the_mini_set_of_the_course(elsewhere: Path, mini: Path) -> None:
    copy = put(mini, elsewhere / "course" / "data" / "mnist_mini")
    shorten(copy / RAW / IMAGES)
    with pytest.raises(CoursepackError, match=rf"course.*{IMAGES}(.|\n)*remedy: restore"):
        mnist.load_mini_mnist("test", Course(elsewhere / "course"))


def test_does_the_script_give_the_same_draw_every_time(elsewhere: Path, mini: Path) -> None:
    script = mini.parents[1] / "scripts" / "make_mnist_mini.py"
    module = runpy.run_path(str(script))
    labels = np.repeat(np.arange(10, dtype=np.uint8), 40)
    first, second = (module["choose"](labels, 5, np.random.default_rng(module["SEED"])) for _ in range(2))
    assert first.tolist() == second.tolist()
    assert np.bincount(labels[first]).tolist() == [5] * 10
    assert len(set(first.tolist())) == 50
    assert (np.diff(labels[first].astype(int)) < 0).any(), "drawn, but not shuffled"


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
        mnist.find_mnist()


def test_are_files_that_do_not_belong_together_refused(elsewhere: Path, mini: Path) -> None:
    folder = put(mini, elsewhere / "data") / RAW
    shutil.copy(folder / "t10k-labels-idx1-ubyte", folder / LABELS)
    with pytest.raises(CoursepackError, match="800 labels for 3,000 images"):
        mnist.find_mnist()


def test_is_a_label_above_nine_refused(elsewhere: Path, mini: Path) -> None:
    path = put(mini, elsewhere / "data") / RAW / LABELS
    path.write_bytes(path.read_bytes()[:-1] + b"\x0a")
    with pytest.raises(CoursepackError, match="a label of 10"):
        mnist.find_mnist()


def test_is_a_failed_download_told_when_the_mini_set_stands_in(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(root: str, train: bool, download: bool) -> None:
        raise OSError("no route")

    monkeypatch.setattr(torchvision.datasets, "MNIST", fails)
    found = mnist.find_mnist(download=True)
    assert "the bundled mini set, as MNIST could not be downloaded: no route" in str(found)
    assert not (elsewhere / "data" / "MNIST").exists()


def test_does_a_download_come_before_the_mini_set(elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(root: str, train: bool, download: bool) -> None:
        shutil.copytree(mini, root, dirs_exist_ok=True)

    monkeypatch.setattr(torchvision.datasets, "MNIST", whole)
    monkeypatch.setattr(mnist, "FULL_SIZE", {"train": 3_000, "test": 800})
    assert mnist.find_mnist(download=True).origin == "torchvision's download"


def test_is_a_partial_set_not_taken_for_the_fetched_one(elsewhere: Path, mini: Path) -> None:
    put(mini, elsewhere / "data")
    with pytest.raises(CoursepackError, match=r"MNIST: a part of MNIST is already here\n  remedy: delete"):
        mnist.fetch_mnist(elsewhere / "data")


def test_is_a_place_that_cannot_be_written_named(elsewhere: Path) -> None:
    (elsewhere / "data").write_text("a file")
    with pytest.raises(CoursepackError, match=r"data: cannot write(.|\n)*remedy"):
        mnist.fetch_mnist(elsewhere / "data")


def test_does_an_interrupted_download_leave_nothing(
    elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(root: str, train: bool, download: bool) -> None:
        put(mini, Path(root) / "x").joinpath(RAW).rename(Path(root) / "half")
        raise RuntimeError("connection lost")

    monkeypatch.setattr(torchvision.datasets, "MNIST", half)
    with pytest.raises(CoursepackError, match=r"connection lost(.|\n)*remedy"):
        mnist.fetch_mnist(elsewhere / "data")
    assert list((elsewhere / "data").iterdir()) == []


def test_does_ctrl_c_leave_nothing(elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(root: str, train: bool, download: bool) -> None:
        shutil.copytree(mini, root, dirs_exist_ok=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(torchvision.datasets, "MNIST", stopped)
    with pytest.raises(KeyboardInterrupt):
        mnist.fetch_mnist(elsewhere / "data")
    assert list((elsewhere / "data").iterdir()) == []


def test_is_a_download_that_is_not_the_full_set_refused(
    elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def partial(root: str, train: bool, download: bool) -> None:
        shutil.copytree(mini, root, dirs_exist_ok=True)

    monkeypatch.setattr(torchvision.datasets, "MNIST", partial)
    with pytest.raises(CoursepackError, match="not the full MNIST"):
        mnist.fetch_mnist(elsewhere / "data")
    assert list((elsewhere / "data").iterdir()) == []


def test_is_a_whole_download_kept(elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(root: str, train: bool, download: bool) -> None:
        shutil.copytree(mini, root, dirs_exist_ok=True)

    monkeypatch.setattr(torchvision.datasets, "MNIST", whole)
    monkeypatch.setattr(mnist, "FULL_SIZE", {"train": 3_000, "test": 800})
    mnist.fetch_mnist(elsewhere / "data")
    assert [path.name for path in (elsewhere / "data").iterdir()] == ["MNIST"]
    assert mnist.find_mnist().origin == "./data"


def test_is_a_wrong_course_data_one_message_and_exit_code_2(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE_DATA", "nowhere")
    monkeypatch.setattr("sys.argv", ["convnet_course", "data"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "COURSE_DATA" in capsys.readouterr().err


def test_are_all_notebooks_served_without_a_connection(
    elsewhere: Path, mini: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does the folder that `data --offline` names hold digits and pictures, so that neither is downloaded?"""
    put(mini, elsewhere / "data" / "mnist_mini")
    (elsewhere / "nbgrader_config.py").write_text("c = get_config()\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["convnet_course", "data", "--offline"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert "COURSE_DATA=.coursepack/data make lab" in capsys.readouterr().out
    monkeypatch.setenv("COURSE_DATA", ".coursepack/data")
    assert "3,000" in mnist.describe_data()
    assert "generated shapes in 10 classes" in cifar10.describe_photographs()
