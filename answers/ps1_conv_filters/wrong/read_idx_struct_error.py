"""Unpacks a header that may be too short: struct.error is no ValueError."""

# loses: read-idx-errors-hidden
# %% read-idx
def read_idx(path):
    content = Path(path).read_bytes()
    if len(content) < 4:
        raise ValueError(f"{path}: truncated, no magic number fits into {len(content)} bytes")
    dimensions = {0x00000803: 3, 0x00000801: 1}.get(int.from_bytes(content[:4], "big"))
    if dimensions is None:
        raise ValueError(f"{path}: wrong magic number {content[:4].hex()}, expected 00000803 or 00000801")
    start = 4 + 4 * dimensions
    import struct

    shape = struct.unpack(f">{dimensions}I", content[4:start])
    missing = int(np.prod(shape)) - (len(content) - start)
    if missing > 0:
        raise ValueError(f"{path}: truncated, {missing} bytes of data are missing")
    if missing < 0:
        raise ValueError(f"{path}: {-missing} trailing bytes after the data")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)
