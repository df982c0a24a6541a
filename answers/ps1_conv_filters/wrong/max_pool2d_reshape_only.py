"""Cuts into blocks with reshape: overlapping windows and gaps are never looked at."""

# loses: max-pool2d-hidden
# %% max-pool2d
def max_pool2d(image, kernel_size=2, stride=None):
    rows, columns = image.shape[0] // kernel_size, image.shape[1] // kernel_size
    blocks = image[: rows * kernel_size, : columns * kernel_size].reshape(rows, kernel_size, columns, kernel_size)
    return blocks.max(axis=(1, 3))
