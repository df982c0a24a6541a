"""Lets np.convolve do the work, row by row."""

# loses: convolve2d-hidden, convolve2d-geometry-hidden, convolve2d-exact-hidden
# %% convolve2d
def convolve2d(image, kernel, stride=1, padding=0):
    dtype = np.result_type(image, kernel)
    if np.issubdtype(dtype, np.integer):
        dtype = np.int64
    image, kernel = np.pad(image.astype(dtype), padding), kernel.astype(dtype)
    height, width = kernel.shape
    rows = []
    for top in range(0, len(image) - height + 1, stride):
        window = image[top : top + height]
        products = [np.convolve(line, weights[::-1]) for line, weights in zip(window, kernel)]
        rows.append(sum(products)[width - 1 : image.shape[1]][::stride])
    return np.array(rows, dtype=dtype)
