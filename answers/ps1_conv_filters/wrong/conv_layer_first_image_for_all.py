"""Gives every image the maps of the first one."""

# loses: conv-layer-hidden, conv-layer-geometry-hidden
# %% conv-layer
def conv_layer(images, weights, bias, stride=1, padding=0):
    padded = np.pad(images, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weights.shape[2:], axis=(2, 3))
    # b batch, c in_channels, o out_channels, h and w output place, i and j position in the window
    maps = np.einsum("bchwij,ocij->bohw", windows[:, :, ::stride, ::stride], weights, optimize=True)
    return np.broadcast_to(maps[:1], maps.shape) + bias[:, None, None]
