"""Adds the bytes up by hand, and tells labels and images apart with one branch each."""

# %% read-idx
def big_endian(four):
    return four[0] * 256**3 + four[1] * 256**2 + four[2] * 256 + four[3]


def read_idx(path):
    name = Path(path).name
    data = Path(path).read_bytes()
    if len(data) < 8:
        if data[:4] in (bytes([0, 0, 8, 1]), bytes([0, 0, 8, 3])) or len(data) < 4:
            raise ValueError(name + " is truncated: no complete header")
        raise ValueError(name + " has a wrong magic number")
    magic = big_endian(data)
    if magic == 0x801:
        shape, start = (big_endian(data[4:]),), 8
    elif magic == 0x803:
        if len(data) < 16:
            raise ValueError(name + " is truncated: no complete header")
        shape, start = (big_endian(data[4:]), big_endian(data[8:]), big_endian(data[12:])), 16
    else:
        raise ValueError(name + " has a wrong magic number")
    values = np.frombuffer(data[start:], np.uint8)
    try:
        return values.reshape(shape)
    except ValueError:
        wanted = np.prod(shape)
        fault = "truncated" if values.size < wanted else "followed by trailing bytes"
        raise ValueError(f"{name} is {fault}") from None
