"""Pools the incomplete windows at the edge too."""

# loses: max-pool2d-hidden
# %% max-pool2d
def max_pool2d(image, kernel_size=2, stride=None):
    stride = kernel_size if stride is None else stride
    rows = -(-(image.shape[0] - kernel_size) // stride) + 1
    columns = -(-(image.shape[1] - kernel_size) // stride) + 1
    result = np.zeros((rows, columns), dtype=image.dtype)
    for row in range(rows):
        for column in range(columns):
            top, left = row * stride, column * stride
            result[row, column] = np.max(image[top : top + kernel_size, left : left + kernel_size])
    return result
