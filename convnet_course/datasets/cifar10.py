"""Find and check the images for the exercises about photographs: CIFAR-10, or the coloured shapes in its place.

Search order, in the folder that `$COURSE_DATA` names, else in `./data`: a folder cifar10/{train,test}/CLASS of
pictures; the generated shapes; CIFAR-10 in torchvision's format. If there is none, a notebook downloads CIFAR-10.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from convnet_course.datasets.mnist import LOCAL
from convnet_course.datasets.synthetic_shapes import CLASSES, COUNTS, FOLDER, shapes_are_whole
from coursepack.errors import CoursepackError

PARTS = ("train", "test")
FULL_SIZE = {"train": 50_000, "test": 10_000}
TORCHVISION = "cifar-10-batches-py"
# The last bytes of a complete file of each kind.
ENDINGS = {".jpg": b"\xff\xd9", ".jpeg": b"\xff\xd9", ".png": b"IEND\xaeB`\x82"}
RECOPY = "copy the pictures again, or move the folder away: the notebooks then use what comes next in the search order"


@dataclass(frozen=True)
class Photographs:
    """A checked set of pictures.

    Attributes:
        name: what it is, for messages.
        root: the folder it was found in.
        train: number of training images.
        test: number of test images.
        note: what may be unexpected about it; may be empty.
    """

    name: str
    root: Path
    train: int
    test: int
    note: str = ""

    def __str__(self) -> str:
        note = f"\n  note: {self.note}" if self.note else ""
        return f"photographs: {self.name}, {self.train:,} training and {self.test:,} test images ({self.root}){note}"


def find_photographs() -> Photographs | None:
    """Return the set that comes first in the search order, or None if a notebook would have to download it.

    Raises:
        CoursepackError: a set that was found is damaged; it is never skipped silently.
    """
    named = os.environ.get("COURSE_DATA")
    root = Path(named).expanduser() if named else LOCAL
    if (root / "cifar10").is_dir():
        return _folder(root / "cifar10")
    if (root / FOLDER).is_dir():
        return _shapes(root)
    return _torchvision(root) if (root / TORCHVISION).is_dir() else None


def describe_photographs() -> str:
    """Describe what the exercises about photographs will use; nothing is downloaded."""
    found = find_photographs()
    if found is not None:
        return str(found)
    where = os.environ.get("COURSE_DATA", "./data")
    return (
        f"photographs: none yet; a notebook run here first downloads CIFAR-10 (170 MB) into {where}\n"
        "  without a connection, `python -m convnet_course data --shapes` writes generated shapes into ./data instead"
    )


def _shapes(root: Path) -> Photographs:
    for part in COUNTS:
        if not shapes_are_whole(root, part):
            remedy = f"delete the folder {FOLDER}; `python -m convnet_course data --shapes` makes it again in ./data"
            raise CoursepackError(f"the {part} shapes are damaged", where=str(root / FOLDER), remedy=remedy)
    return Photographs(f"generated shapes in {len(CLASSES)} classes", root, COUNTS["train"], COUNTS["test"])


def _torchvision(root: Path) -> Photographs:
    from torchvision.datasets import CIFAR10

    try:
        train, test = (len(CIFAR10(str(root), train=part == "train", download=False)) for part in PARTS)
    except (RuntimeError, OSError, EOFError) as error:
        remedy = f"delete the folder {TORCHVISION}; the notebooks then download it again"
        raise CoursepackError("CIFAR-10 is damaged", where=str(root / TORCHVISION), remedy=remedy) from error
    return Photographs("CIFAR-10 as torchvision keeps it", root, train, test)


def _folder(folder: Path) -> Photographs:
    """Check a folder of pictures: both parts have the same classes, no class is empty, no file is truncated."""
    counts = {part: _count(folder / part) for part in PARTS}
    lacking = [
        f"{one}/{name}"
        for one, other in (PARTS, PARTS[::-1])
        for name in sorted(counts[other])
        if name not in counts[one]
    ]
    if lacking:
        raise CoursepackError(f"missing class folders: {', '.join(lacking)}", where=str(folder), remedy=RECOPY)
    train, test = (sum(counts[part].values()) for part in PARTS)
    full = {"train": train, "test": test} == FULL_SIZE and len(counts["train"]) == 10
    name = "all of CIFAR-10 as pictures" if full else f"pictures in {len(counts['train'])} classes"
    return Photographs(name, folder, train, test, "; ".join(_uneven(counts)))


def _count(part: Path) -> dict[str, int]:
    """Return how many pictures each class folder holds, after looking at the end of each file."""
    if not part.is_dir():
        raise CoursepackError("the folder is missing", where=str(part), remedy=RECOPY)
    counts = {}
    for folder in sorted(path for path in part.iterdir() if path.is_dir()):
        pictures = [path for path in folder.iterdir() if path.suffix.lower() in ENDINGS]
        if not pictures:
            raise CoursepackError("a class folder has no pictures", where=str(folder), remedy=RECOPY)
        cut = [path.name for path in pictures if not _is_whole(path)]
        if cut:
            fault = f"{len(cut):,} of {len(pictures):,} pictures are truncated, {min(cut)} among them"
            raise CoursepackError(fault, where=str(folder), remedy=RECOPY)
        counts[folder.name] = len(pictures)
    if not counts:
        raise CoursepackError("there are no class folders", where=str(part), remedy=RECOPY)
    return counts


def _is_whole(path: Path) -> bool:
    ending = ENDINGS[path.suffix.lower()]
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(ending)))
        return file.read() == ending


def _uneven(counts: dict[str, dict[str, int]]) -> Iterator[str]:
    """Yield which classes have fewer pictures than the others: copying may have been interrupted."""
    for part, classes in counts.items():
        most = max(classes.values())
        fewer = [f"{name} {count:,}" for name, count in classes.items() if count < most]
        if fewer:
            yield f"in {part}, {', '.join(fewer)} pictures; the largest class has {most:,}"
