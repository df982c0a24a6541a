"""Reads the open file piece by piece, with a helper that insists on its bytes."""

# %% read-idx
def read_exactly(file, count, path):
    data = file.read(count)
    if len(data) != count:
        raise ValueError(f"{path} is truncated")
    return data


def read_idx(path):
    with open(path, "rb") as file:
        magic = int.from_bytes(read_exactly(file, 4, path), "big")
        if magic == 2051:
            dimensions = 3
        elif magic == 2049:
            dimensions = 1
        else:
            raise ValueError(f"{path} has the wrong magic number {magic}")
        shape = tuple(int.from_bytes(read_exactly(file, 4, path), "big") for _ in range(dimensions))
        data = read_exactly(file, int(np.prod(shape)), path)
        if file.read(1):
            raise ValueError(f"{path} has trailing bytes")
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)
