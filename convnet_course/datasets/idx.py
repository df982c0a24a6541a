"""IDX files, MNIST's format (http://yann.lecun.com/exdb/mnist/): the array in their bytes."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

# Two zero bytes, 0x08 for unsigned bytes, the number of dimensions: images, height, width; or labels alone.
IMAGES_MAGIC, LABELS_MAGIC = 0x00000803, 0x00000801


def array_in(content: bytes, magic: int) -> Bytes:
    """Return the array in the content of an IDX file.

    Args:
        content: the file's bytes.
        magic: `IMAGES_MAGIC` (three dimensions) or `LABELS_MAGIC` (one dimension).

    Returns:
        uint8 array of the shape that the header gives; it cannot be written to.

    Raises:
        ValueError: the content is of another kind, cut short, or longer than its header says.
    """
    dimensions = magic & 0xFF
    head = 4 + 4 * dimensions
    if len(content) < head or struct.unpack(">I", content[:4])[0] != magic:
        raise ValueError(f"not an IDX file of kind 0x{magic:08x}")
    shape = struct.unpack(f">{dimensions}I", content[4:head])
    expected = head + int(np.prod(shape, dtype=np.int64))
    if len(content) != expected:
        raise ValueError(f"{len(content):,} bytes, but its header announces {expected:,}")
    return np.frombuffer(content, np.uint8, offset=head).reshape(shape)
