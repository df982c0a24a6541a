"""Test images that no notebook gets: a free design is scored on them.

1,000 real MNIST test images (100 of each digit), none of them in the mini set. Only the judge reads them; their labels
are public all the same, like all of MNIST's. The files are gzipped IDX; README.md says where they come from.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
FOLDER = Path(__file__).parent


def load_holdout() -> tuple[Bytes, Bytes]:
    """Return images (1000, 28, 28) and labels (1000,), both uint8."""
    return _read("images-idx3-ubyte.gz").reshape(-1, 28, 28), _read("labels-idx1-ubyte.gz")


def _read(name: str) -> Bytes:
    content = gzip.decompress((FOLDER / name).read_bytes())
    return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3])
