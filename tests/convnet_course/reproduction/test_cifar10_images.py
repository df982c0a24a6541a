"""Is CIFAR-10 found where the notebooks look for it, and are rows in steps trained on it as they say?"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from torch import nn

from convnet_course.__main__ import main
from convnet_course.reproduction import cifar10_images
from convnet_course.reproduction.cifar10_images import CLASSES, load_cifar
from convnet_course.reproduction.experiment import Steps
from convnet_course.reproduction.experiments import select_experiments
from convnet_course.reproduction.images import Data, Split
from convnet_course.reproduction.results_file import read_results
from convnet_course.reproduction.train import batches, train
from coursepack.course import Course
from coursepack.errors import CoursepackError

CPU = torch.device("cpu")
EXPERIMENTS = select_experiments(["ps3-MLP", "ps3-DeepMLP", "ConvNet"])


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A root where two training images and one test image of each class pass for the full set."""
    monkeypatch.setattr(cifar10_images, "FULL", {"train": 2, "test": 1})
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_pictures(root: Path, ending: str, size: int = 32) -> None:
    for part, count in (("train", 2), ("test", 1)):
        for label, name in enumerate(CLASSES):
            folder = root / "cifar10" / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                picture = np.full((size, size, 3), (10 * label, 100, 200), np.uint8)
                Image.fromarray(picture).save(folder / f"{number}{ending}")


def as_torchvision(root: str, train: bool, download: bool) -> object:
    assert download
    labels = [label for label in range(10) for _ in range(2 if train else 1)]
    images = np.stack([np.full((32, 32, 3), label, np.uint8) for label in labels])
    return type("Cifar", (), {"data": images, "targets": labels})()


@pytest.mark.parametrize(
    ("ending", "origin"), [(".jpg", "CIFAR-10 as JPEG copies"), (".png", "CIFAR-10 from an image folder")]
)
def test_is_a_folder_of_pictures_found(few: Path, ending: str, origin: str) -> None:
    write_pictures(few, ending)
    data = load_cifar(CPU)
    assert data.origin == origin
    assert data.train.images.shape == (20, 3, 32, 32)
    assert data.train.images.dtype == torch.uint8
    assert data.test.labels.tolist() == list(range(10))


def test_is_the_mean_colour_of_the_training_images_taken_off(few: Path) -> None:
    write_pictures(few, ".png")
    images, labels = load_cifar(CPU).scaled(5).test.batch(torch.tensor([9, 0]))
    assert labels.tolist() == [9, 0]
    assert images[:, :, 3, 4].tolist() == [[9, 0, 0], [-9, 0, 0]]


def test_is_data_in_the_working_directory_found(few: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pictures(few / "data", ".jpeg")
    monkeypatch.delenv("COURSE_DATA")
    assert load_cifar(CPU).origin == "CIFAR-10 as JPEG copies"


def test_is_torchvision_asked_last(few: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torchvision.datasets, "CIFAR10", as_torchvision)
    data = load_cifar(CPU)
    assert data.origin == "CIFAR-10 from torchvision"
    assert data.train.images[2, :, 0, 0].tolist() == [1, 1, 1]


def test_is_a_failed_download_told(few: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no connection")

    monkeypatch.setattr(torchvision.datasets, "CIFAR10", fail)
    with pytest.raises(CoursepackError, match="could not be had: no connection"):
        load_cifar(CPU)


@pytest.mark.parametrize("fault", ["a class is missing", "a picture is missing", "pictures are too large", "no test"])
def test_is_half_a_set_refused(few: Path, fault: str) -> None:
    write_pictures(few, ".png", 33 if fault == "pictures are too large" else 32)
    train = few / "cifar10" / "train"
    if fault == "a class is missing":
        (train / "dog").rename(train / "hound")
    if fault == "a picture is missing":
        (train / "cat" / "0.png").unlink()
    if fault == "no test":
        (few / "cifar10" / "test").rename(few / "cifar10" / "rest")
    with pytest.raises(CoursepackError, match="for the full CIFAR-10"):
        load_cifar(CPU)


def test_does_every_image_come_once_before_any_comes_twice() -> None:
    chosen = batches(10, 4, torch.Generator().manual_seed(0))
    first, second, third = (next(chosen).tolist() for _ in range(3))
    assert len({*first, *second}) == 8
    assert len(third) == 4
    assert len({*third, *next(chosen).tolist()}) == 8


def test_has_a_part_of_sorted_images_all_classes() -> None:
    labels = torch.arange(10).repeat_interleave(8)
    part = Split(torch.zeros(80, 3, 32, 32), labels).part(20)
    assert torch.bincount(part.labels).tolist() == [2] * 10
    assert len(Split(torch.zeros(80, 3, 32, 32), labels).part(80).labels) == 80


def still(seed: int, images: int) -> Data:
    """Images whose brightness tells their class."""
    labels = torch.arange(images) % 10
    noise = torch.randint(0, 20, (images, 3, 32, 32), generator=torch.Generator().manual_seed(seed))
    split = Split((noise + 20 * labels.view(-1, 1, 1, 1)).to(torch.uint8), labels, torch.full((3, 1, 1), 100.0))
    return Data("brightness", split, split)


def test_are_losses_and_accuracies_measured_every_so_many_steps() -> None:
    (experiment,) = select_experiments(["ps3-DeepMLP"])
    experiment = dataclasses.replace(experiment, steps=Steps(30, 0.002, every=10, part=20), batch_size=50)
    ticks: list[int] = []
    outcome = train(experiment, 0, still(0, 200), lambda: ticks.append(1))
    assert len(ticks) == len(outcome.losses) == len(outcome.test_losses) == len(outcome.accuracies) == 3
    assert outcome.training_accuracies[-1] == outcome.training_accuracy
    assert outcome.accuracies[-1] > 15
    assert outcome.test_losses[-1] < outcome.test_losses[0]
    assert train(experiment, 0, still(0, 200)).test_losses == outcome.test_losses
    assert train(experiment, 1, still(0, 200)).test_losses != outcome.test_losses


def test_is_plain_gradient_descent_plain() -> None:
    (experiment,) = select_experiments(["ps3-MLP"])
    data = still(0, 50)

    def flat() -> nn.Module:
        network = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))
        for each in network.parameters():
            nn.init.zeros_(each)
        return network

    experiment = dataclasses.replace(experiment, build=flat, steps=Steps(2, 1e-6, every=1, part=50), batch_size=50)
    outcome = train(experiment, 0, data)
    network = flat()
    images, labels = data.train.batch(slice(None))
    for expected in outcome.losses:
        nn.functional.cross_entropy(network(images), labels).backward()
        with torch.no_grad():
            for each in network.parameters():
                assert each.grad is not None
                each -= 1e-6 * each.grad
                each.grad = None
            assert nn.functional.cross_entropy(network(images), labels).item() == pytest.approx(expected, rel=1e-5)


def test_does_a_quick_look_run_the_rows_in_steps(
    course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    into = tmp_path / "look"
    arguments = [*(experiment.name for experiment in EXPERIMENTS), "--quick", "--device", "cpu", "--into", str(into)]
    monkeypatch.setattr("sys.argv", ["coursepack", "reproduce", *arguments, "--course", str(course.root)])
    monkeypatch.chdir(course.root)
    with pytest.raises(SystemExit) as exit_:
        main()
    assert not exit_.value.code
    runs = read_results(into)
    assert [(run.experiment, len(run.outcome.test_losses)) for run in runs] == [
        (experiment.name, 2) for experiment in EXPERIMENTS
    ]
    assert {run.data for run in runs} == {"coloured shapes"}
    assert (into / "results_cifar_convnet.png").exists()
