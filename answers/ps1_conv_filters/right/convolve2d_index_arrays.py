"""Picks all windows at once by index arrays, and works in place on what it may change."""
# %% convolve2d
def convolve2d(image, kernel, stride=1, padding=0):
    whole = image.dtype.kind in "iu" and kernel.dtype.kind in "iu"
    dtype = np.int64 if whole else np.result_type(image, kernel)
    padded = np.zeros([side + 2 * padding for side in image.shape], dtype)
    padded[padding : padding + image.shape[0], padding : padding + image.shape[1]] = image
    rows = np.arange(0, padded.shape[0] - kernel.shape[0] + 1, stride)[:, None, None, None]
    columns = np.arange(0, padded.shape[1] - kernel.shape[1] + 1, stride)[None, :, None, None]
    down, right = np.ogrid[: kernel.shape[0], : kernel.shape[1]]
    windows = padded[rows + down, columns + right]
    windows *= kernel.astype(dtype)
    return windows.sum(axis=(-2, -1), dtype=dtype)
