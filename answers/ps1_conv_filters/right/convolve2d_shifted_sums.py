"""Loops over the kernel and adds shifted, strided copies of the image."""

# %% convolve2d
def convolve2d(image, kernel, stride=1, padding=0):
    dtype = np.result_type(image, kernel)
    if dtype.kind in "iu":
        dtype = np.int64
    padded = np.pad(image, padding).astype(dtype)
    rows = (padded.shape[0] - kernel.shape[0]) // stride + 1
    columns = (padded.shape[1] - kernel.shape[1]) // stride + 1
    result = np.zeros((rows, columns), dtype)
    for (u, v), factor in np.ndenumerate(kernel.astype(dtype)):
        result += factor * padded[u : u + stride * rows : stride, v : v + stride * columns : stride][:rows, :columns]
    return result
