"""Sorts each window; a stride of None and a keyword are the same."""
# %% max-pool2d
def max_pool2d(image, kernel_size=2, stride=None):
    stride = stride or kernel_size
    view = np.lib.stride_tricks.sliding_window_view(image, (kernel_size,) * 2)[::stride, ::stride]
    flat = view.reshape(*view.shape[:2], -1)
    flat = np.sort(flat, axis=-1)
    return np.ascontiguousarray(flat[..., -1])
