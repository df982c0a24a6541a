"""Uses np.fromfile and a big-endian view of the header."""

# %% read-idx
def read_idx(path):
    raw = np.fromfile(path, dtype=np.uint8)
    if raw.size < 4:
        raise ValueError(f"{path}: Truncated")
    if raw[0] != 0 or raw[1] != 0 or raw[2] != 8 or raw[3] not in (1, 3):
        raise ValueError(f"{path}: not the MAGIC number of MNIST")
    header = 4 + 4 * int(raw[3])
    if raw.size < header:
        raise ValueError(f"{path}: Truncated header")
    shape = raw[4:header].view(">u4").astype(int)
    rest = raw.size - header - shape.prod()
    if rest:
        raise ValueError(f"{path}: " + ("Truncated data" if rest < 0 else "Trailing data"))
    return raw[header:].reshape(shape).copy()
