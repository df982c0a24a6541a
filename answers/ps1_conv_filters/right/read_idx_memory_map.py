"""Maps the file into memory, and refuses by one list of faults."""
# %% read-idx
def read_idx(path):
    size = os.path.getsize(path)

    def refuse(fault):
        raise ValueError(f"{os.fspath(path)}: {fault}")

    if size < 4:
        refuse("truncated before its magic number is complete")
    content = np.memmap(path, dtype=np.uint8, mode="r")
    magic = int(content[:4].view(">u4")[0])
    if magic not in (0x803, 0x801):
        refuse(f"unknown magic number {magic:#010x}")
    header = 4 * (1 + magic % 256)
    if size < header:
        refuse("truncated in its header")
    shape = tuple(int(side) for side in content[4:header].view(">u4"))
    data = content[header:]
    if data.size < np.prod(shape, dtype=object):
        refuse("truncated data")
    if data.size > np.prod(shape, dtype=object):
        refuse("trailing bytes")
    return data.reshape(shape)
