"""Collects all windows as rows of a matrix and multiplies it with the flattened kernel (im2col)."""

# %% convolve2d
def convolve2d(image, kernel, stride=1, padding=0):
    if image.dtype.kind == "f" or kernel.dtype.kind == "f":
        dtype = np.promote_types(image.dtype, kernel.dtype)
    else:
        dtype = np.int64
    padded = np.zeros(tuple(side + 2 * padding for side in image.shape), dtype)
    inside = slice(padding, -padding or None)
    padded[inside, inside] = image
    rows, columns = [(padded.shape[a] - kernel.shape[a]) // stride + 1 for a in (0, 1)]
    lines = []
    for place in range(rows * columns):
        top, left = place // columns * stride, place % columns * stride
        lines.append(padded[top : top + kernel.shape[0], left : left + kernel.shape[1]].ravel())
    return (np.stack(lines) @ kernel.ravel().astype(dtype)).reshape(rows, columns)
