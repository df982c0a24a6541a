"""Pads with the opposite side of the image."""

# loses: convolve2d-geometry-hidden
# %% convolve2d
def convolve2d(image, kernel, stride=1, padding=0):
    dtype = np.result_type(image, kernel)
    if np.issubdtype(dtype, np.integer):
        dtype = np.int64
    padded, kernel = np.pad(image.astype(dtype), padding, mode="wrap"), kernel.astype(dtype)
    height, width = kernel.shape
    tops = range(0, padded.shape[0] - height + 1, stride)
    lefts = range(0, padded.shape[1] - width + 1, stride)
    result = np.empty((len(tops), len(lefts)), dtype=dtype)
    for row, top in enumerate(tops):
        for column, left in enumerate(lefts):
            result[row, column] = np.sum(padded[top : top + height, left : left + width] * kernel)
    return result
