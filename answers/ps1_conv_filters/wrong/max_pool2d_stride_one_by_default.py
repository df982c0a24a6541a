"""Moves by one pixel unless a stride is given."""

# loses: max-pool2d-hidden
# %% max-pool2d
def max_pool2d(image, kernel_size=2, stride=None):
    step = 1 if stride is None else stride
    windows = np.lib.stride_tricks.sliding_window_view(image, (kernel_size, kernel_size))
    return windows[::step, ::step].max(axis=(2, 3))
