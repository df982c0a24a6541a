"""Strides by hand with as_strided, then einsum."""

# %% convolve2d
def convolve2d(image, kernel, stride=1, padding=0):
    both_whole = np.issubdtype(image.dtype, np.integer) and np.issubdtype(kernel.dtype, np.integer)
    dtype = np.int64 if both_whole else np.result_type(image, kernel)
    padded = np.ascontiguousarray(np.pad(image, padding), dtype=dtype)
    rows = output_size(image.shape[0], kernel.shape[0], stride, padding)
    columns = output_size(image.shape[1], kernel.shape[1], stride, padding)
    down, right = padded.strides
    windows = np.lib.stride_tricks.as_strided(
        padded, (rows, columns, *kernel.shape), (down * stride, right * stride, down, right), writeable=False
    )
    return np.einsum("ijuv,uv->ij", windows, kernel.astype(dtype))
