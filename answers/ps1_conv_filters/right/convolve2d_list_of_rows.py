"""Builds lists of Python numbers first."""
# %% convolve2d
def convolve2d(image, kernel, stride=1, padding=0):
    height, width = kernel.shape
    dtype = np.result_type(image, kernel)
    dtype = np.dtype("int64") if dtype.kind in "iu" else dtype
    padded = np.pad(image.astype(dtype), padding, mode="constant", constant_values=0)
    kernel = kernel.astype(dtype)
    rows = []
    for top in range(0, len(padded) - height + 1, stride):
        row = []
        for left in range(0, padded.shape[1] - width + 1, stride):
            row.append(np.vdot(padded[top : top + height, left : left + width], kernel))
        rows.append(row)
    return np.array(rows, dtype=dtype)
