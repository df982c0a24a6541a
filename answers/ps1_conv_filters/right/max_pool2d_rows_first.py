"""Takes the maximum along rows, then along columns."""

# %% max-pool2d
def pool_rows(image, size, step):
    return np.stack([image[top : top + size].max(axis=0) for top in range(0, len(image) - size + 1, step)])


def max_pool2d(image, kernel_size=2, stride=None):
    step = kernel_size if stride is None else stride
    return pool_rows(pool_rows(image, kernel_size, step).T, kernel_size, step).T
