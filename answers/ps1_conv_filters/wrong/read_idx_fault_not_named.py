"""Names the file, but says only that it is damaged."""

# loses: read-idx-errors-hidden
# %% read-idx
def read_idx(path):
    content = Path(path).read_bytes()
    dimensions = {b"\0\0\x08\x03": 3, b"\0\0\x08\x01": 1}.get(content[:4], 0)
    start = 4 + 4 * dimensions
    shape = [int.from_bytes(content[at : at + 4], "big") for at in range(4, start, 4)]
    if dimensions == 0 or len(content) != start + np.prod(shape):
        raise ValueError(f"{path} is damaged")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)
