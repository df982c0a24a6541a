"""Make the test images that are held back from students: real MNIST test images that the mini set does not have.

    python scripts/make_held_back.py --source FOLDER [--into convnet_course/holdout]

FOLDER is a torchvision root: it holds MNIST/raw with the four uncompressed files. The draw has a fixed seed, so that
the same files come out every time.
"""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path

import numpy as np
from make_mnist_mini import CLASSES, IMAGES_MAGIC, LABELS_MAGIC, PER_CLASS, SEED, Bytes, choose, idx_bytes, read_idx

HELD_BACK_PER_CLASS = 100


def split_test(train_labels: Bytes, test_labels: Bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of the mini set's test images, drawn as it draws them, and of those held back."""
    draw = np.random.default_rng(SEED)
    choose(train_labels, PER_CLASS["train"], draw)
    mini = choose(test_labels, PER_CLASS["t10k"], draw)
    rest = test_labels.copy()
    rest[mini] = CLASSES  # no digit: these are taken
    return mini, choose(rest, HELD_BACK_PER_CLASS, draw)


def write_packed(path: Path, array: Bytes) -> None:
    """Write a uint8 array as a gzipped IDX file without name and time, so that its bytes are always the same."""
    path.write_bytes(gzip.compress(idx_bytes(array), mtime=0))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True, help="torchvision root with the full MNIST")
    parser.add_argument("--into", type=Path, default=Path("convnet_course/holdout"))
    options = parser.parse_args()
    source = options.source / "MNIST" / "raw"
    labels = read_idx(source / "t10k-labels-idx1-ubyte", LABELS_MAGIC)
    _, chosen = split_test(read_idx(source / "train-labels-idx1-ubyte", LABELS_MAGIC), labels)
    options.into.mkdir(parents=True, exist_ok=True)
    write_packed(options.into / "labels-idx1-ubyte.gz", labels[chosen])
    write_packed(
        options.into / "images-idx3-ubyte.gz", read_idx(source / "t10k-images-idx3-ubyte", IMAGES_MAGIC)[chosen]
    )
    print(f"{len(chosen)} images, {HELD_BACK_PER_CLASS} of each class")


if __name__ == "__main__":
    main()
