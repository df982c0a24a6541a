"""Reads the header with struct.unpack and the sizes in one go."""

# %% read-idx
import struct


def read_idx(path):
    with open(path, "rb") as file:
        content = file.read()
    if content[:4] not in (b"\x00\x00\x08\x01", b"\x00\x00\x08\x03"):
        problem = "truncated header" if len(content) < 4 else "wrong magic number"
        raise ValueError(f"{problem} in {path}")
    dimensions = content[3]
    try:
        shape = struct.unpack_from(f">{dimensions}I", content, 4)
    except struct.error:
        raise ValueError(f"truncated header in {path}") from None
    data = content[4 + 4 * dimensions :]
    expected = 1
    for size in shape:
        expected *= size
    if len(data) < expected:
        raise ValueError(f"truncated data in {path}: {len(data)} of {expected} bytes")
    if len(data) > expected:
        raise ValueError(f"trailing bytes in {path}: {len(data)} instead of {expected}")
    return np.array(list(data), dtype=np.uint8).reshape(shape)
