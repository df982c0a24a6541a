"""Is a free design asked for what every classifier must do, and are the images it is scored on held back?"""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from convnet_course import scoring_sets
from convnet_course.datasets.mnist import MEAN, STD, load_mini_mnist
from convnet_course.holdout import load_holdout
from coursepack.checks import CheckFailed, free_design, training
from coursepack.checks.gates import Gate
from coursepack.course import Course
from coursepack.subject import LocalSubject


class Free(nn.Module):
    """A classifier of any kind, with a switch for one mistake each."""

    def __init__(self, mistake: str = "") -> None:
        super().__init__()
        self.mistake = mistake
        self.conv, self.norm, self.output = nn.Conv2d(1, 4, 5, stride=4), nn.BatchNorm2d(4), nn.Linear(144, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        x = F.batch_norm(x, None, None, training=True) if self.mistake == "batch statistics" else self.norm(x)
        x = F.dropout(x, 0.5) if self.mistake == "dropout stays on" else x
        scores = self.output(F.relu(x).flatten(1))
        return {
            "one score": scores[:, :1],
            "squeeze": scores.squeeze(),
            "softmax over the batch": scores.softmax(0),
            "infinite": scores / 0,
            "log-probabilities": scores.log_softmax(1),
        }.get(self.mistake, scores)


@pytest.mark.parametrize("way", ["", "log-probabilities"])
def test_does_a_classifier_of_any_kind_pass(way: str) -> None:
    free_design.assert_classifier(LocalSubject({"Free": Free}).module("Free", way), (1, 28, 28), classes=10)


@pytest.mark.parametrize(
    ("mistake", "reason"),
    [
        ("one score", "shape of the output"),
        ("squeeze", "batch of 1: shape of the output"),
        ("infinite", "finite"),
        ("batch statistics", "alone and in a batch"),
        ("dropout stays on", "alone and in a batch"),
        ("softmax over the batch", "alone and in a batch"),
    ],
)
def test_does_what_is_no_classifier_fail(mistake: str, reason: str) -> None:
    with pytest.raises(CheckFailed, match=reason):
        free_design.assert_classifier(LocalSubject({"Free": Free}).module("Free", mistake), (1, 28, 28), classes=10)


def test_are_the_held_back_images_balanced_and_not_in_the_mini_set() -> None:
    images, labels = load_holdout()
    assert images.shape == (1000, 28, 28)
    assert (np.bincount(labels) == 100).all()
    given = {image.tobytes() for split in ("train", "test") for image in load_mini_mnist(split)[0]}
    assert not given & {image.tobytes() for image in images}


def test_does_the_script_draw_other_images_than_the_mini_set(
    repository: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(repository.root / "scripts"))
    path = repository.root / "scripts" / "make_held_back.py"
    spec = importlib.util.spec_from_file_location("make_held_back", path)
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    labels = np.random.default_rng(0).integers(0, 10, 10_000).astype(np.uint8)
    mini, held_back = script.split_test(labels, labels)
    assert len(set(mini) & set(held_back)) == 0
    assert (np.bincount(labels[held_back]) == 100).all()
    sys.modules.pop("make_mnist_mini", None)


def test_does_the_held_back_score_need_no_image_of_the_mini_set() -> None:
    """A network that knows the mini set's test images by heart, and nothing else, stays at chance."""
    images, labels = load_mini_mnist("test")
    known = torch.from_numpy((images[:, None].astype(np.float32) / 255 - MEAN) / STD).flatten(1).double()
    answers = F.one_hot(torch.from_numpy(labels.astype(np.int64)), 10).double()

    class ByHeart(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.nothing = nn.Parameter(torch.zeros(1))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            found = (torch.cdist(x.flatten(1).double(), known) < 1e-2).double()
            return found @ answers + self.nothing

    student = LocalSubject({"model": ByHeart(), "train_network": lambda network, seed: ByHeart(), "ByHeart": ByHeart})
    gate = Gate(threshold=0.5, tries=1)
    with pytest.raises(CheckFailed, match="accuracy"):
        training.assert_accuracy(
            student,
            "model",
            gate,
            test_set=scoring_sets.holdout_mnist,
            retrain=("train_network", "ByHeart"),
            frozen_layers_allowed=True,
        )


def test_is_a_network_judged_that_learns_above_a_cut() -> None:
    class Cut(nn.Sequential):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self[1](F.relu(self[0](x.flatten(1))).detach())

    student = LocalSubject({"model": Cut(nn.Linear(784, 30), nn.Linear(30, 10))})
    with pytest.raises(CheckFailed, match=r"gradients in training(.|\n)*none for layer 1"):
        training.assert_accuracy(
            student, "model", Gate(0.0, 1), test_set=scoring_sets.mini_mnist, retrain=("train_network", "Cut")
        )


def test_do_the_packed_files_travel_with_the_package(repository: Course) -> None:
    folder = repository.root / "convnet_course" / "holdout"
    assert {path.name for path in folder.glob("*.gz")} == {"images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"}
