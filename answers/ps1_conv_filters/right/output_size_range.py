"""Counts the places where the window may start."""

# %% output-size
def output_size(size, kernel_size, stride=1, padding=0):
    if size <= 0 or kernel_size <= 0 or stride <= 0:
        raise ValueError("sizes and stride must be positive")
    if padding < 0:
        raise ValueError("padding must not be negative")
    places = len(range(0, size + 2 * padding - kernel_size + 1, stride))
    if places == 0:
        raise ValueError("the window does not fit")
    return places
