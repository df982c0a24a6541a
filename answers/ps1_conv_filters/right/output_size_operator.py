"""Takes any kind of whole number, and refuses through one helper."""
# %% output-size
def output_size(size, kernel_size, stride=1, padding=0):
    import operator

    size, kernel_size, stride, padding = map(operator.index, (size, kernel_size, stride, padding))
    room = size + padding + padding - kernel_size
    if not (size >= 1 and kernel_size >= 1 and stride >= 1 and padding >= 0 and room >= 0):
        raise ValueError("no window fits")
    return 1 + int(np.floor_divide(room, stride))
