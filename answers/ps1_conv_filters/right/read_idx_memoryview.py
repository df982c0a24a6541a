"""Uses a memory map of the header as a structured big-endian array, and an error class of its own."""

# %% read-idx
class DamagedFile(ValueError):
    """An IDX file that cannot be read."""

    def __init__(self, path, fault):
        super().__init__(f"cannot read {path!s}: {fault}")


DIMENSIONS = {0x801: 1, 0x803: 3}


def read_idx(path):
    view = memoryview(Path(path).read_bytes())
    words = np.frombuffer(view[: len(view) // 4 * 4], dtype=">i4")
    if not len(words):
        raise DamagedFile(path, "truncated, there is no magic number")
    if int(words[0]) not in DIMENSIONS:
        raise DamagedFile(path, f"magic number {int(words[0]):#x}")
    ndim = DIMENSIONS[int(words[0])]
    if len(words) < 1 + ndim:
        raise DamagedFile(path, "truncated in the header")
    shape = words[1 : 1 + ndim].tolist()
    pixels = view[4 * (1 + ndim) :]
    size = np.prod(shape)
    if len(pixels) != size:
        raise DamagedFile(path, "truncated" if len(pixels) < size else "trailing bytes")
    return np.asarray(pixels, dtype=np.uint8).reshape(shape)
