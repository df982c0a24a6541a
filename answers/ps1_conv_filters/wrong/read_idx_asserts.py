"""Asserts instead of raising ValueError."""

# loses: read-idx-errors-hidden
# %% read-idx
def read_idx(path):
    content = Path(path).read_bytes()
    magic = int.from_bytes(content[:4], "big")
    assert magic in (0x803, 0x801), f"{path}: wrong magic number"
    start = 16 if magic == 0x803 else 8
    assert len(content) >= start, f"{path}: truncated"
    shape = [int.from_bytes(content[at : at + 4], "big") for at in range(4, start, 4)]
    size = np.prod(shape)
    assert len(content) - start >= size, f"{path}: truncated"
    assert len(content) - start <= size, f"{path}: trailing bytes"
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)
