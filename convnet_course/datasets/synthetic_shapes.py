"""Generate coloured shapes, 32×32 pixels in ten classes, to replace CIFAR-10 when a notebook is graded.

The pictures are the same on every machine: bits come from PCG64's raw stream, which NumPy keeps stable (`integers` and
the like may change: NEP 19), and everything is computed in integers. For their difficulty see docs/shapes.md.

In a folder: `shapes/{train,test}-{images,labels}.npy`, uint8 (N, 32, 32, 3) and uint8 (N,), and `shapes/classes.txt`.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from coursepack.errors import CoursepackError

Bytes = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.int64]

FOLDER = "shapes"
CLASSES = ("disc", "ring", "square", "frame", "triangle", "plus", "cross", "crescent", "stripes", "diamond")
COUNTS = {"train": 3_000, "test": 800}
SEEDS = {"train": 20_261, "test": 20_262}
SIZE = 32
CHUNK = 100
DRAWS = 24
# SHA-256 of the arrays' bytes, images first, then labels.
SHA256 = {
    "train": "95db0724c965a28fd927f7d31f5434204d822a87ba0881844ec27b2791fa5743",
    "test": "53ccfcead311fca54efcb6f61ba74d8663f5c2269bc377b1a8e01d73b81d744a",
}


@cache
def load_shapes(part: str) -> tuple[Bytes, Bytes]:
    """Return images (N, 32, 32, 3) and labels (N,), both uint8, of "train" or "test"; each class is equally frequent.

    Raises:
        CoursepackError: this machine generates different pictures from those the gates were measured on.
    """
    bits, count = np.random.PCG64(SEEDS[part]), COUNTS[part]
    draws = _whole(bits.random_raw(count * DRAWS)).reshape(DRAWS, count)
    labels = np.argsort(draws[0], kind="stable") % len(CLASSES)
    images = np.concatenate(
        [_paint(labels[i : i + CHUNK], draws[:, i : i + CHUNK], bits) for i in range(0, count, CHUNK)]
    )
    found = images, labels.astype(np.uint8)
    for array in found:
        array.setflags(write=False)
    if fingerprint(*found) != SHA256[part]:
        remedy = f"please report this: NumPy {np.__version__}, {part}, {fingerprint(*found)[:16]}"
        raise CoursepackError("the generated shapes are not the ones that grading was measured on", remedy=remedy)
    return found


def fingerprint(images: Bytes, labels: Bytes) -> str:
    """Return the SHA-256 of the arrays' bytes, images first."""
    return hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()


def write_shapes(folder: Path) -> None:
    """Write the shapes into `folder/shapes`; keep a file that is already complete, replace any other.

    Each file is moved into place in one step, always with the same content, so several processes may do this at once.

    Raises:
        CoursepackError: the folder cannot be written.
    """
    target = folder / FOLDER
    try:
        make_folder(target)
        for part in COUNTS:
            if not shapes_are_whole(folder, part):
                for kind, array in zip(("images", "labels"), load_shapes(part), strict=True):
                    write_at_once(target / f"{part}-{kind}.npy", array)
        if not (target / "classes.txt").is_file():
            write_at_once(target / "classes.txt", ("\n".join(CLASSES) + "\n").encode())
    except OSError as error:
        remedy = "free some space or get write permission there, then try again"
        raise CoursepackError(f"cannot write: {error.strerror}", where=str(target), remedy=remedy) from error


def shapes_are_whole(folder: Path, part: str) -> bool:
    """Tell whether `folder/shapes` holds the images and labels of "train" or "test" exactly as generated."""
    try:
        images, labels = (_read(folder / FOLDER / f"{part}-{kind}.npy") for kind in ("images", "labels"))
    except (OSError, ValueError):
        return False
    return fingerprint(images, labels) == SHA256[part] and images.shape[1:] == (SIZE, SIZE, 3)


def _read(path: Path) -> Bytes:
    with path.open("rb") as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def write_at_once(path: Path, content: Any) -> None:
    """Write bytes, or an array in NumPy's format, under a temporary name, then rename it; readable for all."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                np.save(file, content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def make_folder(path: Path) -> None:
    """Make a folder that all users may read, whatever the umask."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o755)


def _whole(raw: npt.NDArray[np.uint64]) -> Whole:
    """Return the upper 48 of 64 bits as signed integers."""
    return (raw >> np.uint64(16)).astype(np.int64)


def _paint(labels: Whole, draws: Whole, bits: np.random.PCG64) -> Bytes:
    """Paint a chunk: shape, distractor, colours, gradient, noise; (N, 32, 32, 3)."""
    count = len(labels)
    masks = _masks(labels, draws)
    shape = np.stack([masks[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]).sum(axis=0)[..., None]  # 0 to 4 quarters
    colour, ground = _colours(labels, draws)
    column, row = np.arange(SIZE).reshape(1, 1, SIZE, 1), np.arange(SIZE).reshape(1, SIZE, 1, 1)
    slope = (draws[14:16] % 5 - 2).reshape(2, count, 1, 1, 1)
    light = (slope[0] * (column - 16) + slope[1] * (row - 16)) // 2
    noise = bits.random_raw(count * SIZE * SIZE * 3 // 8).astype("<u8").view(np.uint8)
    grain = noise.reshape(count, SIZE, SIZE, 3).astype(np.int64) * 48 // 255 - 24
    picture = (shape * colour[:, None, None] + (4 - shape) * ground[:, None, None]) // 4 + light + grain
    return _with_patch(picture, draws).clip(0, 255).astype(np.uint8)


def _colours(labels: Whole, draws: Whole) -> tuple[Whole, Whole]:
    """Return the colours of shape and background, (N, 3) each.

    Half of the shapes have a colour that is typical of their class, and two in three are brighter than the background.
    """
    liked = (labels * 6) // len(CLASSES) * 256 + labels * 40 % 256
    hue = np.where(draws[9] % 3 > 0, liked + draws[10] % 640 - 320, draws[10]) % 1536
    sector, part = hue // 256, hue % 256
    ramp = np.stack([np.full_like(part, 255), part, np.zeros_like(part), np.zeros_like(part), 255 - part])
    wheel = np.array([[0, 1, 2], [4, 0, 2], [2, 0, 1], [2, 4, 0], [1, 2, 0], [0, 2, 4]])
    pure = np.take_along_axis(ramp.T, wheel[sector], axis=1)
    ground = np.stack([draws[11], draws[12], draws[13]], axis=1) % 90 + 20
    bright = pure * 110 // 255 + (draws[16] % 60 + 70)[:, None]
    swap = (draws[17] % 6 == 0)[:, None]
    return np.where(swap, ground, bright), np.where(swap, bright, ground)


def _with_patch(picture: Whole, draws: Whole) -> Whole:
    """Add a small patch of any colour somewhere, as a distraction."""
    position = np.arange(SIZE)
    left, top, width, height = (draws[18 + i][:, None] % n for i, n in enumerate((27, 27, 4, 4)))
    columns = (position >= left) & (position < left + width + 3)
    rows = (position >= top) & (position < top + height + 3)
    patch = (draws[22][:, None] // np.array([1, 256, 65_536]) % 256)[:, None, None]
    where = (rows[:, :, None] & columns[:, None, :])[..., None]
    return np.where(where, patch, picture)


def _masks(labels: Whole, draws: Whole) -> npt.NDArray[np.bool_]:
    """Return the masks of the shapes, (N, 64, 64), in half pixels."""
    count = len(labels)
    radius = (draws[1] % 8 + 18).reshape(count, 1, 1)
    centre = (draws[2:4] % 19 + 23).reshape(2, count, 1, 1)
    position = np.arange(2 * SIZE)
    x, y = position.reshape(1, 1, -1) - centre[0], position.reshape(1, -1, 1) - centre[1]
    # A rotation by up to 14 degrees: the sine in 64ths, and its cosine, close enough to 1 for a parabola.
    sine = (draws[4] % 33 - 16).reshape(count, 1, 1)
    cosine = 64 - sine * sine // 128
    u, v = (cosine * x + sine * y) // 64, (cosine * y - sine * x) // 64
    found = np.zeros((count, 2 * SIZE, 2 * SIZE), dtype=bool)
    for label in range(len(CLASSES)):
        which = labels == label
        found[which] = _shape(label, u[which], v[which], radius[which])
    return found


def _shape(label: int, u: Whole, v: Whole, r: Whole) -> npt.NDArray[np.bool_]:
    """Return the mask of a class's shape, given coordinates along its axes and its radius."""
    square = np.maximum(abs(u), abs(v))
    distance = u * u + v * v
    inside: dict[str, Callable[[], Any]] = {
        "disc": lambda: distance < r * r,
        "ring": lambda: (distance < r * r) & (distance * 9 >= r * r * 3),
        "square": lambda: square * 20 < r * 17,
        "frame": lambda: (square * 20 < r * 18) & (square * 20 >= r * 11),
        "triangle": lambda: (v * 10 < r * 7) & (abs(u) * 7 < (v + r) * 4),
        "plus": lambda: (square < r) & (np.minimum(abs(u), abs(v)) * 10 < r * 3),
        "cross": lambda: (square * 20 < r * 17) & (np.minimum(abs(u + v), abs(u - v)) * 5 < r * 2),
        "crescent": lambda: (distance < r * r) & ((2 * u - r) ** 2 + 4 * v * v >= 3 * r * r),
        "stripes": lambda: (square * 20 < r * 18) & ((v + r) * 5 // (2 * r) % 2 == 0),
        "diamond": lambda: (abs(u) * 3 + abs(v) * 2) < r * 2,
    }
    mask: npt.NDArray[np.bool_] = inside[CLASSES[label]]()
    return mask
