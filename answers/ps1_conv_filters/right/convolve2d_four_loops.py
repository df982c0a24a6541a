"""Four plain loops over pixels and kernel, and a zero-filled frame made by hand."""

# %% convolve2d
def convolve2d(image, kernel, stride=1, padding=0):
    if image.dtype.kind in "iu" and kernel.dtype.kind in "iu":
        dtype = np.int64
    else:
        dtype = np.result_type(image, kernel)
    height, width = image.shape
    framed = np.zeros((height + 2 * padding, width + 2 * padding), dtype=dtype)
    framed[padding : padding + height, padding : padding + width] = image
    kernel = kernel.astype(dtype)
    out_height = (height - kernel.shape[0] + 2 * padding) // stride + 1
    out_width = (width - kernel.shape[1] + 2 * padding) // stride + 1
    result = np.zeros((out_height, out_width), dtype=dtype)
    for i in range(out_height):
        for j in range(out_width):
            for u in range(kernel.shape[0]):
                for v in range(kernel.shape[1]):
                    result[i, j] += framed[i * stride + u, j * stride + v] * kernel[u, v]
    return result
