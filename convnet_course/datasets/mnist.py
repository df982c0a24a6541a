"""Find, check and download MNIST.

Search order: `$COURSE_DATA`, `./data`, torchvision's download, the bundled mini set. A folder is a torchvision root: it
holds MNIST/raw with four uncompressed IDX files (format: http://yann.lecun.com/exdb/mnist/).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convnet_course.datasets.idx import IMAGES_MAGIC, LABELS_MAGIC, Bytes, array_in
from coursepack.course import CONFIG_NAME, Course
from coursepack.errors import CoursepackError

PREFIX = {"train": "train", "test": "t10k"}
# Mean and standard deviation of all training pixels, scaled to [0, 1], as in torchvision's examples.
MEAN, STD = 0.1307, 0.3081
FULL_SIZE = {"train": 60_000, "test": 10_000}
# Where a notebook looks unless $COURSE_DATA says otherwise.
LOCAL = Path("data")
REFETCH = "delete the folder MNIST and run `python -m convnet_course data --fetch`, or copy the files again"
RESTORE = "restore the folder from the repository: git checkout -- data/mnist_mini"
RECOPY = "copy the files again into the folder that $COURSE_DATA names, or unset it"


@dataclass(frozen=True)
class DataSet:
    """A checked MNIST.

    Attributes:
        root: torchvision root folder.
        origin: which step of the search found it, for messages.
        train: number of training images.
        test: number of test images.
    """

    root: Path
    origin: str
    train: int
    test: int

    @property
    def full(self) -> bool:
        """Whether it has as many images as the full MNIST."""
        return {"train": self.train, "test": self.test} == FULL_SIZE

    def __str__(self) -> str:
        whole = "the full MNIST" if self.full else "a part of MNIST"
        return f"data: {whole}, {self.train:,} training and {self.test:,} test images, from {self.origin} ({self.root})"


def read_idx(path: Path, magic: int, remedy: str = REFETCH) -> Bytes:
    """Return the array in an IDX file.

    Args:
        path: the file.
        magic: `IMAGES_MAGIC` (three dimensions: images, height, width) or `LABELS_MAGIC` (one dimension).
        remedy: what to do about a bad file.

    Returns:
        uint8 array of the shape that the header gives.

    Raises:
        CoursepackError: the file is missing, of another kind, truncated, or longer than its header says.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CoursepackError(f"cannot read it: {error.strerror}", where=str(path), remedy=remedy) from error
    try:
        return array_in(content, magic)
    except ValueError as error:
        raise CoursepackError(str(error), where=str(path), remedy=remedy) from error


def load_split(root: Path, split: str, remedy: str = REFETCH) -> tuple[Bytes, Bytes]:
    """Return images (N, 28, 28) and labels (N,), both uint8, of "train" or "test" after checking that they fit.

    Raises:
        CoursepackError: a file is damaged, counts differ, images are not 28×28, or a label is above 9.
    """
    folder = root / "MNIST" / "raw"
    images_path = folder / f"{PREFIX[split]}-images-idx3-ubyte"
    labels_path = folder / f"{PREFIX[split]}-labels-idx1-ubyte"
    images, labels = read_idx(images_path, IMAGES_MAGIC, remedy), read_idx(labels_path, LABELS_MAGIC, remedy)
    if images.shape[1:] != (28, 28) or not len(images):
        raise CoursepackError(f"images of shape {images.shape}, not (N, 28, 28)", where=str(images_path), remedy=remedy)
    if len(images) != len(labels):
        fault = f"{len(labels):,} labels for {len(images):,} images"
        raise CoursepackError(fault, where=str(labels_path), remedy=remedy)
    if labels.max() > 9:
        raise CoursepackError(f"a label of {labels.max()}, above 9", where=str(labels_path), remedy=remedy)
    return images, labels


def check_mnist(root: Path, origin: str, remedy: str = REFETCH) -> DataSet:
    """Check all four files below a torchvision root and return what is there."""
    train, test = (len(load_split(root, split, remedy)[0]) for split in PREFIX)
    return DataSet(root, origin, train, test)


def mini_root(course: Course | None = None) -> Path:
    """Return the torchvision root of the bundled mini set.

    It may be in the given course, in the course of the working directory, or beside the package.

    Raises:
        CoursepackError: it is in none of them.
    """
    roots = [course.root] if course else []
    with contextlib.suppress(CoursepackError):
        roots.append(Course.find().root)
    roots.append(Path(__file__).resolve().parents[2])
    for root in roots:
        if (root / "data" / "mnist_mini" / "MNIST").is_dir():
            return root / "data" / "mnist_mini"
    raise CoursepackError(
        "the bundled mini MNIST is missing",
        where=str(roots[0] / "data" / "mnist_mini"),
        remedy=f"beside {CONFIG_NAME}, {RESTORE}",
    )


def load_mini_mnist(split: str, course: Course | None = None) -> tuple[Bytes, Bytes]:
    """Return images (N, 28, 28) and labels (N,), both uint8, of the bundled mini set's "train" or "test" part."""
    return load_split(mini_root(course), split, RESTORE)


def find_mnist(course: Course | None = None, *, download: bool = False) -> DataSet:
    """Return the MNIST that comes first in the search order.

    Args:
        course: the course to search for the mini set.
        download: whether to try torchvision's download before falling back on the mini set.

    Raises:
        CoursepackError: a set that was found is damaged (it is never skipped silently), or there is none.
    """
    named = os.environ.get("COURSE_DATA")
    if named:
        root = Path(named).expanduser()
        if not (root / "MNIST" / "raw").is_dir():
            remedy = "let $COURSE_DATA name the folder that holds MNIST/raw, or unset it"
            raise CoursepackError("$COURSE_DATA contains no MNIST/raw", where=named, remedy=remedy)
        return check_mnist(root, "$COURSE_DATA", RECOPY)
    if (LOCAL / "MNIST").exists():
        return check_mnist(LOCAL, "./data")
    origin = "the bundled mini set"
    if download:
        try:
            fetch_mnist(LOCAL)
            return check_mnist(LOCAL, "torchvision's download")
        except CoursepackError as error:
            origin = f"{origin}, as {error.what}"
    return check_mnist(mini_root(course), origin, RESTORE)


def describe_data() -> str:
    """Describe which MNIST is found, and how a notebook gets the full set; nothing is downloaded."""
    found = find_mnist()
    if found.full or os.environ.get("COURSE_DATA"):
        return str(found)
    if found.root == LOCAL:
        return f"{found}\n  for the full set: {REFETCH}"
    how = "as `python -m convnet_course data --fetch` does"
    return f"{found}\n  a notebook run here first downloads the full set into ./data, {how}"


def fetch_mnist(folder: Path) -> None:
    """Download the full MNIST through torchvision into a torchvision root; keep a full set that is already there.

    The download goes into a temporary folder beside its target and is renamed when it is complete, so that an
    interrupted download leaves nothing that looks like a data set.

    Raises:
        CoursepackError: there is already a damaged or partial data set, or the download failed.
    """
    target = folder / "MNIST"
    if target.exists():
        if not check_mnist(folder, str(folder)).full:
            raise CoursepackError("a part of MNIST is already here", where=str(target), remedy=REFETCH)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".mnist-", dir=folder) as waiting:
            _download(Path(waiting))
            if not check_mnist(Path(waiting), "the download").full:
                raise CoursepackError("the download is not the full MNIST", where=str(folder), remedy="try again")
            (Path(waiting) / "MNIST").rename(target)
    except OSError as error:
        remedy = "free some space or get write permission there, then try again"
        raise CoursepackError(f"cannot write: {error.strerror}", where=str(folder), remedy=remedy) from error


def _download(root: Path) -> None:
    from torchvision.datasets import MNIST

    # EOFError: an archive that ends early.
    errors: tuple[type[Exception], ...] = (OSError, RuntimeError, EOFError)
    try:
        for train in (True, False):
            _: Any = MNIST(str(root), train=train, download=True)
    except errors as error:
        remedy = "check the connection and try again; until then the bundled mini set is used"
        raise CoursepackError(
            f"MNIST could not be downloaded: {error}", where=str(root.parent), remedy=remedy
        ) from error
