"""Loops over the positions of the kernel and adds shifted copies."""

# %% conv-layer
def conv_layer(images, weights, bias, stride=1, padding=0):
    batch, channels, height, width = images.shape
    filters, _, k, _ = weights.shape
    dtype = np.result_type(images, weights, bias)
    padded = np.zeros((batch, channels, height + 2 * padding, width + 2 * padding), dtype)
    padded[:, :, padding : padding + height, padding : padding + width] = images
    rows = (height + 2 * padding - k) // stride + 1
    columns = (width + 2 * padding - k) // stride + 1
    result = np.empty((batch, filters, rows, columns), dtype)
    result[:] = bias.reshape(1, -1, 1, 1)
    for u in range(k):
        for v in range(k):
            shifted = padded[:, :, u : u + stride * (rows - 1) + 1 : stride, v : v + stride * (columns - 1) + 1 : stride]
            result += np.einsum("bchw,oc->bohw", shifted, weights[:, :, u, v])
    return result
