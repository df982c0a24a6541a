"""A list comprehension over windows flattened to rows, with np.vdot and a helper."""

# %% convolve2d
def wide_type(image, kernel):
    """int64 for two integer arrays, else NumPy's choice."""
    whole = {"i", "u"}
    return np.int64 if image.dtype.kind in whole and kernel.dtype.kind in whole else np.result_type(image, kernel)


def convolve2d(image, kernel, stride=1, padding=0):
    dtype = wide_type(image, kernel)
    image, kernel = np.pad(image.astype(dtype), padding), kernel.astype(dtype)
    k, l = kernel.shape
    return np.array(
        [
            [np.vdot(image[i : i + k, j : j + l], kernel) for j in range(0, image.shape[1] - l + 1, stride)]
            for i in range(0, image.shape[0] - k + 1, stride)
        ],
        dtype=dtype,
    )
