"""CIFAR-10 in memory, as bytes, from where the notebooks look for it.

Search order: `$COURSE_DATA`, else `./data`; there the folder cifar10/{train,test}/CLASS of pictures, else torchvision's
own copy, which is downloaded if need be.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch
import torchvision

from convnet_course.datasets.idx import Bytes
from convnet_course.datasets.mnist import LOCAL
from convnet_course.datasets.synthetic_shapes import load_shapes
from convnet_course.reproduction.images import Data, Split
from coursepack.errors import CoursepackError

NAME = "CIFAR-10"
# Images of each class.
FULL = {"train": 5_000, "test": 1_000}
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
JPEG = {".jpg", ".jpeg"}
QUICK = "coloured shapes"
JPEG_COPIES = f"{NAME} as JPEG copies"


def load_cifar(device: torch.device, quick: bool = False) -> Data:
    """Return CIFAR-10, or for a quick look the coloured shapes that stand in for it.

    Raises:
        CoursepackError: what was found is not the whole CIFAR-10, or there is none and it cannot be downloaded.
    """
    if quick:
        return _data(QUICK, [load_shapes(part) for part in FULL], device)
    named = os.environ.get("COURSE_DATA")
    root = Path(named).expanduser() if named else LOCAL
    folder = root / "cifar10"
    if folder.is_dir():
        suffixes: set[str] = set()
        parts = [_read_folder(folder / part, part, suffixes) for part in FULL]
        origin = JPEG_COPIES if suffixes <= JPEG else f"{NAME} from an image folder"
        return _data(origin, parts, device)
    return _data(f"{NAME} from torchvision", [_fetch(root, part) for part in FULL], device)


def _data(origin: str, parts: list[tuple[Bytes, Bytes]], device: torch.device) -> Data:
    shift = torch.from_numpy(parts[0][0].mean(axis=(0, 1, 2))).float().view(3, 1, 1).to(device)
    train, test = (
        Split(
            torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).to(device),
            torch.from_numpy(labels.astype(np.int64)).to(device),
            shift,
        )
        for images, labels in parts
    )
    return Data(origin, train, test)


def _read_folder(folder: Path, part: str, suffixes: set[str]) -> tuple[Bytes, Bytes]:
    """Return images (N, 32, 32, 3) and labels (N,) of a folder of pictures, and add their endings to `suffixes`."""
    try:
        pictures = torchvision.datasets.ImageFolder(str(folder))
        images = np.stack([np.asarray(picture) for picture, _ in pictures])
    except (OSError, ValueError) as error:
        raise _not_whole(folder, str(error)) from error
    labels = np.array(pictures.targets, dtype=np.uint8)
    suffixes |= {Path(path).suffix.lower() for path, _ in pictures.samples}
    if tuple(pictures.classes) != CLASSES:
        raise _not_whole(folder, f"its classes are {', '.join(pictures.classes)}")
    return _whole(images, labels, part, folder)


def _fetch(root: Path, part: str) -> tuple[Bytes, Bytes]:
    errors: tuple[type[Exception], ...] = (OSError, RuntimeError, EOFError)
    try:
        cifar = torchvision.datasets.CIFAR10(str(root), train=part == "train", download=True)
    except errors as error:
        remedy = (
            "check the connection, let $COURSE_DATA name a folder that holds cifar10/{train,test}/CLASS, or --quick"
        )
        raise CoursepackError(f"{NAME} could not be had: {error}", where=str(root), remedy=remedy) from error
    return _whole(cifar.data, np.array(cifar.targets, dtype=np.uint8), part, root)


def _whole(images: Bytes, labels: Bytes, part: str, where: Path) -> tuple[Bytes, Bytes]:
    counts = np.bincount(labels, minlength=len(CLASSES))
    if images.shape[1:] != (32, 32, 3) or not (counts == FULL[part]).all():
        found = f"images of shape {images.shape[1:]}, {counts.min():,} to {counts.max():,} of a class"
        raise _not_whole(where, found)
    return images, labels


def _not_whole(where: Path, what: str) -> CoursepackError:
    remedy = "put the whole set there, or use --quick"
    return CoursepackError(f"the reference figures are for the full {NAME}: {what}", where=str(where), remedy=remedy)
