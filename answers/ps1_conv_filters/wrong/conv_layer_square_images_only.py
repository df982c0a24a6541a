"""Loops over the kernel and takes the height for the width."""

# loses: conv-layer-hidden, conv-layer-geometry-hidden
# %% conv-layer
def conv_layer(images, weights, bias, stride=1, padding=0):
    padded = np.pad(images, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    k = weights.shape[2]
    side = (padded.shape[2] - k) // stride + 1
    result = np.zeros((len(images), len(weights), side, side), dtype=images.dtype) + bias[:, None, None]
    for i in range(k):
        for j in range(k):
            shifted = padded[:, :, i : i + stride * side : stride, j : j + stride * side : stride]
            result += np.einsum("bchw,oc->bohw", shifted[:, :, :side, :side], weights[:, :, i, j])
    return result
