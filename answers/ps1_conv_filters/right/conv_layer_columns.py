"""One matrix product of all windows as rows; bias and sum in place."""
# %% conv-layer
def conv_layer(images, weights, bias, stride=1, padding=0):
    out_channels, in_channels, k, _ = weights.shape
    rim = (padding, padding)
    padded = np.pad(images, ((0, 0), (0, 0), rim, rim))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (k, k), axis=(2, 3))[:, :, ::stride, ::stride]
    columns = np.moveaxis(windows, 1, 3).reshape(*windows.shape[0:1], *windows.shape[2:4], -1)
    maps = np.moveaxis(columns @ weights.reshape(out_channels, -1).T, -1, 1)
    maps += bias[:, None, None]
    return maps
