"""Finding, checking and fetching MNIST.

Search order: `$COURSE_DATA`, `./data`, torchvision's download, the bundled mini set. A folder is a torchvision root: it
holds MNIST/raw with four uncompressed IDX files (format: http://yann.lecun.com/exdb/mnist/).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from coursepack.course import CONFIG_NAME, Course
from coursepack.errors import CoursepackError

Bytes = npt.NDArray[np.uint8]

IMAGES_MAGIC, LABELS_MAGIC = 0x00000803, 0x00000801
PREFIX = {"train": "train", "test": "t10k"}
FULL_SIZE = {"train": 60_000, "test": 10_000}
REFETCH = "delete the folder MNIST and run `coursepack data --fetch`, or copy the files anew"


@dataclass(frozen=True)
class DataSet:
    """A checked MNIST.

    Attributes:
        root: torchvision root folder.
        origin: which step of the search found it, for people.
        train: number of training images.
        test: number of test images.
    """

    root: Path
    origin: str
    train: int
    test: int

    def __str__(self) -> str:
        whole = "the full MNIST" if (self.train, self.test) == tuple(FULL_SIZE.values()) else "a part of MNIST"
        return f"data: {whole}, {self.train:,} training and {self.test:,} test images, from {self.origin} ({self.root})"


def read_idx(path: Path, magic: int) -> Bytes:
    """Return the array in an IDX file.

    Args:
        path: the file.
        magic: `IMAGES_MAGIC` (three dimensions: images, height, width) or `LABELS_MAGIC` (one dimension).

    Returns:
        uint8 array of the shape that the header gives.

    Raises:
        CoursepackError: the file is missing, of another kind, cut short, or longer than its header says.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CoursepackError(f"cannot read it: {error.strerror}", where=str(path), remedy=REFETCH) from error
    dimensions = magic & 0xFF
    head = 4 + 4 * dimensions
    if len(content) < head or struct.unpack(">I", content[:4])[0] != magic:
        raise CoursepackError(f"not an IDX file of kind 0x{magic:08x}", where=str(path), remedy=REFETCH)
    shape = struct.unpack(f">{dimensions}I", content[4:head])
    expected = head + int(np.prod(shape, dtype=np.int64))
    if len(content) != expected:
        fault = f"{len(content):,} bytes where its header announces {expected:,}"
        raise CoursepackError(fault, where=str(path), remedy=REFETCH)
    return np.frombuffer(content, np.uint8, offset=head).reshape(shape)


def load_split(root: Path, split: str) -> tuple[Bytes, Bytes]:
    """Return images (N, 28, 28) and labels (N,), both uint8, of "train" or "test" after checking that they fit.

    Raises:
        CoursepackError: a file is damaged, counts differ, images are not 28×28, or a label is above 9.
    """
    folder = root / "MNIST" / "raw"
    images_path = folder / f"{PREFIX[split]}-images-idx3-ubyte"
    labels_path = folder / f"{PREFIX[split]}-labels-idx1-ubyte"
    images, labels = read_idx(images_path, IMAGES_MAGIC), read_idx(labels_path, LABELS_MAGIC)
    if images.shape[1:] != (28, 28) or not len(images):
        raise CoursepackError(
            f"images of shape {images.shape}, not (N, 28, 28)", where=str(images_path), remedy=REFETCH
        )
    if len(images) != len(labels):
        fault = f"{len(labels):,} labels for {len(images):,} images"
        raise CoursepackError(fault, where=str(labels_path), remedy=REFETCH)
    if labels.max() > 9:
        raise CoursepackError(f"a label of {labels.max()}, above 9", where=str(labels_path), remedy=REFETCH)
    return images, labels


def check_mnist(root: Path, origin: str) -> DataSet:
    """Check all four files below a torchvision root and return what is there."""
    return DataSet(root, origin, len(load_split(root, "train")[0]), len(load_split(root, "test")[0]))


def mini_root(course: Course | None = None) -> Path:
    """Return the torchvision root of the bundled mini set.

    It is looked for in the given course, in the course of the working directory, and beside the package.

    Raises:
        CoursepackError: it is in none of them.
    """
    roots = [course.root] if course else []
    with contextlib.suppress(CoursepackError):
        roots.append(Course.find().root)
    roots.append(Path(__file__).resolve().parents[1])
    for root in roots:
        if (root / "data" / "mnist_mini" / "MNIST").is_dir():
            return root / "data" / "mnist_mini"
    raise CoursepackError(
        "the bundled mini MNIST is missing",
        where=str(roots[0] / "data" / "mnist_mini"),
        remedy=f"restore data/mnist_mini beside {CONFIG_NAME} from the repository",
    )


def load_mini_mnist(split: str, course: Course | None = None) -> tuple[Bytes, Bytes]:
    """Return images (N, 28, 28) and labels (N,), both uint8, of the bundled mini set's "train" or "test" part."""
    return load_split(mini_root(course), split)


def find_mnist(course: Course | None = None, *, download: bool = False) -> DataSet:
    """Return the MNIST that comes first in the search order.

    Args:
        course: where the mini set is looked for.
        download: whether to try torchvision's download before falling back on the mini set.

    Raises:
        CoursepackError: a set that was found is damaged (it is never passed over in silence), or there is none.
    """
    named = os.environ.get("COURSE_DATA")
    if named:
        if not (Path(named) / "MNIST" / "raw").is_dir():
            remedy = "let $COURSE_DATA name the folder that holds MNIST/raw, or unset it"
            raise CoursepackError("$COURSE_DATA holds no MNIST/raw", where=named, remedy=remedy)
        return check_mnist(Path(named), "$COURSE_DATA")
    if (Path("data") / "MNIST").exists():
        return check_mnist(Path("data"), "./data")
    if download:
        with contextlib.suppress(CoursepackError):
            fetch_mnist(Path("data"))
            return check_mnist(Path("data"), "torchvision's download")
    return check_mnist(mini_root(course), "the bundled mini set")


def describe_data() -> str:
    """Return one line that says which MNIST a notebook will use now."""
    return str(find_mnist())


def fetch_mnist(folder: Path) -> None:
    """Download the full MNIST through torchvision into a torchvision root.

    The download goes into a temporary folder beside its place and is moved there when it is whole: an interrupted one
    leaves nothing that could later pass for a data set.

    Raises:
        CoursepackError: there is a data set already that is damaged, or the download failed.
    """
    target = folder / "MNIST"
    if target.exists():
        check_mnist(folder, str(folder))
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".mnist-", dir=folder) as waiting:
        _download(Path(waiting))
        for split, size in FULL_SIZE.items():
            if len(load_split(Path(waiting), split)[0]) != size:
                raise CoursepackError("the download is not the full MNIST", where=str(folder), remedy="try again")
        shutil.move(str(Path(waiting) / "MNIST"), target)


def _download(root: Path) -> None:
    from torchvision.datasets import MNIST

    errors: tuple[type[Exception], ...] = (OSError, RuntimeError)
    try:
        for train in (True, False):
            _: Any = MNIST(str(root), train=train, download=True)
    except errors as error:
        remedy = "check the connection and try again; without it the bundled mini set is used"
        raise CoursepackError(f"MNIST could not be downloaded: {error}", where=str(root), remedy=remedy) from error
