"""Moves the window step by step until it would leave the image."""

# %% output-size
def output_size(size, kernel_size, stride=1, padding=0):
    if min(size, kernel_size, stride) < 1 or padding < 0:
        raise ValueError(f"bad argument: {size=}, {kernel_size=}, {stride=}, {padding=}")
    right_end, places = kernel_size, 0
    while right_end <= size + 2 * padding:
        places += 1
        right_end += stride
    if not places:
        raise ValueError("the kernel is larger than the padded image")
    return places
