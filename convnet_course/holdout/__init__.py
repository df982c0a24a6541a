"""Test images that no notebook gets: a free design is scored on them.

1,000 real MNIST test images (100 of each digit), none of them in the mini set. Only the judge reads them; their labels
are public all the same, like all of MNIST's. The files are gzipped IDX; README.md says where they come from.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from convnet_course.datasets.idx import IMAGES_MAGIC, LABELS_MAGIC, Bytes, array_in

FOLDER = Path(__file__).parent


def load_holdout() -> tuple[Bytes, Bytes]:
    """Return images (1000, 28, 28) and labels (1000,), both uint8."""
    return _read("images-idx3-ubyte.gz", IMAGES_MAGIC), _read("labels-idx1-ubyte.gz", LABELS_MAGIC)


def _read(name: str, magic: int) -> Bytes:
    return array_in(gzip.decompress((FOLDER / name).read_bytes()), magic)
