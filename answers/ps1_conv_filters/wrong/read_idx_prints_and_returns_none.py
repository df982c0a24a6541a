"""Prints the fault and returns None."""

# loses: read-idx-errors-hidden
# %% read-idx
def read_idx(path):
    content = Path(path).read_bytes()
    magic = int.from_bytes(content[:4], "big")
    if magic not in (0x803, 0x801):
        print(f"{path}: wrong magic number")
        return None
    start = 16 if magic == 0x803 else 8
    shape = [int.from_bytes(content[at : at + 4], "big") for at in range(4, start, 4)]
    if len(content) - start != np.prod(shape):
        print(f"{path}: truncated or trailing bytes")
        return None
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)
