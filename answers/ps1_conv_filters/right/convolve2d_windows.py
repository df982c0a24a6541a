"""Takes a view of all windows and multiplies with broadcasting."""

# %% convolve2d
def convolve2d(image, kernel, stride=1, padding=0):
    dtype = np.result_type(image.dtype, kernel.dtype)
    if dtype.kind != "f":
        dtype = np.dtype("int64")
    image = np.pad(image, ((padding, padding), (padding, padding)), mode="constant", constant_values=0)
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    return (windows.astype(dtype) * kernel.astype(dtype)).sum(axis=(-2, -1), dtype=dtype)
