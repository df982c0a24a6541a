"""Make the bundled mini MNIST: a small, class-balanced part of the real training and test sets, in IDX files.

    python scripts/make_mnist_mini.py --source FOLDER [--into data/mnist_mini]

FOLDER is a torchvision root: it holds MNIST/raw with the four uncompressed files. The draw has a fixed seed, so that
the same files come out every time.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the course's package is not installed
from convnet_course.convolution.filters import idx_bytes
from convnet_course.datasets.idx import IMAGES_MAGIC, LABELS_MAGIC, Bytes
from convnet_course.datasets.mnist import read_idx

SEED = 1998
CLASSES = 10
PER_CLASS = {"train": 300, "t10k": 80}


def choose(labels: Bytes, per_class: int, draw: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return shuffled indices of `per_class` random samples of each class."""
    chosen = [draw.choice(np.flatnonzero(labels == digit), per_class, replace=False) for digit in range(CLASSES)]
    return draw.permutation(np.concatenate(chosen))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True, help="torchvision root with the full MNIST")
    parser.add_argument("--into", type=Path, default=Path("data/mnist_mini"))
    options = parser.parse_args()
    source, target = options.source / "MNIST" / "raw", options.into / "MNIST" / "raw"
    target.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(SEED)
    for split, per_class in PER_CLASS.items():
        labels = read_idx(source / f"{split}-labels-idx1-ubyte", LABELS_MAGIC)
        index = choose(labels, per_class, draw)
        (target / f"{split}-labels-idx1-ubyte").write_bytes(idx_bytes(labels[index]))
        images = read_idx(source / f"{split}-images-idx3-ubyte", IMAGES_MAGIC)
        (target / f"{split}-images-idx3-ubyte").write_bytes(idx_bytes(images[index]))
        print(f"{split}: {len(index)} images, {per_class} of each class")


if __name__ == "__main__":
    main()
