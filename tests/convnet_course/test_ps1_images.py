"""Does problem set 1 show the images as torchvision reads them, and fetch those that are not there?"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torchvision
from visible_cells import COURSE, quietly, solved

from convnet_course.datasets.mnist import mini_root


def given(data: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the names after the first cells, with the data in a folder."""
    monkeypatch.setenv("COURSE_DATA", str(data))
    names: dict[str, Any] = {}
    for cell in ("setup", "load-images"):
        quietly(solved("ps1_conv_filters")[cell].source, names)
    return names


def test_are_digits_and_labels_those_that_torchvision_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Does counting from the end of the files give the same images and labels, without torchvision?"""
    root = mini_root(COURSE)
    expected = torchvision.datasets.MNIST(str(root), train=False)
    names = given(root, monkeypatch)
    assert np.array_equal(names["digits"], expected.data.numpy())
    assert np.array_equal(names["labels"], expected.targets.numpy())
    assert "torchvision" not in names


@pytest.mark.parametrize("missing", ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", ""])
def test_does_torchvision_fetch_what_is_missing(missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is it asked where one of the files or the whole folder is missing, for the place where the notebook looks?"""
    data, files = tmp_path / "data", mini_root(COURSE)
    if missing:
        shutil.copytree(files, data)
        (data / "MNIST" / "raw" / missing).unlink()

    def fetch(root: str, *, train: bool, download: bool) -> None:
        assert (train, download) == (False, True)
        shutil.copytree(files, root, dirs_exist_ok=True)

    monkeypatch.setattr(torchvision.datasets, "MNIST", fetch)
    assert len(given(data, monkeypatch)["digits"]) == len(given(files, monkeypatch)["digits"])
