"""Unfolds the windows into a matrix and multiplies once (im2col)."""

# %% conv-layer
def unfold(images, k, stride):
    """Return the windows as (batch, places, channels * k * k), and the number of rows and columns of places."""
    batch, channels, height, width = images.shape
    rows, columns = (height - k) // stride + 1, (width - k) // stride + 1
    b, c, h, w = images.strides
    view = np.lib.stride_tricks.as_strided(
        images, (batch, rows, columns, channels, k, k), (b, h * stride, w * stride, c, h, w), writeable=False
    )
    return view.reshape(batch, rows * columns, -1), rows, columns


def conv_layer(images, weights, bias, stride=1, padding=0):
    images = np.pad(images, ((0,), (0,), (padding,), (padding,)))
    columns, height, width = unfold(images, weights.shape[2], stride)
    maps = columns @ weights.reshape(len(weights), -1).T + bias
    return maps.transpose(0, 2, 1).reshape(len(images), len(weights), height, width)
