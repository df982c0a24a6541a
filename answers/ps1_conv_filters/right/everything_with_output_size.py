"""Every function leans on output_size and on the functions before it."""

# %% output-size
def output_size(size, kernel_size, stride=1, padding=0):
    if size < 1 or kernel_size < 1 or stride < 1 or padding < 0 or kernel_size - 2 * padding > size:
        raise ValueError("impossible geometry")
    return 1 + (size - kernel_size + 2 * padding) // stride

# %% convolve2d
def windows_of(image, height, width, stride):
    """Yield each window with its place."""
    for row in range(output_size(image.shape[0], height, stride)):
        for column in range(output_size(image.shape[1], width, stride)):
            top, left = row * stride, column * stride
            yield (row, column), image[top : top + height, left : left + width]


def convolve2d(image, kernel, stride=1, padding=0):
    dtype = np.result_type(image, kernel)
    if np.issubdtype(dtype, np.integer):
        dtype = np.int64
    result = np.zeros([output_size(*sides, stride, padding) for sides in zip(image.shape, kernel.shape)], dtype)
    for place, window in windows_of(np.pad(image, padding), *kernel.shape, stride):
        result[place] = np.multiply(window, kernel, dtype=dtype).sum()
    return result

# %% max-pool2d
def max_pool2d(image, kernel_size=2, stride=None):
    stride = stride or kernel_size
    result = np.zeros([output_size(side, kernel_size, stride) for side in image.shape], image.dtype)
    for place, window in windows_of(image, kernel_size, kernel_size, stride):
        result[place] = np.amax(window)
    return result
